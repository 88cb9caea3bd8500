/** Our gateway beside Telegraf and beside a subscriber that only acknowledges: same broker, same store, same payloads, in turn within one run. */
import { parseArgs } from 'node:util'
import mqtt from 'mqtt'
import { facilityTopic } from '../../core/topics.ts'
import { startInfluxd } from '../servers/influxd.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { type Drained, drain, makeSession, type Servers } from './ingest/backlog.ts'
import { type LiveCost, liveCost, liveLatency } from './ingest/live.ts'
import { type Results, reportOf } from './ingest/report.ts'
import { type ConsumerName, FACILITY } from './support/consumers.ts'
import { benchRegistry, deviceNames } from './support/registry.ts'
import { short, writeReport } from './support/report.ts'

const HELP = `npm run bench -- ingest [--messages 300000] [--devices 1000] [--pairs 3] [--live-rate 2000] [--live-seconds 20]
                        [--only gateway] [--out docs/results/ingest]

Drains backlogs from Mosquitto into InfluxDB 2 and follows live traffic: a subscriber that only acknowledges, then Telegraf, gateway,
Telegraf, gateway, …, Telegraf.
  --messages      in each backlog; 0: none
  --pairs         how often the gateway runs; each run is compared with Telegraf's before and after it
  --live-rate     messages a second; --live-seconds 0: no live traffic
  --only          one of floor, gateway, telegraf: no comparison, no report, --pairs times (for profiles; GATEWAY_NODE_OPTIONS reaches the gateway)
  --out           where the report goes, without its extension`

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const names = {
    messages: text,
    devices: text,
    pairs: text,
    'live-rate': text,
    'live-seconds': text,
    only: text,
    out: text,
  }
  const { values } = parseArgs({ args, options: { ...names, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const options = {
    messages: Number(values.messages ?? 300_000),
    pairs: Number(values.pairs ?? 3),
    devices: Number(values.devices ?? 1_000),
    liveRate: Number(values['live-rate'] ?? 2_000),
    liveSeconds: Number(values['live-seconds'] ?? 20),
  }
  const only = values.only as ConsumerName | undefined
  const order: ConsumerName[] = only
    ? Array.from({ length: options.pairs }, () => only)
    : ['floor', ...Array.from({ length: options.pairs }, () => ['telegraf', 'gateway'] as const).flat(), 'telegraf']

  const broker = await startMosquitto()
  const store = await startInfluxd()
  const servers: Servers = { broker, store, devices: deviceNames(options.devices) }
  try {
    await announceDevices(servers)
    for (const name of new Set(order)) await makeSession(name, servers)
    const results: Results = { options, drained: [], live: [], latencies: [] }
    const live = { perSecond: options.liveRate, seconds: options.liveSeconds }
    const turns = order.map((name, i) => ({ name, i, turn: `${i + 1}/${order.length}` }))
    for (const { name, i, turn } of options.messages > 0 ? turns : []) {
      const run = await drain(name, servers, options.messages, i)
      results.drained.push(run)
      console.log(`backlog ${turn} ${drainedLine(run)}`)
    }
    for (const { name, i, turn } of live.seconds > 0 ? turns : []) {
      const run = await liveCost(name, servers, live, i)
      results.live.push(run)
      console.log(`live ${turn} ${name}: ${cpuOf(run)}`)
    }
    const timed = live.seconds > 0 ? new Set(order.filter(name => name !== 'floor')) : []
    for (const name of timed) {
      const latency = await liveLatency(name, servers, live, 0)
      results.latencies.push(latency)
      console.log(`latency ${name}: ms at 50, 95, 99, 100 %: ${latencyOf(latency)}`)
    }
    if (!only) writeReport(values.out ?? 'docs/results/ingest', reportOf(results))
  } finally {
    await broker.stop()
    await store.stop()
  }
}

async function announceDevices({ broker, devices }: Servers): Promise<void> {
  const client = await mqtt.connectAsync(broker.url)
  const registry = JSON.stringify(benchRegistry(FACILITY.gateway, devices))
  await client.publishAsync(facilityTopic(FACILITY.gateway, 'registry'), registry, { qos: 1, retain: true })
  await client.endAsync()
}

const cpuOf = ({ cpuUs }: LiveCost): string =>
  `CPU us/message ${short(cpuUs.consumer)} (Mosquitto ${short(cpuUs.mosquitto)}, InfluxDB ${short(cpuUs.influxd)})`

const drainedLine = (run: Drained): string =>
  `${run.consumer}: ${short(run.rate)}/s, at full speed ${short(run.fullRate)}/s, ${cpuOf(run)}, RSS peak ${run.peakRssMb} MB`

const latencyOf = ({ acknowledged, stored, receipt, socket }: Results['latencies'][number]): string =>
  Object.entries({ acknowledged, stored, receipt, socket })
    .filter(([, figures]) => figures.length > 0)
    .map(([what, figures]) => `${what} ${figures.map(short).join(' · ')}`)
    .join('; ')
