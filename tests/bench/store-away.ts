/** What happens while the store is away for long, and when it returns (guarantee G3). */
import { parseArgs } from 'node:util'
import { startInfluxd } from '../servers/influxd.ts'
import { REAL_TIME_PER_S, runAway } from './store-away/away.ts'
import { runFull } from './store-away/full.ts'
import type { Found } from './support/each-once.ts'
import { type Report, short, type Table, writeReport } from './support/report.ts'

const HELP = `npm run bench -- store-away [--messages 5000000] [--devices 1000] [--in-flight 4] [--live-rate 500]
                            [--full-messages 400000] [--full-bytes 64000000] [--out docs/results/store-away]

InfluxDB 2 is down while messages go through the embedded broker and the gateway into the spool; then it returns beside live traffic.
After that the same in small with a spool that becomes full.
  --messages       spooled while the store is away
  --in-flight      of each device while it fills the spool
  --live-rate      messages a second from 50 further devices, before, during and after the catch-up
  --full-messages  more than fit into --full-bytes; 0: leaves this part out`

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const names = {
    messages: text,
    devices: text,
    'in-flight': text,
    'live-rate': text,
    'full-messages': text,
    'full-bytes': text,
    out: text,
  }
  const { values } = parseArgs({ args, options: { ...names, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const options = {
    messages: Number(values.messages ?? 5_000_000),
    devices: Number(values.devices ?? 1_000),
    inFlight: Number(values['in-flight'] ?? 4),
    liveRate: Number(values['live-rate'] ?? 500),
    fullMessages: Number(values['full-messages'] ?? 400_000),
    fullBytes: Number(values['full-bytes'] ?? 64_000_000),
  }
  const beganMs = performance.now()
  const say = (line: string): void =>
    console.log(`${((performance.now() - beganMs) / 1_000).toFixed(0).padStart(5)} s  ${line}`)
  const store = await startInfluxd()
  try {
    const away = await runAway(store, { ...options, say })
    const full =
      options.fullMessages > 0
        ? await runFull(store, { messages: options.fullMessages, maxBytes: options.fullBytes, say })
        : null
    writeReport(values.out ?? 'docs/results/store-away', reportOf(options, away, full))
  } finally {
    await store.stop()
  }
}

type Away = Awaited<ReturnType<typeof runAway>>
type Full = Awaited<ReturnType<typeof runFull>>

const count = (figure: number): string => figure.toLocaleString('en')
const foundText = ({ once, expected, missing, twice, strange }: Found): string =>
  `${count(once)} of ${count(expected)} once, ${missing} missing, ${twice} twice, ${strange} strange`

function reportOf(
  options: {
    messages: number
    devices: number
    inFlight: number
    liveRate: number
    fullMessages: number
    fullBytes: number
  },
  away: Away,
  full: Full | null,
): Report {
  const gates: Table = {
    title: 'What counts',
    columns: ['', 'seen', 'goal'],
    rows: [
      ['rows found by query', foundText(away.found), 'each once'],
      ['highest RSS of broker and gateway while the store is away, MB', away.fill.peakRssMb, '< 300'],
      ['highest RSS while catching up, MB', away.catchUp.peakRssMb, '< 300'],
      [`catch-up × real time (${REAL_TIME_PER_S} messages/s)`, away.catchUp.timesRealTime, '≥ 10'],
      [
        'PUBACK p99 of live messages while catching up, ms',
        away.liveMs.catchingUp[1] ?? Number.NaN,
        `${short(away.liveMs.away[1] ?? Number.NaN)} before`,
      ],
    ],
  }
  const marks: Table = {
    title: 'While the store is away',
    columns: ['messages spooled', 'RSS, MB', 'heap, MB', 'buffers, MB', 'spool, MB', 'bytes/message', 'after, s'],
    rows: away.marks.map(mark => [
      ...[
        count(mark.messages),
        mark.rssMb,
        mark.heapMb,
        mark.buffersMb,
        mark.spoolBytes / 1e6,
        mark.bytesPerMessage,
        mark.seconds,
      ],
    ]),
  }
  const live: Table = {
    title: `Live messages (${options.liveRate}/s from 50 devices), PUBLISH to PUBACK after the sync, ms`,
    columns: ['', 'p50', 'p99', 'highest'],
    rows: [
      ['store away', ...away.liveMs.away],
      ['catching up', ...away.liveMs.catchingUp],
      ['afterwards', ...away.liveMs.after],
    ],
  }
  const times: Table = {
    title: 'Rates',
    columns: ['', 'messages/s', 'seconds', 'CPU of broker and gateway, µs/message'],
    rows: [
      ['into the spool', away.fill.perSecond, away.fill.seconds, away.fill.cpuUs],
      ['out of the spool into InfluxDB', away.catchUp.perSecond, away.catchUp.seconds, away.catchUp.cpuUs],
    ],
  }
  const fullTable: Table = {
    title: `A spool of ${count(options.fullBytes)} bytes becomes full (${count(options.fullMessages)} messages from 100 devices)`,
    columns: ['', 'seen'],
    rows: full
      ? [
          ['acknowledged when it was full', count(full.acknowledged)],
          ['acknowledged five seconds later', count(full.acknowledgedLater)],
          ['bytes in the spool then', count(full.spoolBytes)],
          ['highest RSS, MB', full.peakRssMb],
          ['first PUBACK after the return of the store, s', full.firstPubackS],
          ['all acknowledged and stored, s after the return', full.allStoredS],
          ['rows found by query', foundText(full.found)],
        ]
      : [],
  }
  return {
    title: 'Store away',
    command: `npm run bench -- store-away --messages ${options.messages} --devices ${options.devices} --in-flight ${options.inFlight} --live-rate ${options.liveRate} --full-messages ${options.fullMessages} --full-bytes ${options.fullBytes}`,
    method: [
      `InfluxDB 2 is killed, so that its port refuses. Devices, each with a connection of its own and ${options.inFlight} messages in flight, publish QoS 1 to the embedded broker as fast as PUBACKs come; each PUBACK follows a sync. Broker and gateway are one process, whose memory is looked at four times a second.`,
      'Then live traffic begins, and ten seconds later InfluxDB is started again. Catching up lasts from the moment at which it answers until no more waits in the spool than live traffic sends in a second; the wait until the gateway tries again is included.',
      'At the end every row is read back and each message of each device counted.',
    ],
    tables: [gates, marks, times, live, ...(full ? [fullTable] : [])],
    data: { options, away, full },
  }
}
