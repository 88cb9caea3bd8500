/** Judges one parsed message against its device's profile: what is accepted, what is refused and why, what is late. Pure. */
import type { BatchedTelemetry, EventMessage, MetricValue } from './messages.ts'
import { type DeviceProfile, type Metric, periodMs } from './profile.ts'
import type { Mark, StoredValue } from './readings.ts'
import { firstReason, type RejectionReason, refusesMetricOnly } from './rejections.ts'
import { parseDeviceTime } from './time.ts'

const DAY_MS = 86_400_000
/** `future_time`: further ahead of the gateway's time. */
const FUTURE_LIMIT_MS = DAY_MS
/** `too_old`: further before the device's `active_from`. */
const TOO_OLD_MARGIN_MS = 30 * DAY_MS
/** `clock_suspect`: further ahead of the gateway's time, or known to be further from it in either direction. */
export const CLOCK_SUSPECT_MS = 5 * 60_000
const MIN_LATE_MS = 60_000

export interface JudgeContext {
  /** Gateway time on arrival, epoch ms. */
  rxMs: number
  activeFromMs: number
  /** Estimated device clock minus gateway clock; 0 without evidence. */
  skewMs?: number
}

export interface Refusal {
  reason: RejectionReason
  /** Refused metrics or attributes. */
  fields: string[]
  /** Names rules and limits, never values. */
  detail: string
}

export type Judgement =
  | { ok: true; deviceMs: number; values: Record<string, StoredValue>; marks: Mark[]; refusal: Refusal | null }
  | { ok: false; refusal: Refusal }

interface Fault {
  field: string | null
  reason: RejectionReason
  detail: string
}

/** Judges a telemetry message. */
export function judgeTelemetry(message: BatchedTelemetry, profile: DeviceProfile, context: JudgeContext): Judgement {
  const names = Object.keys(message.metrics)
  if (names.length === 0) return { ok: false, refusal: { reason: 'schema', fields: [], detail: 'metrics is empty' } }
  const faults: Fault[] = []
  let values: Record<string, StoredValue> | null = null
  let longest = 0
  for (const name of names) {
    const metric = ownEntry(profile.metrics, name)
    if (!metric) {
      values ??= valuesBefore(message.metrics, name)
      faults.push({ field: name, reason: 'unknown_metric', detail: `${profile.id} has no such metric` })
      continue
    }
    const raw = message.metrics[name] as MetricValue
    const judged = judgeValue(raw, metric)
    // Only from the first value on that is not stored as it came is there a copy.
    if (judged !== raw) values ??= valuesBefore(message.metrics, name)
    if (judged === null) faults.push({ field: name, reason: 'out_of_range', detail: limitOf(metric) })
    else if (values) values[name] = judged
    longest = Math.max(longest, periodMs(metric) ?? 0)
  }
  values ??= message.metrics as Record<string, StoredValue>
  return conclude(message.ts, values, faults, context, Math.max(2 * longest, MIN_LATE_MS))
}

/** Judges an event; an unknown event type is an unknown metric, and a bad attribute is left out like a bad metric. */
export function judgeEvent(message: EventMessage, profile: DeviceProfile, context: JudgeContext): Judgement {
  const type = ownEntry(profile.events, message.event)
  if (!type) {
    const detail = `${profile.id} has no such event`
    return { ok: false, refusal: { reason: 'unknown_metric', fields: [message.event], detail } }
  }
  const faults: Fault[] = []
  const values: Record<string, StoredValue> = {}
  for (const [name, raw] of Object.entries(message.attributes ?? {})) {
    const attribute = ownEntry(type.attributes, name)
    if (!attribute) {
      faults.push({ field: name, reason: 'unknown_metric', detail: `${message.event} has no such attribute` })
      continue
    }
    const judged = judgeValue(raw, attribute)
    if (judged === null) faults.push({ field: name, reason: 'out_of_range', detail: limitOf(attribute) })
    else values[name] = judged
  }
  return conclude(message.ts, values, faults, context, MIN_LATE_MS, true)
}

function conclude(
  ts: string | number,
  values: Record<string, StoredValue>,
  faults: Fault[],
  context: JudgeContext,
  lateAfterMs: number,
  mayBeEmpty = false,
): Judgement {
  const deviceMs = parseDeviceTime(ts)
  if (deviceMs === null) {
    faults.push({
      field: null,
      reason: 'schema',
      detail: 'ts is neither an RFC 3339 time with offset nor epoch milliseconds',
    })
  } else if (deviceMs - context.rxMs > FUTURE_LIMIT_MS) {
    faults.push({ field: null, reason: 'future_time', detail: 'ts is more than 24 h ahead of gateway time' })
  } else if (deviceMs < context.activeFromMs - TOO_OLD_MARGIN_MS) {
    faults.push({ field: null, reason: 'too_old', detail: 'ts is more than 30 days before the device became active' })
  }
  const refusal = faults.length > 0 ? refusalOf(faults) : null
  const whole = faults.some(fault => !refusesMetricOnly(fault.reason))
  const nothingLeft = !mayBeEmpty && Object.keys(values).length === 0
  if (refusal && (whole || nothingLeft)) return { ok: false, refusal }

  const marks: Mark[] = []
  const at = deviceMs as number
  const skewMs = context.skewMs ?? 0
  if (context.rxMs - (at - skewMs) > lateAfterMs) marks.push('late')
  if (at - context.rxMs > CLOCK_SUSPECT_MS || Math.abs(skewMs) > CLOCK_SUSPECT_MS) marks.push('clock_suspect')
  if (refusal) marks.push('partly_refused')
  return { ok: true, deviceMs: at, values, marks, refusal }
}

function refusalOf(faults: Fault[]): Refusal {
  const reason = firstReason(faults.map(fault => fault.reason))
  const detail = faults.find(fault => fault.reason === reason)?.detail ?? ''
  return { reason, fields: faults.flatMap(fault => fault.field ?? []), detail }
}

type ValueRule =
  | Pick<Extract<Metric, { kind: 'number' }>, 'kind' | 'range' | 'unit'>
  | { kind: 'boolean' }
  | { kind: 'enum'; values: Record<string, unknown> }

/** @returns the value as it is stored; null: not among the accepted ones */
function judgeValue(value: MetricValue, rule: ValueRule): StoredValue | null {
  switch (rule.kind) {
    case 'number':
      return typeof value === 'number' && value >= rule.range[0] && value <= rule.range[1] ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : null
    case 'enum':
      return typeof value === 'string' && Object.hasOwn(rule.values, value) ? value : null
  }
}

function limitOf(rule: ValueRule): string {
  switch (rule.kind) {
    case 'number':
      return `accepted: ${rule.range[0]} to ${rule.range[1]} ${rule.unit}`
    case 'boolean':
      return 'accepted: true or false'
    case 'enum':
      return `accepted: ${Object.keys(rule.values).join(', ')}`
  }
}

function valuesBefore(metrics: Readonly<Record<string, MetricValue>>, name: string): Record<string, StoredValue> {
  const values: Record<string, StoredValue> = {}
  for (const before in metrics) {
    if (before === name) break
    values[before] = metrics[before] as StoredValue
  }
  return values
}

/** Looks a wire-given name up without reaching the prototype. */
const ownEntry = <T>(entries: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined
