/** Opens a telemetry store from its description, in this process or in a child. */
import { createDuckdbTelemetry, type Telemetry } from '../../../storage/telemetry/duckdb.ts'
import { createInfluxTelemetry } from '../../../storage/telemetry/influx.ts'

export type StoreDescription =
  | { kind: 'duckdb'; file: string }
  | { kind: 'influx'; url: string; token: string; org: string; bucket: string }

export const openTelemetry = (store: StoreDescription): Telemetry =>
  store.kind === 'duckdb' ? createDuckdbTelemetry(store) : createInfluxTelemetry(store)
