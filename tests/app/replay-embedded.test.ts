/** The TIHM recording through the embedded broker and the gateway into DuckDB: every row stored or refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { facilityTopic } from '../../core/topics.ts'
import { playRecording } from '../../device-sim/replay/player.ts'
import { type Shift, shiftTo } from '../../device-sim/replay/recording.ts'
import { readTihm } from '../../device-sim/replay/tihm.ts'
import { type Broker, createBroker } from '../../gateway/broker.ts'
import { createGateway, type Gateway } from '../../gateway/gateway.ts'
import { createLog } from '../../gateway/log.ts'
import { createDuckdbTelemetry, type Telemetry } from '../../storage/telemetry/duckdb.ts'
import { describeWithTihm, tihmFolder } from '../device-sim/recordings.ts'
import { credentialsOf, expectEveryRow, FACILITY, type Refused, registryOf, ZONE } from './replayed.ts'
import { until } from './support/until.ts'

describeWithTihm('the TIHM recording through the embedded broker into DuckDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-replay-'))
  const recording = readTihm(tihmFolder)
  const credentials = credentialsOf(recording)
  const total = recording.devices.reduce((sum, { rows }) => sum + rows.length, 0)
  let shift: Shift
  let store: Telemetry
  let gateway: Gateway
  let broker: Broker
  let url: string
  let beganMs: number

  beforeAll(async () => {
    beganMs = Date.now()
    shift = shiftTo(recording, beganMs, ZONE)
    store = createDuckdbTelemetry({ file: join(folder, 'telemetry.duckdb') })
    const log = createLog('warn')
    broker = createBroker({
      port: 0,
      host: '127.0.0.1',
      authenticate: async clientId => {
        const found = credentials.find(({ client_id }) => client_id === clientId)
        return found ? { kind: 'device', facility: found.facility, device: found.device } : null
      },
      ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
      log,
    })
    gateway = createGateway({
      facilities: [FACILITY],
      sink: store.sink,
      spoolDir: join(folder, 'spool'),
      spoolMaxBytes: 1_000_000_000,
      bus: broker.bus,
      log,
      fatal: error => {
        throw error
      },
    })
    await broker.start()
    await gateway.start()
    url = `mqtt://127.0.0.1:${await broker.listen()}`
    const registry = JSON.stringify(registryOf(recording, shift))
    await broker.bus.publish(facilityTopic(FACILITY, 'registry'), registry, { qos: 1, retain: true })
    await gateway.known(FACILITY)
  })
  afterAll(async () => {
    await broker?.stop()
    await gateway?.stop()
    await store?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('every row is acknowledged and stored or refused with a reason, and the sums agree per table', async () => {
    const refused: Refused[] = []
    const counts = await playRecording({
      recording,
      shift,
      credentials,
      url,
      speed: 'max',
      onRejected: (device, rejected) => refused.push({ device, ...rejected }),
    })
    console.log(`${total} rows in ${((Date.now() - beganMs) / 1000).toFixed(1)} s`)
    expect(counts).toEqual({ published: total, acknowledged: total, refused: refused.length })
    await until('all stored', () => gateway.totals(FACILITY).spooled === 0)
    await expectEveryRow({ source: store.source, recording, shift, refused, beganMs })
    const { accepted, refused: wholly, duplicate, conflicting, stored } = gateway.totals(FACILITY)
    expect({ committed: accepted + wholly, duplicate, conflicting, stored }).toEqual({
      committed: total,
      duplicate: 0,
      conflicting: 0,
      stored: accepted,
    })
  })

  test('nothing is stored twice when the same day is played again', async () => {
    const before = gateway.totals(FACILITY)
    const counts = await playRecording({ recording, shift, credentials, url, speed: 'max' })
    expect(counts.acknowledged).toBe(total)
    expect(gateway.totals(FACILITY).accepted).toBe(before.accepted)
  })
})
