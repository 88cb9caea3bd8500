/** Writes readings into one Parquet file, the common end of both stores' extracts. */
import { rename, rm } from 'node:fs/promises'
import type { Reading } from '../../core/readings.ts'
import { BLOCK_ROWS, type Block, type DuckdbConnection, openDuckdb, type SqlParameters } from '../duckdb.ts'

/** Columns of an extract, in order (core/ports.ts, TelemetrySource.extract). */
export const PARQUET_COLUMNS = [
  ...(['facility', 'device', 'profile', 'metric', 'value', 'text'] as const),
  ...(['key', 'device_ms', 'rx', 'boot', 'seq', 'marks'] as const),
] as const

const PROGRESS_INTERVAL_MS = 250

export interface ParquetCopy {
  /** A query that gives PARQUET_COLUMNS in the wanted order. */
  sql: string
  parameters?: SqlParameters
  file: string
  progress?: ((readings: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * The file appears under its name only when it is whole. `progress` gets estimates while it is written, and the exact number at the end.
 * Aborted: throws the signal's reason and leaves nothing behind.
 */
export async function copyToParquet(connection: DuckdbConnection, copy: ParquetCopy): Promise<{ readings: number }> {
  const { sql, parameters, file, progress, signal } = copy
  signal?.throwIfAborted()
  const part = `${file}.part`
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt, { once: true })
  let timer: NodeJS.Timeout | undefined
  try {
    if (progress) {
      const [total] = await connection.rows(`select count(*) as n from (${sql})`, parameters)
      await connection.showProgress()
      timer = setInterval(() => {
        const percent = connection.progress()
        if (percent > 0) progress(Math.floor((Number(total?.n) * percent) / 100))
      }, PROGRESS_INTERVAL_MS)
    }
    signal?.throwIfAborted()
    const target = part.replaceAll("'", "''")
    const [done] = await connection.rows(`copy (${sql}) to '${target}' (format parquet, compression zstd)`, parameters)
    clearInterval(timer)
    signal?.throwIfAborted()
    await rename(part, file)
    const readings = Number(done?.Count)
    progress?.(readings)
    return { readings }
  } catch (error) {
    clearInterval(timer)
    await rm(part, { force: true })
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', interrupt)
  }
}

const PARQUET_TYPES = [
  ...(['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'DOUBLE', 'VARCHAR'] as const),
  ...(['BIGINT', 'BIGINT', 'BIGINT', 'VARCHAR', 'BIGINT', 'VARCHAR'] as const),
] as const

/**
 * Writes readings that come in the port's order into the same file as `copyToParquet`. They pass through a database file beside the
 * target, so that memory does not grow with them.
 */
export async function readingsToParquet(
  readings: AsyncIterable<Reading>,
  file: string,
  progress?: (readings: number) => void,
  signal?: AbortSignal,
): Promise<{ readings: number }> {
  const work = `${file}.work`
  const removeWork = () =>
    Promise.all([work, `${work}.wal`, `${work}.tmp`].map(path => rm(path, { recursive: true, force: true })))
  await removeWork()
  const db = await openDuckdb({ file: work })
  try {
    const connection = await db.connect()
    await connection.run(
      `create table reading(${PARQUET_COLUMNS.map((name, i) => `"${name}" ${PARQUET_TYPES[i]}`).join(', ')})`,
    )
    await connection.append('reading', PARQUET_TYPES, toBlocks(readings, progress, signal))
    return await copyToParquet(connection, { sql: 'select * from reading', file, signal })
  } finally {
    await db.close()
    await removeWork()
  }
}

/** Blocks of readings, all in the same arrays; `progress` is told after each. */
async function* toBlocks(
  readings: AsyncIterable<Reading>,
  progress?: (readings: number) => void,
  signal?: AbortSignal,
): AsyncIterable<Block> {
  const texts = () => new Array<string>(BLOCK_ROWS).fill('')
  const integers = () => new BigInt64Array(BLOCK_ROWS)
  const [facility, device, profile, metric, boot, marks] = [
    texts(),
    texts(),
    texts(),
    texts(),
    texts(),
    texts(),
  ] as const
  const [key, deviceMs, rx, seq] = [integers(), integers(), integers(), integers()] as const
  const value = new Float64Array(BLOCK_ROWS)
  const text = new Array<string | null>(BLOCK_ROWS).fill(null)
  const columns = [facility, device, profile, metric, value, text, key, deviceMs, rx, boot, seq, marks]
  let taken = 0
  let at = 0
  for await (const reading of readings) {
    facility[at] = reading.facility
    device[at] = reading.device
    profile[at] = reading.profile
    metric[at] = reading.metric
    value[at] = typeof reading.value === 'number' ? reading.value : Number.NaN
    text[at] = typeof reading.value === 'string' ? reading.value : null
    key[at] = reading.key
    deviceMs[at] = BigInt(reading.deviceMs)
    rx[at] = BigInt(reading.rx)
    boot[at] = reading.boot
    seq[at] = BigInt(reading.seq)
    marks[at] = reading.marks.length === 0 ? '' : reading.marks.join(',')
    if (++at === BLOCK_ROWS) {
      signal?.throwIfAborted()
      yield { rows: at, columns }
      taken += at
      at = 0
      progress?.(taken)
    }
  }
  yield { rows: at, columns }
  progress?.(taken + at)
}
