/** Yes/no outcomes of participants that must not be learnt of anybody: which event types make them, and where they can be told. */
import { ANY, FALL_EVENT, PARTICIPANT_GROUP, SENSITIVE } from '../trial/layout.ts'
import type { Ratio } from '../trial/policy.ts'
import { type EventHistory, GROUP_BREAK, groupOf } from './events.ts'

export type OutcomeName = (typeof SENSITIVE)[number]
const ADVERSE = ['adverse_event', 'serious_adverse_event'].map(type => PARTICIPANT_GROUP + GROUP_BREAK + type)

/** Event types that say the outcome. */
export const OUTCOME_TYPES: Readonly<Record<OutcomeName, (type: string) => boolean>> = {
  fell: type => type.endsWith(GROUP_BREAK + FALL_EVENT),
  adverse_event: type => ADVERSE.includes(type),
}

/** Types told with their outcome or not at all: whoever knows a person's everyday events must not find these beside them. */
export const isSensitive = (type: string): boolean =>
  groupOf(type) === PARTICIPANT_GROUP || SENSITIVE.some(name => OUTCOME_TYPES[name](type))

/** Whether each participant had each outcome. */
export const outcomesOf = (histories: readonly EventHistory[]): Record<OutcomeName, boolean[]> => {
  const of = (name: OutcomeName) => histories.map(({ types }) => [...types.keys()].some(OUTCOME_TYPES[name]))
  return { fell: of('fell'), adverse_event: of('adverse_event') }
}

/**
 * What people whose other values are all alike tell of outcomes, member by member: the value, or `*` for all of them. Told only where at least k
 * have it and k have not, at most the share alpha have it, and every combination with the outcomes told before is nobody's or at least k's:
 * whoever knows the outcomes of a person finds at least k rows, and whoever knows all else does not learn an outcome.
 */
export function toldOutcomes(
  members: readonly number[],
  outcomes: readonly (readonly boolean[])[],
  k: number,
  alpha: Ratio,
): string[][] {
  const told: string[][] = members.map(() => [])
  for (const outcome of outcomes) {
    const yes = members.filter(i => outcome[i]).length
    const enough = yes >= k && members.length - yes >= k && within(yes, members.length, alpha)
    const sizes = new Map<string, number>()
    for (const [row, i] of members.entries()) {
      const combination = [...told[row]!, outcome[i] ? 'yes' : 'no'].join(' ')
      sizes.set(combination, (sizes.get(combination) ?? 0) + 1)
    }
    const tell = enough && [...sizes.values()].every(size => size >= k)
    for (const [row, i] of members.entries()) told[row]!.push(tell ? (outcome[i] ? 'yes' : 'no') : ANY)
  }
  return told
}

const within = (part: number, whole: number, { numerator, denominator }: Ratio): boolean =>
  part * denominator <= whole * numerator
