/** Chooses a room and one of its beds; says which beds somebody has already. */
import type { Places } from '../places/use-places.ts'
import { useSay } from '../services.ts'
import { Pick } from './fields.tsx'
import type { Person } from './use-people.ts'

export interface PlaceDraft {
  room: string
  bed: string
}
export const NO_PLACE: PlaceDraft = { room: '', bed: '' }

interface PlacePickProps {
  places: Places
  /** Who has which bed now. */
  people: readonly Person[]
  draft: PlaceDraft
  /** What no room says; without it one must be chosen. */
  none: string
  onChange: (draft: PlaceDraft) => void
}

export function PlacePick({ places, people, draft, none, onChange }: PlacePickProps) {
  const say = useSay()
  const taken = new Set(people.flatMap(({ bed, left }) => (bed === null || left !== null ? [] : [bed])))
  const beds = places.beds.filter(({ room, closed }) => room === draft.room && closed === null)
  return (
    <>
      <Pick
        label={say('import.column.room')}
        value={draft.room}
        onChange={room => onChange({ room, bed: '' })}
        none={none}
        options={places.rooms
          .filter(({ closed }) => closed === null)
          .map(({ id, label, unit }) => ({ id, text: label, group: unit }))}
      />
      {beds.length > 0 && (
        <Pick
          label={say('import.column.bed')}
          value={draft.bed}
          onChange={bed => onChange({ ...draft, bed })}
          none={say('people.noBed')}
          options={beds
            .filter(({ id }) => !taken.has(id) || id === draft.bed)
            .map(({ id, label }) => ({ id, text: label }))}
          {...(beds.some(({ id }) => taken.has(id)) && {
            hint: say('people.bedsTaken', { count: beds.filter(({ id }) => taken.has(id)).length }),
          })}
        />
      )}
    </>
  )
}
