/** What simulators and recordings yield: a measurement or an event with its device time, not yet numbered. */
import type { MetricValue } from '../core/messages.ts'

export interface TelemetrySample {
  /** Device time, epoch ms. */
  atMs: number
  metrics: Record<string, MetricValue>
}
export interface EventSample {
  atMs: number
  event: string
  attributes?: Record<string, MetricValue>
}
export type Sample = TelemetrySample | EventSample

export const isEvent = (sample: Sample): sample is EventSample => 'event' in sample
