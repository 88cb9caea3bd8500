/** Made-up readings of one night for browser tests: steady values, time out of bed, one stretch in which nothing was received. */
import { profileById } from '../../../core/profiles/index.ts'
import type { Readings } from '../../../core/rest/devices.ts'
import { sceneNow } from './scene.ts'

const HOUR = 3_600_000
/** The stretch without data, before the window's end. */
const SILENT_FROM = 6 * HOUR
const SILENT_TO = 5.4 * HOUR
/** Hours before the end during which the resident was up. */
const OFF_BED: readonly [number, number][] = [
  [20, 16.5],
  [14, 10.2],
  [2.1, 1.9],
]
const isOff = (before: number): boolean => OFF_BED.some(([from, to]) => before <= from * HOUR && before >= to * HOUR)

export function makeReadings(profile: string, metric: string, fromMs: number, toMs: number, points: number): Readings {
  const definition = (
    profileById(profile)?.metrics as
      | Record<string, { kind: string; unit?: string; sampling: { how: string; seconds?: number } }>
      | undefined
  )?.[metric]
  const period = definition?.sampling.how === 'periodic' ? (definition.sampling.seconds ?? 60) * 1000 : null
  const bucketMs = Math.max(1000, Math.ceil((toMs - fromMs) / points / 1000) * 1000)
  const now = sceneNow()
  const all: Readings['points'] = []
  if (definition?.kind === 'enum') {
    const changes: [number, string][] = [
      [23.8, 'asleep'],
      [20.2, 'sitting_up'],
      [20, 'out_of_bed'],
      [16.5, 'awake'],
      [14.1, 'bed_edge'],
      [14, 'out_of_bed'],
      [10.2, 'sitting_up'],
      [9.6, 'dozing'],
      [9.1, 'asleep'],
      [5.3, 'asleep'],
      [2.2, 'sitting_up'],
      [2.1, 'out_of_bed'],
      [1.9, 'awake'],
      [1.6, 'asleep'],
      [0.25, 'out_of_bed'],
    ]
    for (const [before, value] of changes) {
      const ms = now - before * HOUR
      if (ms >= fromMs && ms < toMs)
        all.push([Math.floor((ms - fromMs) / bucketMs) * bucketMs + fromMs, 1, null, null, null, value])
    }
    return { metric, unit: null, bucketMs, periodMs: period, points: all } as unknown as Readings
  }
  const base = metric === 'resp_rate' ? 14 : metric === 'heart_rate' ? 60 : metric === 'signal_quality' ? 92 : 12
  if (period === null) {
    for (const before of [22, 15, 7, 1])
      if (now - before * HOUR > fromMs) all.push([now - before * HOUR, 1, base, base, base, base])
    return { metric, unit: definition?.unit ?? null, bucketMs, periodMs: null, points: all } as unknown as Readings
  }
  const step = Math.max(bucketMs, period)
  for (let ms = fromMs; ms < Math.min(toMs, now); ms += step) {
    const before = now - ms
    if (before <= SILENT_FROM && before >= SILENT_TO) continue
    if (isOff(before) && (metric === 'heart_rate' || metric === 'resp_rate')) continue
    const wave = Math.sin(ms / 5.1e6) * base * 0.08 + Math.sin(ms / 6.3e5) * base * 0.03
    const mean = Math.round((base + wave) * 10) / 10
    all.push([
      ms,
      Math.max(1, Math.round(step / period)),
      Math.round(mean - base * 0.06),
      Math.round(mean + base * 0.09),
      mean,
      Math.round(mean),
    ])
  }
  return { metric, unit: definition?.unit ?? null, bucketMs, periodMs: period, points: all } as unknown as Readings
}
