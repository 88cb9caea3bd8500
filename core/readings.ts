/** What is stored: one row for each accepted message, and the flat readings and events that readers get back. */
import type { BootId, DeviceId, FacilityId, ProfileId } from './ids.ts'

/** Numbers are float64 (booleans 1 and 0); enum values are text. A metric name never changes its kind. */
export type StoredValue = number | string

/**
 * `late`: older than twice its longest period when it arrived. `clock_suspect`: device clock more than 5 minutes ahead.
 * `partly_refused`: some of its metrics were refused. `unsequenced`: came without boot and seq.
 */
export const MARKS = ['late', 'clock_suspect', 'partly_refused', 'unsequenced'] as const
export type Mark = (typeof MARKS)[number]

interface RowBase {
  facility: FacilityId
  device: DeviceId
  profile: ProfileId
  /** Store key: device milliseconds · 10⁶ + (n mod 10⁶), n being the device's count of accepted messages. Nanoseconds. */
  key: bigint
  /** Gateway time, epoch ms. */
  rx: number
  boot: BootId
  /** True when the device's previously accepted row had another boot (readers of sparse stores fill forward). */
  bootChanged: boolean
  seq: number
  marks: readonly Mark[]
  /** Place in the writer's stream; strictly increasing over all rows of one gateway. */
  position: number
}
export interface TelemetryRow extends RowBase {
  kind: 'telemetry'
  values: Readonly<Record<string, StoredValue>>
}
export interface EventRow extends RowBase {
  kind: 'event'
  event: string
  attributes: Readonly<Record<string, StoredValue>>
}
export type StoredRow = TelemetryRow | EventRow

const NS_PER_MS = 1_000_000n
/** Store key of a message: see RowBase.key. */
export const storeKey = (deviceMs: number, n: number): bigint => BigInt(deviceMs) * NS_PER_MS + BigInt(n % 1_000_000)
/** Device time of a store key, epoch ms. */
export const keyTimeMs = (key: bigint): number => Number(key / NS_PER_MS)

/** One metric of one message as a reader gets it. */
export interface Reading {
  facility: FacilityId
  device: DeviceId
  profile: ProfileId
  metric: string
  value: StoredValue
  key: bigint
  /** Device time, epoch ms. */
  deviceMs: number
  /** Gateway time, epoch ms. */
  rx: number
  boot: BootId
  seq: number
  marks: readonly Mark[]
}

/** One event as a reader gets it. */
export interface StoredEvent {
  facility: FacilityId
  device: DeviceId
  profile: ProfileId
  event: string
  attributes: Readonly<Record<string, StoredValue>>
  key: bigint
  deviceMs: number
  rx: number
  boot: BootId
  seq: number
  marks: readonly Mark[]
}

/** A time bucket of one metric; `min`, `max`, `mean` are null for text, `last` is the newest value in it. Empty buckets are left out. */
export interface Bucket {
  /** Start of the bucket, epoch ms. */
  startMs: number
  count: number
  min: number | null
  max: number | null
  mean: number | null
  last: StoredValue
}

/**
 * Width of a bucket in whole milliseconds, for every store alike; the last bucket of a range that does not divide evenly is cut short
 * by the range's end. Bucket i starts at fromMs + i · width.
 */
export const bucketWidthMs = (query: { fromMs: number; toMs: number; buckets: number }): number =>
  Math.max(1, Math.ceil((query.toMs - query.fromMs) / query.buckets))
