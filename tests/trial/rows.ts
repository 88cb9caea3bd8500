/** Columns that grow: readings and events of one device, packed in typed arrays until they go to the file. */
import type { MetricValue } from '../../core/messages.ts'

export const METRICS = [
  ...(['heart_rate', 'resp_rate', 'activity', 'bed_state', 'signal_quality'] as const),
  ...(['motion', 'motion_detected', 'door_open', 'toilet_stay', 'body_height'] as const),
  ...(['body_temp', 'systolic', 'diastolic', 'spo2', 'pulse', 'weight'] as const),
  ...(['speed', 'distance', 'handle_force_left', 'handle_force_right', 'balance_left', 'load_level'] as const),
] as const
export type MetricName = (typeof METRICS)[number]
const METRIC_INDEX = new Map<MetricName, number>(METRICS.map((metric, i) => [metric, i]))

/** Values of enum metrics; place 0 stands for none. */
export const TEXTS = ['', 'asleep', 'dozing', 'awake', 'sitting_up', 'out_of_bed', 'unclear'] as const
export type BedText = Exclude<(typeof TEXTS)[number], ''>

export interface EventRow {
  type: string
  deviceMs: number
  attributes: Record<string, MetricValue>
}

export interface DeviceRows {
  length: number
  metric: Uint8Array
  /** NaN where the value is a text. */
  value: Float64Array
  text: Uint8Array
  deviceMs: Float64Array
  seq: Int32Array
  events: EventRow[]
  /** One message with these metrics. */
  say(deviceMs: number, values: Partial<Record<MetricName, number | boolean | BedText>>): void
  tell(deviceMs: number, type: string, attributes?: Record<string, MetricValue>): void
}

export function createRows(): DeviceRows {
  let seq = 0
  const rows: DeviceRows = {
    length: 0,
    metric: new Uint8Array(1_024),
    value: new Float64Array(1_024),
    text: new Uint8Array(1_024),
    deviceMs: new Float64Array(1_024),
    seq: new Int32Array(1_024),
    events: [],
    say(deviceMs, values) {
      for (const name in values) {
        const value = values[name as MetricName]
        if (rows.length === rows.metric.length) grow(rows)
        const at = rows.length++
        rows.metric[at] = METRIC_INDEX.get(name as MetricName) as number
        rows.value[at] = typeof value === 'string' ? Number.NaN : Number(value)
        rows.text[at] = typeof value === 'string' ? TEXTS.indexOf(value) : 0
        rows.deviceMs[at] = deviceMs
        rows.seq[at] = seq
      }
      seq++
    },
    tell(deviceMs, type, attributes = {}) {
      rows.events.push({ type, deviceMs, attributes })
      seq++
    },
  }
  return rows
}

function grow(rows: DeviceRows): void {
  const size = rows.metric.length * 2
  const larger = <T extends Uint8Array | Float64Array | Int32Array>(to: T, from: T): T => {
    to.set(from as never)
    return to
  }
  rows.metric = larger(new Uint8Array(size), rows.metric)
  rows.value = larger(new Float64Array(size), rows.value)
  rows.text = larger(new Uint8Array(size), rows.text)
  rows.deviceMs = larger(new Float64Array(size), rows.deviceMs)
  rows.seq = larger(new Int32Array(size), rows.seq)
}
