/** Writes the extracts of a simulated trial as a store would: readings and events of all its devices, in Parquet. */
import { join } from 'node:path'
import { EVENTS_FILE, READINGS_FILE } from '../../server/export/trial/input.ts'
import { type Block, type DuckdbConnection, openDuckdb } from '../../storage/duckdb.ts'
import type { SimDevice } from './fleet.ts'
import { type DeviceRows, METRICS, TEXTS } from './rows.ts'

export interface SpokenDevice {
  device: SimDevice
  rows: DeviceRows
}

const FORMAT = '(format parquet, compression zstd)'
const quoted = (path: string): string => `'${path.replaceAll("'", "''")}'`

/** @returns how many readings and events were written */
export async function writeExtracts(
  folder: string,
  startMs: number,
  spoken: Iterable<SpokenDevice>,
): Promise<{ readings: number; events: number }> {
  // One thread, so that the same rows give the same bytes.
  const database = await openDuckdb({ file: ':memory:', threads: 1, memoryLimitMb: 1_500, tempFolder: folder })
  try {
    const connection = await database.connect()
    await connection.run(`create table metrics (i utinyint, metric varchar); create table texts (t utinyint, text varchar);
      create table devices (d integer, facility varchar, device varchar, profile varchar, clock double, ppm double, cut double);
      create table raw (d integer, i utinyint, value double, t utinyint, ms double, seq integer);
      create table told (d integer, type varchar, ms double, attributes varchar)`)
    await connection.append('metrics', ['UTINYINT', 'VARCHAR'], [named(METRICS)])
    await connection.append('texts', ['UTINYINT', 'VARCHAR'], [named(TEXTS)])
    const devices: SimDevice[] = []
    const events: Block[] = []
    await connection.append(
      'raw',
      ['INTEGER', 'UTINYINT', 'DOUBLE', 'UTINYINT', 'DOUBLE', 'INTEGER'],
      blocksOf(spoken, devices, events),
    )
    await connection.append('told', ['INTEGER', 'VARCHAR', 'DOUBLE', 'VARCHAR'], events)
    await connection.append(
      'devices',
      ['INTEGER', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'DOUBLE', 'DOUBLE', 'DOUBLE'],
      [devicesBlock(devices)],
    )
    return await copy(connection, folder, startMs)
  } finally {
    await database.close()
  }
}

function* blocksOf(spoken: Iterable<SpokenDevice>, devices: SimDevice[], events: Block[]): Generator<Block> {
  for (const { device, rows } of spoken) {
    const d = devices.push(device) - 1
    const { length, metric, value, text, deviceMs, seq, events: told } = rows
    if (told.length > 0) {
      const attributes = told.map(event => JSON.stringify(event.attributes))
      const ms = told.map(event => event.deviceMs)
      events.push({ rows: told.length, columns: [told.map(() => d), told.map(({ type }) => type), ms, attributes] })
    }
    yield { rows: length, columns: [new Int32Array(length).fill(d), metric, value, text, deviceMs, seq] }
  }
}

const named = (names: readonly string[]): Block => ({ rows: names.length, columns: [names.map((_, i) => i), names] })

/** The first gap of more than an hour is a restart: another boot, with numbers that go on. */
function devicesBlock(devices: readonly SimDevice[]): Block {
  const restart = ({ gaps }: SimDevice) => gaps.find(([from, to]) => to - from > 3_600_000)?.[1] ?? 8e15
  return {
    rows: devices.length,
    columns: [
      devices.map((_, d) => d),
      devices.map(({ facility }) => facility),
      devices.map(({ id }) => id),
      devices.map(({ profile }) => profile),
      devices.map(({ clockMs }) => clockMs),
      devices.map(({ ppm }) => ppm),
      devices.map(restart),
    ],
  }
}

async function copy(connection: DuckdbConnection, folder: string, startMs: number) {
  const readings = `select facility, device, profile, metric, value, case when t > 0 then text end as text,
      ms::bigint * 1000000 + seq % 1000000 as key, ms::bigint as device_ms,
      (ms - clock - (ms - $start) * ppm / 1e6)::bigint + 180 + (seq * 7919 + d * 104729) % 900 as rx,
      case when ms >= cut then 'b2' else 'b1' end as boot, seq::bigint as seq, '' as marks
    from raw join devices using (d) join metrics using (i) join texts using (t)`
  const copied = await connection.rows(
    `copy (${readings.replace('$start', `${startMs}.0`)} order by device, key, metric) to ${quoted(join(folder, READINGS_FILE))} ${FORMAT}`,
  )
  const told = await connection.rows(
    `copy (select facility, device, profile, type, ms::bigint as device_ms, attributes from told join devices using (d)
      order by device, device_ms, type) to ${quoted(join(folder, EVENTS_FILE))} ${FORMAT}`,
  )
  return { readings: Number(copied[0]?.Count), events: Number(told[0]?.Count) }
}
