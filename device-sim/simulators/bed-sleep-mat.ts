/** Simulates bed.sleep_mat: the state at once, pulse and breath once a minute while someone lies on it, the night's figures in the morning. */
import type { MetricValue } from '../../core/messages.ts'
import type { BodyState } from '../../core/profile.ts'
import { wallClock } from '../../core/time.ts'
import { chanceAt, clamp, drift, hash32 } from '../random.ts'
import type { Sample } from '../sample.ts'
import type { Segment } from './day.ts'
import { nightFigures } from './night.ts'
import { IN_BED, type Resident } from './resident.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const MINUTE_MS = 60_000
const UNCLEAR_AFTER_MS = 6_000
const NO_RETURN_MS = 30 * MINUTE_MS
const FIGURES_AFTER_MS = 5_000
const LOOK_BACK_MS = NO_RETURN_MS + MINUTE_MS
const HEART_RATE_LIMITS = [45, 110] as const
const RESP_RATE_LIMITS = [8, 25] as const
/** Movements per minute, least and most. */
const ACTIVITY: Record<BodyState, [number, number]> = {
  asleep: [0, 8],
  dozing: [2, 20],
  awake: [8, 60],
  sitting_up: [40, 120],
  bed_edge: [30, 90],
  out_of_bed: [0, 0],
  toilet: [0, 0],
  away: [0, 0],
  unclear: [0, 200],
}

/** What the mat can know: whoever is not on it is out of bed. */
const seenByMat = (state: BodyState): BodyState => (state === 'toilet' || state === 'away' ? 'out_of_bed' : state)

export const simulateSleepMat: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)
  const phaseMs = key % MINUTE_MS

  function minute(atMs: number): Sample {
    const { state } = resident.at(atMs)
    const index = Math.floor(atMs / MINUTE_MS)
    const [low, high] = ACTIVITY[state]
    const quality = state === 'unclear' ? 15 : 92 + drift(key, atMs, 3_600_000) * 6
    const vitals: Record<string, MetricValue> = IN_BED.has(state)
      ? { heart_rate: heart(atMs), resp_rate: breath(atMs) }
      : {}
    return {
      atMs,
      metrics: {
        ...vitals,
        activity: Math.round(low + chanceAt(key, index) * (high - low)),
        bed_state: seenByMat(state),
        signal_quality: Math.round(clamp(quality, 0, 100)),
      },
    }
  }
  const heart = (ms: number): number => clamp(Math.round(resident.heartRate(ms)), 20, 220)
  const breath = (ms: number): number => clamp(Math.round(resident.respRate(ms)), 2, 60)

  /** A limit is told when it is first passed, not every minute. */
  function* limits(atMs: number): Generator<Sample> {
    const beforeMs = atMs - MINUTE_MS
    if (!IN_BED.has(resident.at(atMs).state)) return
    const known = IN_BED.has(resident.at(beforeMs).state)
    const out = (value: number, [low, high]: readonly [number, number]): boolean => value < low || value > high
    if (out(heart(atMs), HEART_RATE_LIMITS) && !(known && out(heart(beforeMs), HEART_RATE_LIMITS)))
      yield { atMs, event: 'hr_range', attributes: { heart_rate: heart(atMs) } }
    if (out(breath(atMs), RESP_RATE_LIMITS) && !(known && out(breath(beforeMs), RESP_RATE_LIMITS)))
      yield { atMs, event: 'rr_range', attributes: { resp_rate: breath(atMs) } }
  }

  function* change(before: Segment, now: Segment): Generator<Sample> {
    const atMs = now.startMs
    const state = seenByMat(now.state)
    if (state === seenByMat(before.state)) return
    yield { atMs, metrics: { bed_state: state } }
    if (state === 'out_of_bed') {
      yield { atMs, event: 'bed_exit' }
      if (isNight(resident, atMs) && staysOut(atMs))
        yield { atMs: atMs + NO_RETURN_MS, event: 'no_return', attributes: { away_min: 30 } }
      const figures = nightFigures(resident, atMs)
      if (figures) yield { atMs: atMs + FIGURES_AFTER_MS, metrics: figures }
    }
    if (state === 'sitting_up') yield { atMs, event: 'sit_up' }
    if (state === 'dozing' && chanceAt(key, atMs / 1000) < 0.06) yield { atMs: atMs + MINUTE_MS, event: 'restless' }
    if (state === 'unclear') yield { atMs: atMs + UNCLEAR_AFTER_MS, event: 'signal_unclear' }
  }
  const staysOut = (sinceMs: number): boolean =>
    resident.changes(sinceMs + 1, sinceMs + NO_RETURN_MS).every(({ now }) => seenByMat(now.state) === 'out_of_bed')

  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const { before, now } of resident.changes(fromMs - LOOK_BACK_MS, toMs)) samples.push(...change(before, now))
    for (const atMs of ticks(fromMs, toMs, MINUTE_MS, phaseMs)) samples.push(minute(atMs), ...limits(atMs))
    return within(samples, fromMs, toMs)
  }
}

const isNight = (resident: Resident, ms: number): boolean => {
  const { hour } = wallClock(ms, resident.zone)
  return hour >= 21 || hour < 6
}
