/** The gateway's rates: a backlog drained from Mosquitto into InfluxDB 2, and PUBACKs of the embedded broker after the sync. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import mqtt from 'mqtt'
import { deviceTopic, facilityTopic } from '../../core/topics.ts'
import { startEmbedded } from '../gateway/embedded.ts'
import { registryOf, until } from '../gateway/fixtures.ts'
import { freePort, place } from '../servers/child.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { type Mosquitto, mosquitto, startMosquitto } from '../servers/mosquitto.ts'

const HELP = 'npm run bench -- gateway [--messages 100000] [--devices 1000]'
const root = fileURLToPath(new URL('../..', import.meta.url))
/** Of `utime` and `stime` in /proc. [proc(5)] */
const TICKS_PER_S = 100

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args, options: { messages: text, devices: text, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const messages = Number(values.messages ?? 100_000)
  const devices = Array.from({ length: Number(values.devices ?? 1_000) }, (_, i) => `d${i}x`)
  await benchEmbedded(Math.min(messages, 50_000))
  if (mosquitto.find() && influxd.find()) await benchBacklog(messages, devices)
  else console.log('backlog: skipped, needs Mosquitto and influxd')
}

/** One message of five metrics, about 250 bytes. */
const message = (boot: string, seq: number): string =>
  JSON.stringify({
    v: 1,
    boot,
    seq,
    ts: Date.now(),
    metrics: {
      heart_rate: 60 + (seq % 60),
      resp_rate: 16,
      activity: seq % 1000,
      signal_quality: 88,
      bed_state: 'asleep',
    },
    fw: '1.4.2',
    battery: 87,
    rssi: -61,
  })

async function benchEmbedded(count: number): Promise<void> {
  const house = await startEmbedded()
  const client = await house.device('mat1')
  const latencies: number[] = []
  const beganMs = performance.now()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const sentMs = performance.now()
      await client.publishAsync(deviceTopic('demo', 'mat1', 'telemetry'), message('b', next++), { qos: 1 })
      latencies.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: 1_000 }, worker))
  const seconds = (performance.now() - beganMs) / 1_000
  latencies.sort((a, b) => a - b)
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1)
  console.log(
    `embedded, 1 device, 1000 in flight, publisher in the same process: ${rate(count / seconds)} PUBACK/s after sync, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  )
  await house.stop()
}

async function benchBacklog(count: number, devices: string[]): Promise<void> {
  const broker = await startMosquitto()
  const store = await startInfluxd()
  const { dir } = await place('bench-gateway', {})
  const publisher = await mqtt.connectAsync(broker.url)
  const registry = JSON.stringify(registryOf('demo', devices))
  await publisher.publishAsync(facilityTopic('demo', 'registry'), registry, { qos: 1, retain: true })
  try {
    // The first run makes the session in which the broker keeps the backlog.
    const first = await startGateway(broker, store, dir)
    await first.stop()
    let sent = 0
    const worker = async (): Promise<void> => {
      for (let n = sent++; n < count; n = sent++) {
        const device = devices[n % devices.length] as string
        await publisher.publishAsync(
          deviceTopic('demo', device, 'telemetry'),
          message('b', Math.floor(n / devices.length)),
          {
            qos: 1,
          },
        )
      }
    }
    await Promise.all(Array.from({ length: 500 }, worker))
    const gateway = await startGateway(broker, store, dir)
    const cpuBefore = gateway.cpuSeconds()
    const beganMs = performance.now()
    // Asked seldom: answering costs the gateway time.
    while ((await gateway.stored()) < count) await sleep(250)
    const seconds = (performance.now() - beganMs) / 1_000
    const cpu = ((gateway.cpuSeconds() - cpuBefore) * 1e6) / count
    console.log(
      `backlog of ${count} from ${devices.length} devices, Mosquitto to InfluxDB 2: ${rate(count / seconds)} stored/s after start, ${cpu.toFixed(1)} us CPU each, RSS ${gateway.rssMb()} MB`,
    )
    await gateway.stop()
  } finally {
    await publisher.endAsync()
    await broker.stop()
    await store.stop()
  }
}

async function startGateway(broker: Mosquitto, store: Influxd, dir: string) {
  const port = await freePort()
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'gateway/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HTTP_PORT: String(port),
      MQTT_URL: broker.url,
      INFLUX_URL: store.url,
      INFLUX_TOKEN: store.token,
      INFLUX_ORG: store.org,
      INFLUX_BUCKET: store.bucket,
      GATEWAY_FACILITIES: 'demo',
      DATA_DIR: dir,
      LOG_LEVEL: 'error',
    },
  })
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  await until('ready', () =>
    get('/readyz').then(
      response => response.ok,
      () => false,
    ),
  )
  const stat = (): string[] => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return {
    cpuSeconds: () => (Number(stat()[11]) + Number(stat()[12])) / TICKS_PER_S,
    rssMb: () => Math.round((Number(stat()[21]) * 4_096) / 1e6),
    stored: async () =>
      Number(
        /mimamori_ledger\{facility="demo",column="stored"\} (\d+)/.exec(await (await get('/metrics')).text())?.[1] ?? 0,
      ),
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

const rate = (perSecond: number): string => `${(perSecond / 1_000).toFixed(1)}k`
