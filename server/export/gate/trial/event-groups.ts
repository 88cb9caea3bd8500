/** Which group an event type belongs to: `bed.sleep_mat` has those of `bed.*`; what no device told is `participant.*`. */
import type { DeviceProfile } from '../../../../core/profile.ts'
import { SUBJECT_EVENTS } from '../../trial/input.ts'
import { PARTICIPANT_GROUP } from '../../trial/layout.ts'

/** Pairs, because two device types may tell events of one name. */
export function eventGroupsOf(profiles: readonly DeviceProfile[]): { type: string; family: string; profile: string }[] {
  const told = profiles.flatMap(({ id, events }) =>
    Object.keys(events).map(type => ({ type, family: `${id.split('.')[0]}.*`, profile: id as string })),
  )
  return [...told, ...SUBJECT_EVENTS.map(type => ({ type, family: PARTICIPANT_GROUP, profile: '' }))]
}
