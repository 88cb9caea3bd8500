/** PUBACKs of the embedded broker, after the sync, beside Mosquitto's, which are not durable; and how fast the embedded store takes messages. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { clientIdOf } from '../../core/ids.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { EMBEDDED_FACILITY, startEmbeddedProcess } from './load/embedded.ts'
import { startPublisher } from './load/publisher.ts'
import { cpuSeconds, peakRssMb, resetPeak } from './support/processes.ts'
import { deviceNames } from './support/registry.ts'
import { median, pairedRatios, percentile, type Report, short, type Table, writeReport } from './support/report.ts'

const HELP = `npm run bench -- puback [--messages 200000] [--pairs 3] [--seconds 10] [--store-messages 300000] [--out docs/results/puback]

Raw publishers in a process of their own against the embedded broker with its gateway, and against Mosquitto, in turn within one run.
  --messages        for each run at full speed; 50 connections with one in flight send a fifth
  --pairs           runs of the embedded broker; each is compared with Mosquitto's before and after it
  --seconds         of each run at 2,000 and 5,000 a second; 0: none
  --store-messages  into the embedded store (DuckDB); 0: none`

interface Load {
  connections: number
  inFlight: number
  messages: number
  perSecond?: number
}

interface Run {
  broker: 'embedded' | 'mosquitto'
  shape: string
  perSecond: number
  /** Microseconds of the broker's CPU for each message; the embedded one checks and spools as well. */
  cpuUs: number
  /** Milliseconds from PUBLISH to PUBACK. */
  p50: number
  p99: number
}

