/** Finds the hours in which a facility's participants changed together (power cut, earthquake), whose date is known to all, and masks them. */
import type { TrialPolicy } from '../trial/policy.ts'
import { HOUR_MS, type MeasuredMetric, NOTHING, type Participant } from './extracts.ts'

const HOURS_A_DAY = 24
/** Stands for an hour that is masked: told as the usual one. */
export const MASKED = NOTHING + 1
/** A change is unusual beyond so many times the person's own median deviation. */
const UNUSUAL = 4
/** Units in the last digit that a device shows: nobody is steadier than that. */
const LAST_DIGIT = 10
/** Fewer persons do not make a common event. */
const FEWEST = 4

export interface MaskedHour {
  facility: string
  profile: string
  metric: string
  from_ms: number
}

/** Median; of an even number the lower one, so that it is a whole number of units. */
export function medianOf(values: number[]): number {
  values.sort((a, b) => a - b)
  return values[(values.length - 1) >> 1]!
}

/** A person's usual value at each hour of the day (NOTHING where there is none), and how far from it the person usually is. */
function usualOf(values: Int32Array): { byHour: Int32Array; spread: number } {
  const byHour = new Int32Array(HOURS_A_DAY).fill(NOTHING)
  const deviations: number[] = []
  for (let hour = 0; hour < HOURS_A_DAY; hour++) {
    const known: number[] = []
    for (let i = hour; i < values.length; i += HOURS_A_DAY) if (values[i]! > MASKED) known.push(values[i]!)
    if (known.length === 0) continue
    const usual = medianOf(known)
    byHour[hour] = usual
    for (const value of known) deviations.push(Math.abs(value - usual))
  }
  return { byHour, spread: deviations.length === 0 ? 0 : Math.max(LAST_DIGIT, medianOf(deviations)) }
}

/**
 * Masks, in place, every hour of a facility and metric in which more than the policy's share of the participants were unusually high, unusually
 * low, or unmeasured together. Only for metrics that are measured in most hours.
 */
export function maskCommonHours(
  { profile, metric, values }: MeasuredMetric,
  participants: readonly Participant[],
  policy: TrialPolicy,
): MaskedHour[] {
  const { numerator, denominator } = policy.series.commonEventShare
  const masked: MaskedHour[] = []
  const most = (n: number, of: number): boolean => of >= FEWEST && n * denominator > of * numerator
  for (const facility of new Set(participants.map(({ site }) => site))) {
    const here = [...values]
      .filter(([subject]) => participants[subject]!.site === facility)
      .map(([subject, of]) => {
        const { originMs } = participants[subject]!
        const usual = usualOf(of)
        return { of, first: originMs / HOUR_MS, ...usual, presence: presenceOf(of) }
      })
    if (here.length < FEWEST) continue
    const first = Math.min(...here.map(person => person.first))
    const last = Math.max(...here.map(person => person.first + person.of.length))
    for (let hour = first; hour < last; hour++) {
      let [high, low, measured, gone, expected] = [0, 0, 0, 0, 0]
      for (const { of, first, byHour, spread, presence } of here) {
        const i = hour - first
        if (i < 0 || i >= of.length) continue
        const usual = byHour[i % HOURS_A_DAY]!
        if (presence[i % HOURS_A_DAY]! > 0.5) {
          expected += 1
          if (of[i] === NOTHING) gone += 1
        }
        if (of[i] === NOTHING || usual === NOTHING) continue
        measured += 1
        if (of[i]! - usual > UNUSUAL * spread) high += 1
        else if (usual - of[i]! > UNUSUAL * spread) low += 1
      }
      if (!most(high, measured) && !most(low, measured) && !most(gone, expected)) continue
      masked.push({ facility, profile: profile.id, metric, from_ms: hour * HOUR_MS })
      for (const { of, first } of here) if (hour >= first && hour - first < of.length) of[hour - first] = MASKED
    }
  }
  return masked
}

/** Share of days with a value, for each hour of the day. */
function presenceOf(values: Int32Array): Float64Array {
  const share = new Float64Array(HOURS_A_DAY)
  for (let hour = 0; hour < HOURS_A_DAY; hour++) {
    let [n, days] = [0, 0]
    for (let i = hour; i < values.length; i += HOURS_A_DAY, days++) if (values[i]! > MASKED) n += 1
    share[hour] = days === 0 ? 0 : n / days
  }
  return share
}
