/** Simulates any device type from its profile alone: every metric at its own pace, with values inside its limits. */
import type { MetricValue } from '../../core/messages.ts'
import type { DeviceProfile, Metric } from '../../core/profile.ts'
import { chanceAt, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type Simulator, ticks, within } from './simulator.ts'

/** Metrics that come when something happens are given this often. */
const ON_EVENT_MS = 3_600_000

export const simulateByProfile =
  (profile: DeviceProfile): Simulator =>
  ({ seed, device }) => {
    const key = hash32(`${seed}/${device}`)
    const groups = new Map<number, string[]>()
    for (const [name, metric] of Object.entries(profile.metrics)) {
      const everyMs = metric.sampling.how === 'event' ? ON_EVENT_MS : metric.sampling.seconds * 1000
      groups.set(everyMs, [...(groups.get(everyMs) ?? []), name])
    }
    return (fromMs, toMs) => {
      const samples: Sample[] = []
      for (const [everyMs, names] of groups)
        for (const atMs of ticks(fromMs, toMs, everyMs, key % everyMs))
          samples.push({ atMs, metrics: typicalMetrics(profile, names, key, Math.floor(atMs / 1000)) })
      return within(samples, fromMs, toMs)
    }
  }

/** Values for the named metrics that the profile accepts; the same for the same key and index. */
export function typicalMetrics(
  profile: DeviceProfile,
  names: readonly string[],
  key: number,
  index: number,
): Record<string, MetricValue> {
  const metrics: Record<string, MetricValue> = {}
  for (const name of names) {
    const metric = profile.metrics[name as keyof typeof profile.metrics]
    if (metric) metrics[name] = typicalValue(metric, chanceAt(key ^ hash32(name), index))
  }
  return metrics
}

function typicalValue(metric: Metric, luck: number): MetricValue {
  switch (metric.kind) {
    case 'number': {
      const [low, high] = metric.plausible ?? metric.range
      return Math.min(high, Math.max(low, roundTo(low + (0.3 + luck * 0.4) * (high - low), metric.digits)))
    }
    case 'boolean':
      return luck < 0.5
    case 'enum': {
      const values = Object.keys(metric.values)
      return values[Math.floor(luck * values.length)] ?? ''
    }
  }
}
