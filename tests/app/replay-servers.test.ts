/** The TIHM recording through Mosquitto and a gateway process of its own into InfluxDB 2, with the gateway killed on the way. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type GatewayMessage, gatewayMessageSchema } from '../../core/platform-messages.ts'
import { rejectionReasonSchema } from '../../core/rejections.ts'
import { deviceTopic, facilityTopic } from '../../core/topics.ts'
import { playRecording } from '../../device-sim/replay/player.ts'
import { type Shift, shiftTo } from '../../device-sim/replay/recording.ts'
import { readTihm } from '../../device-sim/replay/tihm.ts'
import { createInfluxTelemetry } from '../../storage/telemetry/influx.ts'
import { describeWithTihm, tihmFolder } from '../device-sim/recordings.ts'
import { describeWith } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { type Mosquitto, mosquitto, startMosquitto } from '../servers/mosquitto.ts'
import { credentialsOf, expectEveryRow, FACILITY, type Refused, registryOf, ZONE } from './replayed.ts'
import { until } from './support/until.ts'

const keptSchema = z.object({
  position: z.int(),
  d: z.string(),
  b: z.string(),
  s: z.int(),
  reason: rejectionReasonSchema,
  fields: z.array(z.string()),
  detail: z.string(),
  sha256: z.string(),
})
const root = fileURLToPath(new URL('../..', import.meta.url))

describeWith([mosquitto, influxd], 'with Mosquitto and InfluxDB 2', () =>
  describeWithTihm('the TIHM recording through separate processes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mimamori-replay-'))
    const recording = readTihm(tihmFolder)
    const credentials = credentialsOf(recording)
    const total = recording.devices.reduce((sum, { rows }) => sum + rows.length, 0)
    let shift: Shift
    let beganMs: number
    let broker: Mosquitto
    let store: Influxd
    let server: MqttClient
    let gateway: ChildProcess
    let heartbeat: GatewayMessage | null = null
    let firstReceipt: () => void = () => undefined
    let log = ''

    beforeAll(async () => {
      beganMs = Date.now()
      shift = shiftTo(recording, beganMs, ZONE)
      broker = await startMosquitto()
      store = await startInfluxd()
      server = await mqtt.connectAsync(broker.url)
      server.on('message', (topic, payload) => {
        if (topic !== facilityTopic(FACILITY, 'gateway')) return firstReceipt()
        heartbeat = gatewayMessageSchema.parse(JSON.parse(payload.toString()))
      })
      await server.subscribeAsync([facilityTopic(FACILITY, 'gateway'), deviceTopic(FACILITY, '+', 'receipt')], {
        qos: 1,
      })
      const registry = JSON.stringify(registryOf(recording, shift))
      await server.publishAsync(facilityTopic(FACILITY, 'registry'), registry, { qos: 1, retain: true })
      startGateway()
      await until('the gateway', () => heartbeat?.state === 'online')
    })
    afterAll(async () => {
      await endGateway('SIGTERM')
      await server?.endAsync()
      await broker?.stop()
      await store?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    function startGateway(): void {
      gateway = spawn(process.execPath, ['--import', 'tsx', 'gateway/main.ts'], {
        cwd: root,
        env: {
          PATH: process.env.PATH,
          HTTP_PORT: '0',
          MQTT_URL: broker.url,
          INFLUX_URL: store.url,
          INFLUX_TOKEN: store.token,
          INFLUX_ORG: store.org,
          INFLUX_BUCKET: store.bucket,
          GATEWAY_FACILITIES: FACILITY,
          SPOOL_DIR: join(folder, 'spool'),
          LOG_LEVEL: 'warn',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const stream of [gateway.stdout, gateway.stderr]) stream?.on('data', chunk => (log += chunk))
    }
    async function endGateway(signal: NodeJS.Signals): Promise<void> {
      if (!gateway || gateway.exitCode !== null || gateway.signalCode !== null) return
      const ended = once(gateway, 'exit')
      gateway.kill(signal)
      await ended
    }

    test('every row is acknowledged and stored or refused with a reason, also when the gateway is killed on the way', async () => {
      const playMs = Date.now()
      let killed = false
      // By then some rows are acknowledged, some are on the gateway's disk, and most are on their way.
      firstReceipt = () => {
        if (killed) return
        killed = true
        void endGateway('SIGKILL').then(startGateway)
      }
      const counts = await playRecording({
        recording,
        shift,
        credentials,
        url: broker.url,
        protocol: 5,
        speed: 'max',
      }).catch(error => {
        throw new Error(`replay: ${error.message}\n${log.slice(-2000)}`, { cause: error })
      })
      console.log(`${total} rows in ${((Date.now() - playMs) / 1000).toFixed(1)} s`)
      expect(killed, 'the gateway was killed').toBe(true)
      expect(counts.acknowledged).toBe(total)
      await until(
        'all stored',
        () => heartbeat?.state === 'online' && heartbeat.totals?.spooled === 0 && isWhole(heartbeat),
        60_000,
      )

      const options = { url: store.url, token: store.token, org: store.org, bucket: store.bucket }
      const telemetry = createInfluxTelemetry(options)
      await expectEveryRow({ source: telemetry.source, recording, shift, refused: keptAside(), beganMs })
      await telemetry.stop()
    })

    /** Refusals as the gateway keeps them: word to the device may be lost with the kill, this may not. */
    function keptAside(): Refused[] {
      const aside = join(folder, 'spool', 'aside')
      const lines = readdirSync(aside)
        .filter(name => name.startsWith('rejections-'))
        .flatMap(name => readFileSync(join(aside, name), 'utf8').trimEnd().split('\n'))
        .map(line => keptSchema.parse(JSON.parse(line)))
      const byPosition = new Map(lines.map(kept => [kept.position, kept]))
      return [...byPosition.values()].map(({ d, b, s, ...kept }) => ({
        device: d,
        boot: b,
        seq: s,
        final: true,
        ...kept,
      }))
    }

    /** All that the devices sent has a fate. */
    const isWhole = ({ totals }: GatewayMessage): boolean =>
      totals !== null && totals.accepted + totals.refused >= total
  }),
)
