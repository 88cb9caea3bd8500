/** Telemetry in one DuckDB file, for one process on one machine: the embedded default. */
import type { TelemetrySink, TelemetrySource } from '../../core/ports.ts'
import type { DuckdbOptions } from '../duckdb.ts'
import { createDuckdbSink } from './duckdb-sink.ts'
import { createDuckdbSource } from './duckdb-source.ts'
import { createDuckdbStore } from './duckdb-store.ts'

export interface Telemetry {
  sink: TelemetrySink
  source: TelemetrySource
  /** Stops both and lets go of the store. */
  stop(): Promise<void>
}

/**
 * The file is opened at first use and may be shared by nothing else: while another process holds it, every call throws AppError
 * `store_locked`.
 */
export function createDuckdbTelemetry(options: DuckdbOptions): Telemetry {
  const store = createDuckdbStore(options)
  const sink = closingStore(createDuckdbSink(store))
  const source = closingStore(createDuckdbSource(store))
  let open = 2
  /** The file is let go of when the second of the two has stopped. */
  function closingStore<T extends { stop(): Promise<void> }>(part: T): T {
    let stopped: Promise<void> | undefined
    const stop = async () => {
      await part.stop()
      open -= 1
      if (open === 0) await store.close()
    }
    return { ...part, stop: () => (stopped ??= stop()) }
  }
  return {
    sink,
    source,
    async stop() {
      await sink.stop()
      await source.stop()
    },
  }
}
