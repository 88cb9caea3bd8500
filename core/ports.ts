/** The ports that storage adapters fill: where telemetry goes and where it is read. Every adapter passes one contract suite. */
import type { DeviceId, FacilityId, ProfileId } from './ids.ts'
import type { Bucket, Reading, StoredEvent, StoredRow } from './readings.ts'

/**
 * Where accepted rows go. Called by one store writer, which keeps rows until `write` returns and repeats them for ever.
 *
 * Errors are AppErrors: `store_unavailable`, `store_busy` (retryable; `retryAfterMs` may be set), `store_denied` (credentials or bucket
 * wrong: hold and alarm, retry), `store_too_large` (halve the batch), `store_refused` (some row is unacceptable: bisect to it).
 */
export interface TelemetrySink {
  /** How many writes may be under way at once, in whatever order they end; where order matters, 1. */
  readonly concurrency: number
  /**
   * Stores rows; when it returns they are durable. `position` lies above every row given and not above any row still to come.
   * May be repeated with any batch boundaries, wholly or partly: a row is stored once (by key, or by skipping positions already committed).
   */
  write(rows: readonly StoredRow[], position: number): Promise<void>
  /**
   * Stores rows that were refused when their turn came, whatever their position; when it returns they are durable. By key: a row that
   * is there already is left as it is, so it may be repeated. Throws as `write` does; on `store_refused` some of the rows may be stored.
   */
  restore(rows: readonly StoredRow[]): Promise<void>
  /** The committed position, or null when the store keeps none (then replays are idempotent by key). Read once at start. */
  position(): Promise<number | null>
  /**
   * Removes for good the messages, telemetry and events, of a stretch of device time. When it returns nobody reads them any more, and what
   * stays is read as before. Goes on in portions, between which writes get their turn; after a failure or an abort part of it is gone, and it
   * may be repeated. A row of that stretch that is written meanwhile may stay or go. `signal` is looked at between portions: its reason is thrown.
   */
  remove(query: RemovalQuery, signal?: AbortSignal): Promise<void>
  /** Where rows can be taken in as the bytes they were spooled in: at a tenth of the cost. */
  readonly raw?: { begin(): RawBatch }
  /** Finishes what is under way and lets go of the store. Nothing written before is lost. */
  stop(): Promise<void>
}

/** Where rows come from; one object for all rows of the same three names. */
export interface RowSource {
  readonly facility: FacilityId
  readonly device: DeviceId
  readonly profile: ProfileId
}

/** A span of bytes: from ≤ i < to. */
export interface Span {
  from: number
  to: number
}

/** A telemetry row as bytes; one object serves for all, and is good until the next. Numbers are whole, not negative, and written as digits. */
export interface RawRow {
  source: RowSource
  bytes: Uint8Array
  boot: Span
  seq: Span
  /** Gateway time, epoch ms; as digits and as a number. */
  rx: Span
  rxMs: number
  /** Device time, epoch ms, and the device's count of accepted messages: they make the store key. */
  deviceMs: Span
  count: Span
  /** The members of a JSON object, without its braces. */
  values: Span
  bootChanged: boolean
  /** Whether it has this mark; it has no other. */
  late: boolean
}

/** Rows on their way into a store that takes raw ones. */
export interface RawBatch {
  /** False: this one is beyond the batch's reading of bytes, and has to be given as a row. */
  add(row: RawRow): boolean
  /** Throws AppError `store_refused` when the row cannot be stored. */
  addRow(row: StoredRow): void
  /** Stores all that was added, as `TelemetrySink.write` does; may be repeated. */
  write(): Promise<void>
  /** Its memory may be used again; it must not be. */
  free(): void
}

/** A half-open span of device time, epoch ms: from ≤ t < to. */
export interface TimeRange {
  fromMs: number
  toMs: number
}

/** What is removed; no devices named: of all that the facility has or had. */
export interface RemovalQuery extends TimeRange {
  facility: FacilityId
  devices?: readonly string[]
}

export interface ScanQuery extends TimeRange {
  facility: FacilityId
  devices?: readonly DeviceId[]
  profiles?: readonly ProfileId[]
  metrics?: readonly string[]
}

/** Messages by when the gateway got them (`rx`, half-open); device times outside the range are not looked at. */
export interface ArrivalQuery extends TimeRange {
  facility: FacilityId
  devices?: readonly string[]
  rxFromMs: number
  rxToMs: number
}

export interface BucketQuery extends TimeRange {
  facility: FacilityId
  device: DeviceId
  metric: string
  /** How many equal buckets the range is cut into, 1–2,000. */
  buckets: number
}

/** Where stored telemetry is read. Reads may be repeated at will and see every write that has returned. */
export interface TelemetrySource {
  /** Readings in order of device, key, metric; streamed, memory does not grow with the range. */
  scan(query: ScanQuery): AsyncIterable<Reading>
  /** Minimum, maximum and mean for each bucket that has values, in order of time. */
  buckets(query: BucketQuery): Promise<Bucket[]>
  /** Events, newest first, at most `limit`; `before` (exclusive, a key) continues a page. */
  events(
    query: TimeRange & { facility: FacilityId; devices?: readonly DeviceId[]; limit: number; before?: bigint },
  ): Promise<StoredEvent[]>
  /** Number of stored messages (rows, not readings), recounted from the store. */
  count(query: ScanQuery): Promise<{ telemetry: number; events: number }>
  /** Number of stored messages, telemetry and events together, of each device that has any. */
  countByDevice(query: ArrivalQuery): Promise<Map<string, number>>
  /**
   * Copies the range's readings into one Parquet file (columns: facility, device, profile, metric VARCHAR; value DOUBLE; text VARCHAR;
   * key BIGINT; device_ms, rx BIGINT; boot VARCHAR; seq BIGINT; marks VARCHAR), ordered by device, key, metric. Cancelled by `signal`.
   */
  extract(
    query: ScanQuery,
    file: string,
    progress?: (readings: number) => void,
    signal?: AbortSignal,
  ): Promise<{ readings: number }>
  stop(): Promise<void>
}
