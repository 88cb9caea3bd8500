/** The ledger against the real stores: red after one stored row was deleted, and dead letters cured and replayed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import type { LedgerRow } from '../../core/ledger.ts'
import type { StoredRow } from '../../core/readings.ts'
import { createGatewayQueries, type GatewayQueries } from '../../server/gateway-queries.ts'
import { type Bus, connectBus } from '../../server/mqtt.ts'
import { openDuckdb } from '../../storage/duckdb.ts'
import { createDuckdbTelemetry, type Telemetry } from '../../storage/telemetry/duckdb.ts'
import { createInfluxTelemetry } from '../../storage/telemetry/influx.ts'
import { type Embedded, startEmbedded } from '../gateway/embedded.ts'
import { bedExit, telemetry, until } from '../gateway/fixtures.ts'
import { quiet } from '../gateway/quiet-log.ts'
import { describeWith } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'

interface Scene {
  house: Embedded
  mat1: MqttClient
  queries: GatewayQueries
  /** All rows that the sink was given. */
  rows: StoredRow[]
  ledger(recount?: boolean): Promise<LedgerRow[]>
  alarms: string[]
}
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function begin(store: Telemetry): Promise<Scene> {
  const rows: StoredRow[] = []
  const alarms: string[] = []
  // As rows, so that they can be looked at.
  const { raw: _, ...sink } = store.sink
  const house = await startEmbedded({
    sink: {
      ...sink,
      write: (batch, position) => {
        rows.push(...batch)
        return store.sink.write(batch, position)
      },
    },
    source: store.source,
    raise: (_facility, code, active) => void alarms.push(`${code} ${active}`),
  })
  ends.push(house.stop)
  const bus: Bus = await connectBus(
    { url: `mqtt://127.0.0.1:${house.port}`, username: 'server', password: 'server' },
    quiet,
  )
  ends.push(bus.stop)
  const queries = await createGatewayQueries({ bus })
  const ledger = async (recount = false) => (await queries.ask('demo', 'ledger', { filter: { recount } })).items
  return { house, mat1: await house.device('mat1'), queries, rows, ledger, alarms }
}

async function deletedRowTurnsRed(scene: Scene, remove: (row: StoredRow) => Promise<void>): Promise<void> {
  const send = (payload: string, leaf = 'telemetry') =>
    scene.mat1.publishAsync(`mimamori/v1/demo/mat1/${leaf}`, payload, { qos: 1 })
  for (let seq = 0; seq < 40; seq += 1) {
    // Some of them weeks old, one ahead of time: the recount must find them where they are.
    const ts = Date.now() - (seq % 10 === 0 ? 20 * 86_400_000 : 0) + (seq === 7 ? 3_600_000 : 0)
    if (seq % 8 === 5) await send(bedExit('b', seq, { ts }), 'event')
    else await send(telemetry('b', seq, { ts }))
  }
  await until('stored', async () => (await scene.ledger()).every(row => row.stored === 40))
  expect(await scene.ledger(true)).toMatchObject([{ accepted: 40, stored: 40, recounted: 40, red: [] }])
  const row = scene.rows.find(({ seq }) => seq === 11)
  await remove(row as StoredRow)
  expect(await scene.ledger(true)).toMatchObject([{ stored: 40, recounted: 39, red: ['recount'] }])
  await until('alarm', () => scene.alarms.includes('ledger_unbalanced true'))
  expect(scene.house.gateway.totals('demo').balanced).toBe(false)
}

describe('the ledger beside a DuckDB file', () => {
  test('turns red at the next recount after one stored row was deleted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mimamori-recount-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'telemetry.duckdb')
    const store = createDuckdbTelemetry({ file })
    ends.push(store.stop)
    await deletedRowTurnsRed(await begin(store), async row => {
      const db = await openDuckdb({ file })
      const connection = await db.connect()
      await connection.run('delete from reading where key = $key', { key: row.key })
      await connection.close()
    })
  })
})

describeWith(influxd, 'the ledger beside InfluxDB', () => {
  let server: Influxd
  const store = async (): Promise<Telemetry> => {
    server = await startInfluxd()
    ends.push(() => server.stop())
    const { url, token, org, bucket } = server
    const telemetryStore = createInfluxTelemetry({ url, token, org, bucket })
    ends.push(telemetryStore.stop)
    return telemetryStore
  }
  async function post(path: string, body: string): Promise<void> {
    const query = new URLSearchParams({ org: server.org, bucket: server.bucket, precision: 'ns' })
    const response = await fetch(`${server.url}/api/v2/${path}?${query}`, {
      method: 'POST',
      headers: { authorization: `Token ${server.token}` },
      body,
    })
    expect(response.status).toBe(204)
  }
  const remove = (predicate: string, start: bigint, stop: bigint): Promise<void> =>
    post('delete', JSON.stringify({ predicate, start: timeText(start), stop: timeText(stop) }))

  test('turns red at the next recount after one stored row was deleted', async () => {
    await deletedRowTurnsRed(await begin(await store()), row => remove('device="mat1"', row.key, row.key))
  })

  test('dead letters of a type conflict are replayed once the conflict is gone, and every sum agrees', async () => {
    const scene = await begin(await store())
    const send = (seq: number, device: MqttClient, name: string) =>
      device.publishAsync(`mimamori/v1/demo/${name}/telemetry`, telemetry('b', seq), { qos: 1 })
    // Somebody wrote a text where the profile has a number.
    const now = BigInt(Date.now()) * 1_000_000n
    await post('write', `telemetry,device=mat1,facility=demo,profile=bed.sleep_mat heart_rate="high" ${now}`)
    const mat2 = await scene.house.device('mat2')
    for (let seq = 0; seq < 10; seq += 1) {
      await send(seq, scene.mat1, 'mat1')
      await send(seq, mat2, 'mat2')
    }
    const total = async (column: 'stored' | 'dead_lettered' | 'spooled') =>
      (await scene.ledger()).reduce((sum, row) => sum + row[column], 0)
    await until('all have their fate', async () => (await total('stored')) + (await total('dead_lettered')) === 20)
    const dead = await total('dead_lettered')
    expect(dead).toBeGreaterThanOrEqual(10)
    await until('alarm', () => scene.alarms.includes('dead_letters true'))
    expect(
      (await scene.queries.ask('demo', 'replay-dead-letters')).items.every(item => item.replayed_at === null),
    ).toBe(true)
    // The store lets go of a field's type only with the last value of the whole measurement.
    await remove('_measurement="telemetry"', 0n, now + 3_600_000_000_000n)
    const { items, next } = await scene.queries.ask('demo', 'replay-dead-letters')
    expect([items.length, next]).toEqual([dead, null])
    expect(items.every(item => item.replayed_at !== null)).toBe(true)
    expect(
      (await scene.ledger(true)).map(({ device, stored, recounted, red }) => [device, stored, recounted, red]),
    ).toEqual([
      ['mat1', 10, 10, []],
      ['mat2', 10, 10, []],
    ])
    await until('alarm ended', () => scene.alarms.includes('dead_letters false'))
  })
})

/** RFC 3339 with nanoseconds. */
const timeText = (key: bigint): string =>
  `${new Date(Number(key / 1_000_000n)).toISOString().slice(0, 19)}.${String(key % 1_000_000_000n).padStart(9, '0')}Z`
