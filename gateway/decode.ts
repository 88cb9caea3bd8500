/** Takes an MQTT payload apart: size, JSON, schema, version, in that order. What it returns is trusted from here on; what a check refuses, zod judges. */
import { isUtf8 } from 'node:buffer'
import type { ZodType } from 'zod'
import { bootIdSchema } from '../core/ids.ts'
import {
  type BatchedTelemetry,
  batchEnvelopeSchema,
  batchedTelemetrySchema,
  type EventMessage,
  eventMessageSchema,
  MAX_BATCH_BYTES,
  MAX_MESSAGE_BYTES,
  type StatusMessage,
  seqSchema,
  statusMessageSchema,
  telemetryMessageSchema,
} from '../core/messages.ts'
import type { RejectionReason } from '../core/rejections.ts'
import type { DeviceChannel } from '../core/topics.ts'
import { CHECKS } from './check.ts'

export interface Unreadable {
  kind: 'unreadable'
  reason: Extract<RejectionReason, 'too_large' | 'not_json' | 'schema' | 'version'>
  /** Names rules and fields, never values. */
  detail: string
  /** Where they can be read in spite of all. */
  boot?: string
  seq?: number
  /** The message inside a batch; absent: the whole payload. */
  raw?: string | undefined
}
export type Decoded =
  | { kind: 'telemetry'; message: BatchedTelemetry }
  | { kind: 'event'; message: EventMessage }
  | { kind: 'status'; message: StatusMessage }
  | Unreadable

const SCHEMAS = {
  telemetry: telemetryMessageSchema,
  event: eventMessageSchema,
  status: statusMessageSchema,
  batched: batchedTelemetrySchema,
}

/** @returns one for each message; a batch with a good envelope is judged message by message */
export function decode(channel: DeviceChannel, payload: Buffer): Decoded[] {
  const limit = channel === 'telemetry' ? MAX_BATCH_BYTES : MAX_MESSAGE_BYTES
  if (payload.length > limit) return [tooLarge(limit)]
  const json = parseJson(payload)
  if (!json) return [{ kind: 'unreadable', reason: 'not_json', detail: 'the payload is not JSON in UTF-8' }]
  const { value } = json
  if (channel === 'telemetry' && isObject(value) && Object.hasOwn(value, 'messages')) return decodeBatch(value)
  if (payload.length > MAX_MESSAGE_BYTES) return [tooLarge(MAX_MESSAGE_BYTES)]
  if (CHECKS[channel](value)) return [{ kind: channel, message: value } as Decoded]
  return [judged(channel, value) ?? unreadable(SCHEMAS[channel], value)]
}

function decodeBatch(value: object): Decoded[] {
  return CHECKS.envelope(value) ? value.messages.map(decodeBatched) : [unreadable(batchEnvelopeSchema, value)]
}

function decodeBatched(item: unknown): Decoded {
  if (CHECKS.batched(item)) return { kind: 'telemetry', message: item }
  return judged('batched', item) ?? { ...unreadable(batchedTelemetrySchema, item), raw: textOf(item) }
}

/** What zod takes although the check did not, for example a text that is too long in UTF-16 units only; null when it does not either. */
function judged(name: keyof typeof SCHEMAS, value: unknown): Decoded | null {
  const { data } = SCHEMAS[name].safeParse(value)
  if (!data || isPassedOver(value)) return null
  return { kind: name === 'batched' ? 'telemetry' : name, message: data } as Decoded
}

/** Zod does not see a metric or attribute named `__proto__`, and would drop it in silence. */
function isPassedOver(value: unknown): boolean {
  const { metrics, attributes } = value as { metrics?: unknown; attributes?: unknown }
  return [metrics, attributes].some(values => isObject(values) && Object.hasOwn(values, '__proto__'))
}

/** Undefined for what is nested so deeply that it can be read but not written: then the whole batch is kept. */
function textOf(item: unknown): string | undefined {
  try {
    return JSON.stringify(item)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function parseJson(payload: Buffer): { value: unknown } | null {
  if (!isUtf8(payload)) return null
  try {
    return { value: JSON.parse(payload.toString()) }
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const tooLarge = (limit: number): Unreadable => ({
  kind: 'unreadable',
  reason: 'too_large',
  detail: `at most ${limit} bytes`,
})

/** Why something is refused that zod has nothing against. */
const NOT_SEEN = { issues: [{ path: ['__proto__'], code: 'invalid_key' }] }

function unreadable(schema: ZodType, value: unknown): Unreadable {
  const error = schema.safeParse(value).error ?? NOT_SEEN
  const onlyVersion = error.issues.every(issue => issue.path.length === 1 && issue.path[0] === 'v')
  const detail = error.issues.map(issue => `${issue.path.join('.') || 'message'}: ${issue.code}`).join(', ')
  const reason = onlyVersion && isObject(value) && Number.isInteger((value as { v?: unknown }).v) ? 'version' : 'schema'
  return { kind: 'unreadable', reason, detail: detail.slice(0, 500), ...identityIn(value) }
}

function identityIn(value: unknown): { boot?: string; seq?: number } {
  if (!isObject(value)) return {}
  const { boot, seq } = value as { boot?: unknown; seq?: unknown }
  return {
    ...(bootIdSchema.safeParse(boot).success ? { boot: boot as string } : {}),
    ...(seqSchema.safeParse(seq).success ? { seq: seq as number } : {}),
  }
}
