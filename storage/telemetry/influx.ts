/** Telemetry in InfluxDB 2, for when one machine or one process is outgrown. */
import { AppError } from '../../core/errors.ts'
import type { TelemetrySink } from '../../core/ports.ts'
import type { StoredRow } from '../../core/readings.ts'
import { createInflux, type Influx, type InfluxOptions } from '../influx.ts'
import type { Telemetry } from './duckdb.ts'
import { createLineEncoder } from './influx-line.ts'
import { createRawLines } from './influx-raw.ts'
import { removeFromInflux } from './influx-remove.ts'
import { createInfluxSource } from './influx-source.ts'
import { assertStorable } from './storable.ts'

/** Connects at first use. Writes may be under way side by side; repeating one changes nothing, as its keys are the same. */
export function createInfluxTelemetry(options: InfluxOptions): Telemetry {
  const influx = createInflux(options)
  const sink = createInfluxSink(influx)
  const source = createInfluxSource(influx)
  return {
    sink,
    source,
    async stop() {
      await sink.stop()
      await source.stop()
    },
  }
}

function createInfluxSink(influx: Influx): TelemetrySink {
  const encode = createLineEncoder()
  const underWay = new Set<Promise<void>>()
  let stopped = false
  async function write(rows: readonly StoredRow[]): Promise<void> {
    if (stopped) throw new AppError('store_unavailable', 'The telemetry sink has been stopped')
    assertStorable(rows)
    if (rows.length > 0) await post(encode(rows))
  }
  async function post(lines: Uint8Array): Promise<void> {
    if (stopped) throw new AppError('store_unavailable', 'The telemetry sink has been stopped')
    const request = influx.write(lines)
    underWay.add(request)
    try {
      await request
    } finally {
      underWay.delete(request)
    }
  }

  return {
    // A second request keeps the store busy while we read the first one's answer; a third gains nothing.
    concurrency: 2,
    position: async () => null,
    write,
    restore: write,
    remove: (query, signal) =>
      stopped
        ? Promise.reject(new AppError('store_unavailable', 'The telemetry sink has been stopped'))
        : removeFromInflux(influx, query, signal),
    raw: createRawLines(post),
    async stop() {
      stopped = true
      await Promise.allSettled(underWay)
    },
  }
}
