/** How long an event takes from its PUBLISH to the socket of a signed-in board beside a telemetry backlog, wherever that lies, and when nothing else happens. */
import { parseArgs } from 'node:util'
import { type Embedded, runEmbedded } from './event-lane/embedded.ts'
import type { Latencies } from './event-lane/lane.ts'
import { type LaneOptions, type Outside, runOutside } from './event-lane/outside.ts'
import { deviceNames } from './support/registry.ts'
import { percentile, type Report, short, type Table, writeReport } from './support/report.ts'

const HELP = `npm run bench -- event-lane [--messages 1000000] [--devices 1000] [--rate 20] [--idle-seconds 20] [--only outside]
                            [--out docs/results/event-lane]

Publishes events beside backlogs of telemetry: one that Mosquitto kept while the gateway was away, one that the spool kept while the store
was away, and one that devices bring to the embedded broker; and while nothing else happens. Prints the time from PUBLISH to a signed-in
socket, as event and as condition.
  --messages      in each backlog
  --rate          events a second
  --idle-seconds  how long each comparison runs
  --only          outside: with Mosquitto, the gateway and InfluxDB 2; embedded: all in one process
  --out           where the report goes, without its extension`

const BELLS = 10

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const names = { messages: text, devices: text, rate: text, 'idle-seconds': text, only: text, out: text }
  const { values } = parseArgs({ args, options: { ...names, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const options: LaneOptions = {
    messages: Number(values.messages ?? 1_000_000),
    devices: deviceNames(Number(values.devices ?? 1_000)),
    bells: deviceNames(BELLS, 'bell'),
    perSecond: Number(values.rate ?? 20),
    idleSeconds: Number(values['idle-seconds'] ?? 20),
    say: line => console.log(line),
  }
  const outside = values.only === 'embedded' ? null : await runOutside(options)
  const embedded = values.only === 'outside' ? null : await runEmbedded(options)
  writeReport(values.out ?? 'docs/results/event-lane', reportOf(options, values.only, outside, embedded))
}

const SHARES = [0.5, 0.95, 0.99, 1]
const figures = (sorted: readonly number[]): number[] => SHARES.map(share => percentile(sorted, share))

function reportOf(
  { messages, devices, perSecond, idleSeconds }: LaneOptions,
  only: string | undefined,
  outside: Outside | null,
  embedded: Embedded | null,
): Report {
  const count = messages.toLocaleString('en')
  const named: [string, Latencies][] = [
    ...(outside
      ? ([
          ['Mosquitto kept it while the gateway was away', outside.fromBroker],
          ['it comes in while the store is away', outside.intoSpool],
          ['the spool kept it while the store was away', outside.fromSpool],
          ['none', outside.idle],
        ] as [string, Latencies][])
      : []),
    ...(embedded
      ? ([
          ['all in one process: devices bring it', embedded.fromDevices],
          ['all in one process: none', embedded.idle],
        ] as [string, Latencies][])
      : []),
  ]
  const lane = (title: string, of: 'event' | 'condition'): Table => ({
    title,
    columns: ['backlog', 'seconds', 'events', 'lost', '50 %', '95 %', '99 %', 'highest'],
    rows: named.map(([name, run]) => [name, run.seconds, run.events, run.lost[of], ...figures(run[of])]),
  })
  const hops: Table = {
    title: 'Where the time goes with Mosquitto, ms',
    columns: ['backlog', 'hop', '50 %', '95 %', '99 %', 'highest'],
    rows: named.flatMap(([name, { hops: ways, broker }]) =>
      ways && broker
        ? [
            [name, 'device → broker → another client', ...figures(ways.toBroker)],
            ['', 'broker → gateway, synced to disk → broker', ...figures(ways.toLive)],
            ['', 'broker → server → socket', ...figures(ways.toSocket)],
            ['', 'broker alone, between two strangers', ...figures(broker)],
          ]
        : [],
    ),
  }
  return {
    title: 'Events beside a backlog',
    command: `npm run bench -- event-lane --messages ${messages} --devices ${devices.length} --rate ${perSecond} --idle-seconds ${idleSeconds}${only ? ` --only ${only}` : ''}`,
    method: [
      `Each backlog holds ${count} telemetry messages of ${devices.length.toLocaleString('en')} devices; ${perSecond} events a second are published by ${BELLS} other devices from the moment at which the gateway is ready or the store is back until the last message of it is stored.`,
      'All parts run as they are shipped, Mosquitto with its access list. The clock runs from the PUBLISH to the socket of a signed-in browser, on one monotonic clock: as the event (`e`), and as the condition that it raises (`a`), which is synced to disk and acknowledged by the broker on its way.',
      ...(outside
        ? [
            `Mosquitto writes its file whole every five minutes and serves nobody meanwhile: with ${count} messages queued a stranger waited ${short(outside.saveMs)} ms. That is ${short(outside.saveMs / 3_000)} % of the time while such a queue lasts; it does not fall into these runs.`,
          ]
        : []),
      ...(embedded
        ? [
            `In one process the devices keep what is not acknowledged: all of it was acknowledged after ${short(embedded.sentSeconds)} s, at the limit of 50 messages a second each, and stored in DuckDB after ${short(embedded.fromDevices.seconds)} s.`,
          ]
        : []),
      'Goal (A1): p99 ≤ 250 ms to the painted screen.',
    ],
    tables: [
      lane('PUBLISH to socket as an event, ms', 'event'),
      lane('PUBLISH to socket as a condition, ms', 'condition'),
      ...(outside ? [hops] : []),
    ],
    data: {
      saveMs: outside?.saveMs,
      sentSeconds: embedded?.sentSeconds,
      shares: SHARES,
      runs: named.map(([backlog, { event, condition, hops: ways, broker, ...run }]) => ({
        backlog,
        ...run,
        event: figures(event),
        condition: figures(condition),
        ...(broker && { broker: figures(broker) }),
        ...(ways && {
          toBroker: figures(ways.toBroker),
          toLive: figures(ways.toLive),
          toSocket: figures(ways.toSocket),
        }),
      })),
    },
  }
}
