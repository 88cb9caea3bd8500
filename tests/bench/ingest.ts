/** Our gateway beside Telegraf and beside a subscriber that only acknowledges: same broker, same store, same payloads, in turn within one run. */
import { parseArgs } from 'node:util'
import mqtt from 'mqtt'
import { facilityTopic } from '../../core/topics.ts'
import { registryOf } from '../gateway/fixtures.ts'
import { startInfluxd } from '../servers/influxd.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { type Drained, drain, makeSession, type Servers } from './ingest/backlog.ts'
import { type ConsumerName, FACILITY } from './support/consumers.ts'
import { median, type Report, short, type Table, writeReport } from './support/report.ts'

const HELP = `npm run bench -- ingest [--messages 300000] [--devices 1000] [--pairs 3] [--only gateway] [--out docs/results/ingest]

Drains backlogs from Mosquitto into InfluxDB 2: a subscriber that only acknowledges, then Telegraf, gateway, Telegraf, gateway, …, Telegraf.
  --messages  in each backlog
  --pairs     how often the gateway runs; each run is compared with Telegraf's before and after it
  --only      one of floor, gateway, telegraf: no comparison, no report, --pairs times (for profiles; GATEWAY_NODE_OPTIONS reaches the gateway)
  --out       where the report goes, without its extension; none without a comparison`

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { messages: text, devices: text, pairs: text, only: text, out: text, help: { type: 'boolean' } },
  })
  if (values.help) return console.log(HELP)
  const messages = Number(values.messages ?? 300_000)
  const pairs = Number(values.pairs ?? 3)
  const only = values.only as ConsumerName | undefined
  const devices = Array.from({ length: Number(values.devices ?? 1_000) }, (_, i) => `mat-${String(i).padStart(5, '0')}`)
  const order: ConsumerName[] = only
    ? Array.from({ length: pairs }, () => only)
    : ['floor', ...Array.from({ length: pairs }, () => ['telegraf', 'gateway'] as const).flat(), 'telegraf']

  const broker = await startMosquitto()
  const store = await startInfluxd()
  const servers: Servers = { broker, store, devices }
  try {
    await announceDevices(servers)
    for (const name of new Set(order)) await makeSession(name, servers)
    const runs: Drained[] = []
    for (const [i, name] of order.entries()) {
      const run = await drain(name, servers, messages, i)
      runs.push(run)
      console.log(`${i + 1}/${order.length} ${lineOf(run)}`)
    }
    if (!only)
      writeReport(values.out ?? 'docs/results/ingest', reportOf(runs, { messages, pairs, devices: devices.length }))
  } finally {
    await broker.stop()
    await store.stop()
  }
}

async function announceDevices({ broker, devices }: Servers): Promise<void> {
  const client = await mqtt.connectAsync(broker.url)
  const registry = JSON.stringify(registryOf(FACILITY.gateway, devices))
  await client.publishAsync(facilityTopic(FACILITY.gateway, 'registry'), registry, { qos: 1, retain: true })
  await client.endAsync()
}

const lineOf = (run: Drained): string =>
  `${run.consumer}: ${short(run.rate)}/s, at full speed ${short(run.fullRate)}/s, CPU us/message ${short(run.cpuUs.consumer)}` +
  ` (Mosquitto ${short(run.cpuUs.mosquitto)}, InfluxDB ${short(run.cpuUs.influxd)}), RSS peak ${run.peakRssMb} MB`

/** Each run of the gateway beside the mean of Telegraf's runs before and after it. */
function ratiosOf(runs: readonly Drained[]) {
  return runs.flatMap((run, i) => {
    const beside = [runs[i - 1], runs[i + 1]].filter(other => other?.consumer === 'telegraf') as Drained[]
    if (run.consumer !== 'gateway' || beside.length === 0) return []
    const mean = (figure: (drained: Drained) => number) =>
      beside.reduce((sum, other) => sum + figure(other), 0) / beside.length
    return {
      rate: run.rate / mean(other => other.rate),
      fullRate: run.fullRate / mean(other => other.fullRate),
      cpu: run.cpuUs.consumer / mean(other => other.cpuUs.consumer),
    }
  })
}

function reportOf(runs: readonly Drained[], options: { messages: number; pairs: number; devices: number }): Report {
  const ratios = ratiosOf(runs)
  const names = ['floor', 'telegraf', 'gateway'] as const
  const of = (name: ConsumerName, figure: (run: Drained) => number): number =>
    median(runs.filter(run => run.consumer === name).map(figure))
  const figures: [string, (run: Drained) => number][] = [
    ['stored messages/s, whole run', run => run.rate],
    ['stored messages/s, at full speed', run => run.fullRate],
    ['its CPU, µs/message', run => run.cpuUs.consumer],
    ['Mosquitto, µs/message', run => run.cpuUs.mosquitto],
    ['InfluxDB, µs/message', run => run.cpuUs.influxd],
    ['its RSS peak, MB', run => run.peakRssMb],
  ]
  const backlog: Table = {
    title: `Backlog of ${options.messages.toLocaleString('en')} from ${options.devices.toLocaleString('en')} devices (medians)`,
    columns: ['', 'only acknowledges', 'Telegraf', 'gateway'],
    rows: figures.map(([title, figure]) => [title, ...names.map(name => of(name, figure))]),
  }
  const gates: Table = {
    title: `Gateway beside Telegraf (medians of ${ratios.length} pairs)`,
    columns: ['', 'ratio', 'goal'],
    rows: [
      ['stored messages/s, whole run', median(ratios.map(ratio => ratio.rate)), '≥ 2'],
      ['stored messages/s, at full speed', median(ratios.map(ratio => ratio.fullRate)), ''],
      ['CPU for each message', median(ratios.map(ratio => ratio.cpu)), '≤ 0.4'],
    ],
  }
  return {
    title: 'Ingest beside Telegraf',
    command: `npm run bench -- ingest --messages ${options.messages} --devices ${options.devices} --pairs ${options.pairs}`,
    method: [
      'Messages of five metrics, about 250 bytes, QoS 1, queued in the shipped Mosquitto while their consumer was away, then drained into an empty bucket until every message was found by query.',
      'Telegraf 1.37.2: QoS 1, a session that lasts, 20,000 messages in hand, batches of 5,000 or after 250 ms. It stores; it does not check, spool, deduplicate or count. The gateway does, and syncs before it acknowledges.',
      'The clock runs from the thaw of the frozen broker, with the started consumer waiting for it: what a program needs to start is not counted. CPU is user and system time with children, until a second after the last row.',
      'Each run of the gateway is compared with the mean of Telegraf just before and just after.',
    ],
    tables: [gates, backlog],
    data: { options, ratios, runs },
  }
}