const SHAPES = [
  { connections: 1, inFlight: 1_000, share: 1, goal: '≥ 0.6' },
  { connections: 50, inFlight: 20, share: 1, goal: '≥ 0.6' },
  { connections: 50, inFlight: 1, share: 0.2, goal: 'reported' },
]
const PACED = [
  { perSecond: 2_000, goal: '≤ 10' },
  { perSecond: 5_000, goal: '≤ 30' },
]
const DEVICES = deviceNames(50)

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const names = { messages: text, pairs: text, seconds: text, 'store-messages': text, out: text }
  const { values } = parseArgs({ args, options: { ...names, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const options = {
    messages: Number(values.messages ?? 200_000),
    pairs: Number(values.pairs ?? 3),
    seconds: Number(values.seconds ?? 10),
    storeMessages: Number(values['store-messages'] ?? 300_000),
  }
  const runs: Run[] = []
  for (const { connections, inFlight, share } of SHAPES) {
    const load = { connections, inFlight, messages: Math.round(options.messages * share) }
    const turns = [
      'mosquitto',
      ...Array.from({ length: options.pairs }, () => ['embedded', 'mosquitto'] as const).flat(),
    ]
    for (const broker of turns as Run['broker'][]) runs.push(said(await runOne(broker, load)))
  }
  for (const { perSecond } of options.seconds > 0 ? PACED : []) {
    const load = { connections: 50, inFlight: 20, messages: perSecond * options.seconds, perSecond }
    for (const broker of ['mosquitto', 'embedded'] as const) runs.push(said(await runOne(broker, load)))
  }
  const stored = options.storeMessages > 0 ? await storeAll(options.storeMessages) : null
  if (stored) console.log(`DuckDB: ${short(stored.perSecond)} stored/s, RSS peak ${stored.peakRssMb} MB`)
  writeReport(values.out ?? 'docs/results/puback', reportOf(options, runs, stored))
}

async function runOne(kind: Run['broker'], load: Load): Promise<Run> {
  const broker =
    kind === 'mosquitto' ? await startMosquitto() : await startEmbeddedProcess({ devices: DEVICES, store: 'nothing' })
  try {
    // What a program needs to warm up is not what is compared.
    await publish(broker.port, { ...load, messages: Math.min(20_000, load.messages) }, 'warm')
    const before = cpuSeconds(broker.pid)
    const { seconds, latencyMs } = await publish(broker.port, load, 'full')
    const cpuUs = ((cpuSeconds(broker.pid) - before) * 1e6) / load.messages
    const shape = load.perSecond ? `${load.perSecond}/s` : `${load.connections} × ${load.inFlight}`
    const [p50, p99] = [percentile(latencyMs.sort(), 0.5), percentile(latencyMs, 0.99)]
    return { broker: kind, shape, perSecond: load.messages / seconds, cpuUs, p50, p99 }
  } finally {
    await broker.stop()
  }
}

async function publish(port: number, load: Load, boot: string) {
  const streams = DEVICES.slice(0, load.connections).map(device => ({
    clientId: clientIdOf(EMBEDDED_FACILITY, device),
    username: device,
    password: device,
    plan: {
      ...{ facility: EMBEDDED_FACILITY, devices: [device], boot, firstSeq: 0, beganMs: Date.now() },
      messages: Math.floor(load.messages / load.connections),
    },
  }))
  const pace = load.perSecond === undefined ? {} : { perSecond: load.perSecond }
  const publisher = await startPublisher({ port, streams, inFlight: load.inFlight, ...pace })
  const result = await publisher.run()
  await publisher.stop()
  return result
}

/** Publishes as fast as PUBACKs come and waits until the store has it all. */
async function storeAll(messages: number) {
  const house = await startEmbeddedProcess({ devices: DEVICES, store: 'duckdb' })
  try {
    resetPeak(house.pid)
    const cpuBefore = cpuSeconds(house.pid)
    const beganMs = performance.now()
    const load = { connections: 50, inFlight: 20, messages }
    const { seconds } = await publish(house.port, load, 'full')
    while ((await house.state()).stored < messages) await sleep(100)
    const perSecond = (messages * 1_000) / (performance.now() - beganMs)
    const cpuUs = ((cpuSeconds(house.pid) - cpuBefore) * 1e6) / messages
    return { messages, perSecond, pubacksPerSecond: messages / seconds, cpuUs, peakRssMb: peakRssMb(house.pid) }
  } finally {
    await house.stop()
  }
}

const said = (run: Run): Run => {
  const { broker, shape, perSecond, cpuUs, p50, p99 } = run
  console.log(
    `${shape} ${broker}: ${short(perSecond)} PUBACK/s, CPU ${short(cpuUs)} us/message, p50 ${short(p50)} ms, p99 ${short(p99)} ms`,
  )
  return run
}

const ratiosOf = (runs: readonly Run[]): number[] =>
  pairedRatios(
    runs,
    ({ broker }) => (broker === 'embedded' ? 'ours' : 'peer'),
    run => run.perSecond,
  )

type Stored = Awaited<ReturnType<typeof storeAll>>

function reportOf(
  options: { messages: number; pairs: number; seconds: number; storeMessages: number },
  runs: readonly Run[],
  stored: Stored | null,
): Report {
  const of = (shape: string, broker: Run['broker']) => runs.filter(run => run.shape === shape && run.broker === broker)
  const mid = (some: readonly Run[], figure: (run: Run) => number): number => median(some.map(figure))
  const full: Table = {
    title: `PUBACKs at full speed, connections × in flight (medians of ${options.pairs} pairs)`,
    columns: [
      '',
      'embedded, after the sync',
      'Mosquitto, not durable',
      'ratio',
      'goal',
      'embedded p99 ms',
      'Mosquitto p99 ms',
    ],
    rows: SHAPES.map(({ connections, inFlight, goal }) => {
      const shape = `${connections} × ${inFlight}`
      const [ours, theirs] = [of(shape, 'embedded'), of(shape, 'mosquitto')]
      const ratios = ratiosOf(runs.filter(run => run.shape === shape))
      const [rates, p99s] = [(run: Run) => run.perSecond, (run: Run) => run.p99]
      return [shape, mid(ours, rates), mid(theirs, rates), median(ratios), goal, mid(ours, p99s), mid(theirs, p99s)]
    }),
  }
  const paced: Table = {
    title: 'PUBLISH to PUBACK at a steady rate, 50 connections, ms',
    columns: ['', 'embedded p50', 'embedded p99', 'goal', 'Mosquitto p50', 'Mosquitto p99'],
    rows: PACED.map(({ perSecond, goal }) => {
      const [ours, theirs] = [of(`${perSecond}/s`, 'embedded')[0], of(`${perSecond}/s`, 'mosquitto')[0]]
      const blank = Number.NaN
      return [
        `${perSecond}/s`,
        ...[ours?.p50 ?? blank, ours?.p99 ?? blank, goal, theirs?.p50 ?? blank, theirs?.p99 ?? blank],
      ]
    }),
  }
  const store: Table = {
    title: 'Into the embedded store (DuckDB), 50 connections with 20 in flight',
    columns: ['', 'figure', 'goal'],
    rows: stored
      ? [
          ['messages stored/s, over the whole run', stored.perSecond, '≥ 10,000'],
          ['PUBACKs/s meanwhile', stored.pubacksPerSecond, ''],
          ['CPU of broker, gateway and store, µs/message', stored.cpuUs, ''],
          ['RSS peak of the three, MB', stored.peakRssMb, '< 300'],
        ]
      : [],
  }
  return {
    title: 'PUBACKs of the embedded broker',
    command: `npm run bench -- puback --messages ${options.messages} --pairs ${options.pairs} --seconds ${options.seconds} --store-messages ${options.storeMessages}`,
    method: [
      'Messages of five metrics, about 250 bytes, QoS 1, from raw sockets of a process of its own. Each broker runs in a process of its own, fresh for each run, after a warm-up.',
      'The embedded broker answers when the gateway has checked the message and synced it to disk; here a store that takes everything at once follows, so that both only take messages in. Mosquitto (settings as shipped, nobody subscribed) answers without writing.',
      'Each run of the embedded broker is compared with the mean of Mosquitto just before and just after.',
    ],
    tables: [full, ...(options.seconds > 0 ? [paced] : []), ...(stored ? [store] : [])],
    data: { options, runs, stored },
  }
}
