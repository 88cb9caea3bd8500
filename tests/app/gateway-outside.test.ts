/** `npm run gateway` between a real Mosquitto and a real InfluxDB 2: settings, health, and SIGKILL of each of the three in mid-load. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GatewayMessage, gatewayMessageSchema } from '../../core/platform-messages.ts'
import { facilityTopic } from '../../core/topics.ts'
import { createInfluxTelemetry } from '../../storage/telemetry/influx.ts'
import { facilityId, registryOf, until } from '../gateway/fixtures.ts'
import { BOOT, loadValue, startLoadDevice } from '../gateway/load-devices.ts'
import { type Child, freePort, launch, place } from '../servers/child.ts'
import { describeWith } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { type Mosquitto, mosquitto, startMosquitto } from '../servers/mosquitto.ts'

const main = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')
const DEVICES = ['mat1', 'mat2', 'mat3', 'mat4']
const COUNT = 4_000

async function run(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ['--import', tsx, main, ...args], { env: { PATH: process.env.PATH, ...env } })
  let output = ''
  child.stdout.on('data', chunk => (output += chunk))
  child.stderr.on('data', chunk => (output += chunk))
  const [code] = await once(child, 'exit')
  return { code, output }
}

describe('settings', () => {
  test('exit 2 and one readable line for each that is missing', async () => {
    const { code, output } = await run({})
    expect(code).toBe(2)
    for (const name of ['MQTT_URL', 'INFLUX_URL', 'GATEWAY_FACILITIES'])
      expect(output).toContain(`gateway: ${name}: is not set`)
    expect(output).not.toContain('at ')
  })

  test('exit 2 when a value is wrong, without showing a secret', async () => {
    const { code, output } = await run({
      MQTT_URL: 'http://x',
      INFLUX_URL: 'http://localhost:1',
      INFLUX_TOKEN: 'top-secret',
      INFLUX_ORG: 'o',
      INFLUX_BUCKET: 'b',
      GATEWAY_FACILITIES: 'Not A Name',
    })
    expect(code).toBe(2)
    expect(output).toContain('MQTT_URL')
    expect(output).toContain('GATEWAY_FACILITIES')
    expect(output).not.toContain('top-secret')
  })

  test('--help tells all settings, exit 0', async () => {
    const { code, output } = await run({}, '--help')
    expect(code).toBe(0)
    for (const name of ['MQTT_URL', 'SPOOL_MAX_BYTES', 'X_FILE']) expect(output).toContain(name)
  })
})

describeWith([mosquitto, influxd], 'with Mosquitto and InfluxDB 2', () => {
  let broker: Mosquitto
  let store: Influxd
  let gateway: Child
  let server: mqtt.MqttClient
  let env: Record<string, string>
  let heartbeat: GatewayMessage | null = null
  const ready = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${gateway.port}/readyz`)).ok

  beforeAll(async () => {
    broker = await startMosquitto()
    store = await startInfluxd()
    server = await mqtt.connectAsync(broker.url, { reconnectPeriod: 200 })
    server.on('message', (_topic, payload) => {
      heartbeat = gatewayMessageSchema.parse(JSON.parse(payload.toString()))
    })
    await server.subscribeAsync(facilityTopic('demo', 'gateway'), { qos: 1 })
    const registry = JSON.stringify(registryOf('demo', DEVICES))
    await server.publishAsync(facilityTopic('demo', 'registry'), registry, { qos: 1, retain: true })
    const { dir, port } = await place('gateway', {})
    env = {
      HTTP_PORT: String(port),
      MQTT_URL: broker.url,
      INFLUX_URL: store.url,
      INFLUX_TOKEN: store.token,
      INFLUX_ORG: store.org,
      INFLUX_BUCKET: store.bucket,
      GATEWAY_FACILITIES: 'demo',
      DATA_DIR: dir,
    }
    gateway = await launch({
      name: 'gateway',
      command: process.execPath,
      args: ['--import', tsx, main],
      dir,
      port,
      keepDir: false,
      env,
      ready: async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
    })
  })
  afterAll(async () => {
    await gateway?.stop()
    await server?.endAsync(true)
    await broker?.stop()
    await store?.stop()
  })

  test('it says that it lives, is ready, and what it counts', async () => {
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${gateway.port}${path}`)).text()
    expect(await get('/healthz')).toBe('ok\n')
    expect(await get('/readyz')).toBe('ready\n')
    expect(await get('/metrics')).toContain('mimamori_spool_bytes')
    await until('heartbeat', () => heartbeat?.state === 'online')
  })

  test('a second gateway for the same facility ends with one line', async () => {
    const folder = await place('gateway-second', {})
    const { code, output } = await run({
      ...env,
      HTTP_PORT: String(await freePort()),
      DATA_DIR: folder.dir,
      LOG_LEVEL: 'silent',
    })
    expect(code).toBe(1)
    expect(output.trim()).toBe('gateway: another gateway serves demo')
    expect(await ready()).toBe(true)
  })

  test('a second gateway on the same folder ends with one line', async () => {
    const other = { ...env, GATEWAY_FACILITIES: 'other', HTTP_PORT: String(await freePort()), LOG_LEVEL: 'silent' }
    const { code, output } = await run(other)
    expect(code).toBe(1)
    expect(output).toContain('is in use by process')
    expect(output.trim().split('\n').length).toBe(1)
  })

  test('everything that a receipt covered is stored exactly once, unaltered, when gateway, broker and store are killed under load', async () => {
    const beganMs = Date.now()
    const loads = DEVICES.map(device =>
      startLoadDevice(
        { url: broker.url, device, count: COUNT, by: 'receipt', inFlight: 50, credentials: false, outbox: 200 },
        beganMs,
      ),
    )
    const sent = (): number => loads.reduce((sum, load) => sum + load.sent.size, 0)
    const safe = (): number => loads.reduce((sum, load) => sum + load.safe.size, 0)
    const traffic = async (): Promise<void> => {
      const before = safe()
      await until('traffic', () => safe() > before && sent() > safe(), 60_000)
    }
    try {
      for (const victim of [gateway, store, gateway, broker, gateway]) {
        await traffic()
        await victim.kill()
        await sleep(200)
        await victim.restart()
        await until('ready again', () => ready().catch(() => false), 60_000)
      }
      await Promise.all(loads.map(load => load.done))
    } finally {
      await Promise.all(loads.map(load => load.stop()))
    }
    await until(
      'all stored',
      () => heartbeat?.totals?.spooled === 0 && heartbeat.totals.stored === DEVICES.length * COUNT,
      60_000,
    )

    const telemetry = createInfluxTelemetry(store)
    const found = new Map<string, number[]>()
    const range = {
      facility: facilityId('demo'),
      fromMs: beganMs - 1_000,
      toMs: beganMs + COUNT + 1_000,
      metrics: ['heart_rate'],
    }
    for await (const { device, boot, seq, value } of telemetry.source.scan(range)) {
      const id = `${device} ${boot} ${seq}`
      found.set(id, [...(found.get(id) ?? []), Number(value)])
    }
    await telemetry.stop()
    DEVICES.forEach((device, i) => {
      for (const seq of loads[i]?.safe ?? [])
        expect(found.get(`${device} ${BOOT} ${seq}`), `${device} ${seq}`).toEqual([loadValue(seq)])
    })
    expect(found.size).toBe(DEVICES.length * COUNT)
    expect(heartbeat?.totals).toMatchObject({ conflicting: 0, refused: 0, dead_lettered: 0 })
    expect(heartbeat?.totals?.duplicate).toBeGreaterThan(0)
  })

  test('SIGTERM says goodbye', async () => {
    await gateway.kill('SIGTERM')
    await until('offline', () => heartbeat?.state === 'offline')
    await gateway.restart()
  })
})
