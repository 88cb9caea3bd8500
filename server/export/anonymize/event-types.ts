/** Histories of events by participant, from what devices reported and what else happened, without the hours in which a whole facility was struck. */

import type { TrialInput } from '../trial/input.ts'
import { PARTICIPANT_GROUP } from '../trial/layout.ts'
import type { TrialPolicy } from '../trial/policy.ts'
import { type EventHistory, GROUP_BREAK } from './events.ts'
import { type Happening, HOUR_MS, type Participant } from './extracts.ts'

const HOURS_A_DAY = 24
/** `bed.sleep_mat` → `bed.*` */
export const groupOfProfile = (profile: string): string => `${profile.split('.')[0]}.*`

/**
 * Days of each event type of each participant. An hour in which more than the policy's share of a facility's participants report a type, twice
 * its usual share at that time of day or more, is a common event (an earthquake, a drill): left out, because its date is known to all.
 */
export function historiesOf(
  participants: readonly Participant[],
  happenings: readonly Happening[],
  input: TrialInput,
  policy: TrialPolicy,
): EventHistory[] {
  const common = commonHours(participants, happenings, policy)
  const histories = participants.map(({ days }) => ({ days, types: new Map<string, Set<number>>() }))
  const add = (subject: number, type: string, hour: number): void => {
    const { types } = histories[subject]!
    const days = types.get(type) ?? new Set()
    types.set(type, days.add(Math.floor(hour / HOURS_A_DAY)))
  }
  for (const happening of happenings)
    if (!common.has(hourKey(participants, happening)))
      add(happening.subject, groupOfProfile(happening.profile) + GROUP_BREAK + happening.type, happening.hour)
  const index = new Map(participants.map(({ id }, i) => [id, i]))
  for (const { subject, type, at_ms } of input.subject_events) {
    const i = index.get(subject)
    if (i === undefined) continue
    const hour = Math.floor((at_ms - participants[i]!.originMs) / HOUR_MS)
    if (hour >= 0) add(i, PARTICIPANT_GROUP + GROUP_BREAK + type, hour)
  }
  return histories
}

const calendarHour = (participant: Participant, hour: number): number => participant.originMs / HOUR_MS + hour
const hourKey = (participants: readonly Participant[], { subject, profile, type, hour }: Happening): string =>
  `${participants[subject]!.site} ${profile} ${type} ${calendarHour(participants[subject]!, hour)}`

function commonHours(
  participants: readonly Participant[],
  happenings: readonly Happening[],
  policy: TrialPolicy,
): Set<string> {
  const { numerator, denominator } = policy.series.commonEventShare
  /** Facility and type → calendar hour → persons; each happening is once per person, type and hour. */
  const counts = new Map<string, Map<number, number>>()
  for (const happening of happenings) {
    const { site } = participants[happening.subject]!
    const key = `${site} ${happening.profile} ${happening.type}`
    const of = counts.get(key) ?? new Map<number, number>()
    const hour = calendarHour(participants[happening.subject]!, happening.hour)
    counts.set(key, of.set(hour, (of.get(hour) ?? 0) + 1))
  }
  const result = new Set<string>()
  for (const [key, hours] of counts) {
    const here = participants.filter(({ site }) => key.startsWith(`${site} `))
    const present = (hour: number) =>
      here.filter(of => hour >= of.originMs / HOUR_MS && hour < of.originMs / HOUR_MS + of.hours).length
    const first = Math.min(...here.map(({ originMs }) => originMs / HOUR_MS))
    const last = Math.max(...here.map(of => of.originMs / HOUR_MS + of.hours))
    for (const [hour, n] of hours) {
      if (n * denominator <= present(hour) * numerator) continue
      const others: number[] = []
      for (let h = hour - Math.floor((hour - first) / HOURS_A_DAY) * HOURS_A_DAY; h < last; h += HOURS_A_DAY)
        if (h !== hour) others.push(hours.get(h) ?? 0)
      others.sort((a, b) => a - b)
      if (n >= 2 * (others[Math.floor(others.length / 2)] ?? 0)) result.add(`${key} ${hour}`)
    }
  }
  return result
}
