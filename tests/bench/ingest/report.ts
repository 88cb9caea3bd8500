/** The report of the ingest benchmark: ratios of paired runs first, then medians. */
import type { ConsumerName } from '../support/consumers.ts'
import { median, pairedRatios, type Report, type Table } from '../support/report.ts'
import type { Drained } from './backlog.ts'
import type { Latency, LiveCost } from './live.ts'

export interface Results {
  options: { messages: number; pairs: number; devices: number; liveRate: number; liveSeconds: number }
  drained: Drained[]
  live: LiveCost[]
  latencies: Latency[]
}

const NAMES = ['floor', 'telegraf', 'gateway'] as const
const COLUMNS = ['', 'only acknowledges', 'Telegraf', 'gateway']
/** Figures by name, each with how it is read from a run. */
type Figures<Run> = [string, (run: Run) => number][]

export function reportOf({ options, drained, live, latencies }: Results): Report {
  const { messages, devices, pairs, liveRate, liveSeconds } = options
  const ratios = {
    rate: ratiosOf(drained, run => run.rate),
    fullRate: ratiosOf(drained, run => run.fullRate),
    cpu: ratiosOf(drained, run => run.cpuUs.consumer),
    liveCpu: ratiosOf(live, run => run.cpuUs.consumer),
  }
  const cpu: Figures<LiveCost> = [
    ['its CPU, µs/message', run => run.cpuUs.consumer],
    ['Mosquitto, µs/message', run => run.cpuUs.mosquitto],
    ['InfluxDB, µs/message', run => run.cpuUs.influxd],
  ]
  const gates: Table = {
    title: `Gateway beside Telegraf (medians of ${pairs} pairs)`,
    columns: ['', 'ratio', 'lowest', 'highest', 'goal'],
    rows: [
      ['backlog: stored messages/s, whole run', ...spread(ratios.rate), '≥ 2'],
      ['backlog: stored messages/s, at full speed', ...spread(ratios.fullRate), ''],
      ['backlog: CPU for each message', ...spread(ratios.cpu), '≤ 0.4'],
      [`live at ${liveRate}/s: CPU for each message`, ...spread(ratios.liveCpu), '≤ 1'],
    ],
  }
  const backlog = medians(
    `Backlog of ${messages.toLocaleString('en')} from ${devices.toLocaleString('en')} devices`,
    drained,
    [
      ['stored messages/s, whole run', run => run.rate],
      ['stored messages/s, at full speed', run => run.fullRate],
      ...(cpu as Figures<Drained>),
      ['its RSS peak, MB', run => run.peakRssMb],
    ],
  )
  return {
    title: 'Ingest beside Telegraf',
    command: `npm run bench -- ingest --messages ${messages} --devices ${devices} --pairs ${pairs} --live-rate ${liveRate} --live-seconds ${liveSeconds}`,
    method: [
      'Messages of five metrics, about 250 bytes, QoS 1, queued in the shipped Mosquitto while their consumer was away, then drained into an empty bucket until every message was found by query.',
      'Telegraf 1.37.2: QoS 1, a session that lasts, 20,000 messages in hand, batches of 5,000 or after 250 ms. It stores; it does not check, spool, deduplicate or count. The gateway does, and syncs before it acknowledges.',
      'The clock runs from the thaw of the frozen broker, with the started consumer waiting for it: what a program needs to start is not counted. CPU is user and system time with children, until a second after the last row; live over the whole time, after five seconds of warm-up.',
      'Each run of the gateway is compared with the mean of Telegraf just before and just after.',
      'Latencies run from the sending of the PUBLISH. Acknowledged: the PUBACK to the broker was seen by a relay on the way (gateway: after its sync, so durable; Telegraf: after its write). Stored: a query finds the row. Receipt: the device is told, once a second at most. Socket: the value has come to a signed-in board of 100 rooms; gateway and server each tell once a second.',
    ],
    tables: [gates, backlog, medians(`Live at ${liveRate}/s`, live, cpu), latencyTable(latencies)],
    data: { options, ratios, backlog: drained, live, latencies },
  }
}

const ratiosOf = <Run extends { consumer: ConsumerName }>(
  runs: readonly Run[],
  figure: (run: Run) => number,
): number[] =>
  pairedRatios(
    runs,
    ({ consumer }) => (consumer === 'gateway' ? 'ours' : consumer === 'telegraf' ? 'peer' : 'other'),
    figure,
  )

const spread = (ratios: readonly number[]): number[] => [median(ratios), Math.min(...ratios), Math.max(...ratios)]

function medians<Run extends { consumer: ConsumerName }>(
  title: string,
  runs: readonly Run[],
  figures: Figures<Run>,
): Table {
  const rows = figures.map(([name, figure]) => [
    name,
    ...NAMES.map(consumer => median(runs.filter(run => run.consumer === consumer).map(figure))),
  ])
  return { title: `${title} (medians)`, columns: COLUMNS, rows }
}

function latencyTable(latencies: readonly Latency[]): Table {
  const rows = latencies.flatMap(latency =>
    (['acknowledged', 'stored', 'receipt', 'socket'] as const)
      .filter(what => latency[what].length > 0)
      .map(what => [`${latency.consumer}: ${what}`, ...latency[what]]),
  )
  return { title: 'Live: latency from PUBLISH, ms', columns: ['', 'p50', 'p95', 'p99', 'highest'], rows }
}
