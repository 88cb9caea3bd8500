/** The only door to InfluxDB 2: posts line protocol, runs Flux, and says what went wrong in the words of core/ports.ts. */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import {
  chunksToLines,
  type FluxTableMetaData,
  fluxDateTime,
  fluxDuration,
  flux as fluxTemplate,
  HttpError,
  InfluxDB,
  linesToTables,
  type ParameterizedQuery,
} from '@influxdata/influxdb-client'
import { AppError } from '../core/errors.ts'

export interface InfluxOptions {
  url: string
  token: string
  org: string
  bucket: string
  /** After so long without a sign of life a write counts as failed. A hanging store holds the writer back for this time. */
  writeTimeoutMs?: number
  readTimeoutMs?: number
  /** The store says nothing until it has been through the whole stretch. */
  removeTimeoutMs?: number
}

/** A Flux script; made by `flux` only, which escapes every value put into it. */
export type FluxScript = ParameterizedQuery
export type FluxTable = FluxTableMetaData

/** Tagged template: values become Flux literals, other scripts are inserted as they are. */
export const flux: (strings: TemplateStringsArray, ...values: unknown[]) => FluxScript = fluxTemplate
/** A time of nanosecond precision, given in RFC 3339. */
export const fluxTime = fluxDateTime
export const fluxMs = (ms: number) => fluxDuration(`${ms}ms`)

export interface Influx {
  readonly bucket: string
  /** Posts lines in UTF-8 (nanosecond keys); durable in the store when this returns. Safe to repeat. The bytes are copied at once. */
  write(lines: Uint8Array): Promise<void>
  /**
   * Removes the points of a measurement with these tags in from ≤ t ≤ to, both RFC 3339 with nanoseconds. The store has no other comparison than
   * equality here. When this returns nobody reads them; their place on disk is free when the store next compacts their shard.
   */
  remove(measurement: string, tags: Readonly<Record<string, string>>, from: string, to: string): Promise<void>
  /** Hands rows over as they arrive; `onRow` must not be slow. */
  query(script: FluxScript, onRow: (values: string[], table: FluxTable) => void, signal?: AbortSignal): Promise<void>
  /** Breaks off what is under way. */
  close(): void
}

/** Connects at first use. */
export function createInflux(options: InfluxOptions): Influx {
  const {
    url,
    token,
    org,
    bucket,
    writeTimeoutMs = 10_000,
    readTimeoutMs = 60_000,
    removeTimeoutMs = 300_000,
  } = options
  const agent =
    new URL(url).protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  const clientWith = (timeout: number) => new InfluxDB({ url, token, timeout, transportOptions: { agent } }).transport
  const writer = clientWith(writeTimeoutMs)
  const reader = clientWith(readTimeoutMs)
  const remover = clientWith(removeTimeoutMs)
  // Compressing pays on a wire, not on this machine (603 KB -> 71 KB takes 4 to 7 ms).
  const remote = !/^(localhost|127\.|\[?::1)/.test(new URL(url).hostname)
  const writePath = `/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ns' })}`
  const deletePath = `/api/v2/delete?${new URLSearchParams({ org, bucket })}`
  const queryPath = `/api/v2/query?${new URLSearchParams({ org })}`
  const underWay = new Set<AbortController>()

  /** One request with its own abort: the client reports a time-out but leaves the socket open, so it is torn down here. */
  async function exchange(
    run: (signal: AbortSignal, done: () => void, fail: (error: unknown) => void) => void,
    outer?: AbortSignal,
  ) {
    outer?.throwIfAborted()
    const controller = new AbortController()
    const abort = () => controller.abort()
    outer?.addEventListener('abort', abort, { once: true })
    underWay.add(controller)
    try {
      await new Promise<void>((resolve, reject) => run(controller.signal, resolve, reject))
    } catch (error) {
      controller.abort()
      outer?.throwIfAborted()
      throw toAppError(error)
    } finally {
      outer?.removeEventListener('abort', abort)
      underWay.delete(controller)
    }
  }

  return {
    bucket,
    write: lines =>
      exchange((signal, done, fail) => {
        let status: number | undefined
        const headers = { 'content-type': 'text/plain; charset=utf-8' }
        const send = { method: 'POST', headers, signal, ...(remote ? { gzipThreshold: 1_000 } : {}) }
        // The client makes a buffer of it, for which bytes are as good as text, and cheaper.
        writer.send(writePath, lines as unknown as string, send, {
          responseStarted: (_, code) => {
            status = code
          },
          error: fail,
          complete: () => (status === 204 ? done() : fail(new Error(`Expected 204, got ${status}`))),
        })
      }),
    remove: (measurement, tags, start, stop) =>
      exchange((signal, done, fail) => {
        const all = Object.entries({ _measurement: measurement, ...tags })
        const predicate = all.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' AND ')
        const headers = { 'content-type': 'application/json' }
        remover.send(
          deletePath,
          JSON.stringify({ predicate, start, stop }),
          { method: 'POST', headers, signal },
          {
            error: fail,
            complete: done,
          },
        )
      }),
    query: (script, onRow, outer) =>
      exchange((signal, done, fail) => {
        const body = {
          query: script.toString(),
          type: 'flux',
          dialect: { header: true, annotations: ['datatype', 'group', 'default'] },
        }
        const headers = {
          'content-type': 'application/json',
          accept: 'application/csv',
          ...(remote ? { 'accept-encoding': 'gzip' } : {}),
        }
        const rows = linesToTables({
          next: (values, table) => {
            // An error met while rows were already on their way comes as a table of its own.
            if (table.columns.some(column => column.label === 'error'))
              throw new Error('The store broke off its answer')
            onRow(values, table)
          },
          error: fail,
          complete: done,
        })
        reader.send(queryPath, JSON.stringify(body), { method: 'POST', headers, signal }, chunksToLines(rows))
      }, outer),
    close() {
      for (const controller of underWay) controller.abort()
      agent.destroy()
    },
  }
}

/** The store's answers as the port names them. The answer's text may quote a line, and so values: it is left out. */
function toAppError(error: unknown): AppError {
  if (!(error instanceof HttpError)) {
    return new AppError('store_unavailable', 'InfluxDB does not answer', { retryable: true, cause: error })
  }
  const status = error.statusCode
  const said = `InfluxDB answered ${status}`
  if (status === 429 || status === 503) {
    return new AppError('store_busy', said, {
      retryable: true,
      retryAfterMs: retryAfterMs(error.headers?.['retry-after']),
    })
  }
  // A query to an organisation that is not there is answered 400, a write 404.
  const noOrganisation = status === 400 && /organization .*not found/.test(error.body ?? '')
  if (status === 401 || status === 403 || status === 404 || noOrganisation) {
    return new AppError('store_denied', `${said}: token, organisation or bucket is wrong`, { retryable: true })
  }
  if (status === 413) return new AppError('store_too_large', said)
  if (status === 400) return new AppError('store_refused', `${said}: nothing of the request was taken`)
  if (status === 422) return new AppError('store_refused', `${said}: the rest of the request was taken`)
  return new AppError('store_unavailable', said, { retryable: true })
}

/** `Retry-After` in seconds or as a date [RFC 9110 10.2.3]; the client's own reading of it forgets the unit. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = String(header ?? '')
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
