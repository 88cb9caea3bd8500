/** The figures of a night, reckoned from the resident's plan when the morning's last bed exit comes. */
import type { MetricValue } from '../../core/messages.ts'
import { wallClock } from '../../core/time.ts'
import { clamp, roundTo } from '../random.ts'
import type { Segment } from './day.ts'
import { IN_BED, type Resident } from './resident.ts'

const MINUTE_MS = 60_000
const STEP_MS = 10 * MINUTE_MS

/** @returns metrics of bed.sleep_mat, or null when `exitMs` does not end a night */
export function nightFigures(resident: Resident, exitMs: number): Record<string, MetricValue> | null {
  const day = resident.dayOf(exitMs)
  const exit = day.findIndex(segment => segment.startMs === exitMs)
  const { hour } = wallClock(exitMs, resident.zone)
  if (exit < 0 || hour < 5 || hour >= 12 || day.slice(exit + 1).some(segment => IN_BED.has(segment.state))) return null
  const spans = day
    .slice(0, exit)
    .map((segment, i) => ({ segment, ms: (day[i + 1] as Segment).startMs - segment.startMs }))
  // The night begins when the bed is reached for it; a rest on the bed before supper is not part of it.
  const evening = spans.findIndex(({ segment }, i) => {
    const { hour: h } = wallClock(segment.startMs, resident.zone)
    return segment.state === 'awake' && spans[i - 1]?.segment.state === 'bed_edge' && h >= 20
  })
  if (evening < 0) return null
  const night = spans.slice(evening)
  const onset = night.findIndex(({ segment }) => segment.state === 'asleep')
  if (onset < 0) return null
  const minutes = (part: typeof night, states: readonly string[]): number =>
    part.filter(({ segment }) => states.includes(segment.state)).reduce((sum, { ms }) => sum + ms, 0) / MINUTE_MS
  const inBed = minutes(night, ['asleep', 'dozing', 'awake', 'sitting_up', 'bed_edge', 'unclear'])
  const asleep = minutes(night, ['asleep', 'dozing'])
  const latency = minutes(night.slice(0, onset), ['awake', 'dozing'])
  const awake = minutes(night.slice(onset), ['awake', 'sitting_up', 'bed_edge', 'out_of_bed', 'toilet', 'away'])
  const times: number[] = []
  for (const { segment, ms } of night)
    if (segment.state === 'asleep') for (let t = 0; t < ms; t += STEP_MS) times.push(segment.startMs + t)
  const heart = spread(times.map(resident.heartRate))
  const breath = spread(times.map(resident.respRate))
  return {
    night_heart_rate: heart.mean,
    night_heart_rate_sd: heart.sd,
    night_resp_rate: breath.mean,
    night_resp_rate_sd: breath.sd,
    wake_after_onset: Math.round(awake),
    sleep_latency: Math.round(latency),
    time_in_bed: Math.round(inBed),
    total_sleep: Math.round(asleep),
    sleep_efficiency: Math.round(clamp((asleep / inBed) * 100, 0, 100)),
    agitation: night.some(({ segment }) => segment.wandering),
  }
}

function spread(values: number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length
  return { mean: roundTo(mean, 1), sd: roundTo(Math.sqrt(variance), 1) }
}
