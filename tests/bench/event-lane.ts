/** How long an event takes from its PUBLISH to the socket of a signed-in board while a telemetry backlog drains, beside the same when nothing else happens. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import mqtt, { type MqttClient } from 'mqtt'
import { io, type Socket } from 'socket.io-client'
import type { BoardEventMessage } from '../../core/live.ts'
import type { BoardCondition } from '../../core/rest/board.ts'
import { deviceTopic } from '../../core/topics.ts'
import { bedExit, until } from '../gateway/fixtures.ts'
import { startInfluxd } from '../servers/influxd.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { startPublisher } from './load/publisher.ts'
import { type BrokerPulse, startBrokerPulse } from './support/broker-pulse.ts'
import { makeBucket } from './support/buckets.ts'
import { FACILITY, type GatewayConsumer, startGateway } from './support/consumers.ts'
import { percentile, type Report, short, writeReport } from './support/report.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const HELP = `npm run bench -- event-lane [--messages 1000000] [--devices 1000] [--rate 10] [--idle-seconds 30] [--out docs/results/event-lane]

Fills Mosquitto with a backlog of telemetry, lets the gateway drain it into InfluxDB 2, and publishes events meanwhile; afterwards it
publishes events while nothing else happens. Prints the time from PUBLISH to a signed-in socket, as event and as condition.
  --messages      in the backlog
  --rate          events a second
  --idle-seconds  how long the comparison runs
  --out           where the report goes, without its extension`

const facility = FACILITY.gateway
/** Devices that ring; they send no telemetry. */
const BELLS = Array.from({ length: 10 }, (_, i) => `bell-${i}`)
/** What is still on its way when the last event was sent. */
const ARRIVE_MS = 30_000
/** A broker that takes longer for a message between two strangers is busy with itself. */
const BROKER_WELL_MS = 100

interface Latencies {
  events: number
  seconds: number
  /** ms, in rising order. */
  event: number[]
  condition: number[]
  /** Those of the events that were sent while the broker answered a stranger within 100 ms. */
  eventBrokerWell: number[]
  conditionBrokerWell: number[]
  /** A stranger's message through the same broker. */
  broker: number[]
  /** Never heard of. */
  lost: number
}

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const names = { messages: text, devices: text, rate: text, 'idle-seconds': text, out: text }
  const { values } = parseArgs({ args, options: { ...names, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const messages = Number(values.messages ?? 1_000_000)
  const perSecond = Number(values.rate ?? 10)
  const idleSeconds = Number(values['idle-seconds'] ?? 30)
  const devices = Array.from({ length: Number(values.devices ?? 1_000) }, (_, i) => `mat-${String(i).padStart(5, '0')}`)

  const broker = await startMosquitto()
  const store = await startInfluxd()
  const bucket = await makeBucket(store, 'event-lane')
  const stops: (() => Promise<unknown>)[] = [() => broker.stop(), () => store.stop()]
  try {
    const server = await startServer({ broker, store, bucket: bucket.name, facility, devices, placed: BELLS })
    stops.unshift(server.stop)
    const place = { broker, store, bucket: bucket.name }
    // The first one makes the sessions in which the broker keeps the backlog.
    const first = await startGateway(place)
    await ready(first)
    await first.stop()
    console.log(`publishing ${messages.toLocaleString('en')} messages of telemetry`)
    const plan = { facility, devices, boot: 'b1', messages, firstSeq: 0, beganMs: Date.now() - 60_000 }
    const streams = [{ clientId: 'backlog', plan }]
    const publisher = await startPublisher({ port: broker.port, streams, inFlight: 1_000 })
    await publisher.run()
    await publisher.stop()

    const bells = await mqtt.connectAsync(broker.url, { clientId: 'bells' })
    stops.unshift(() => bells.endAsync(true))
    const board = await watch(server)
    stops.unshift(async () => board.socket.disconnect())
    const gateway = await startGateway(place)
    stops.unshift(gateway.stop)
    await ready(gateway)
    const pulse = await startBrokerPulse(broker.url)
    stops.unshift(pulse.stop)
    const lane = createLane(bells, board, pulse, perSecond)
    let storedBefore = 0
    const drained = async (): Promise<boolean> => {
      storedBefore = await stored(gateway)
      return storedBefore >= messages
    }
    const busy = await lane.run(drained)
    console.log(
      `${storedBefore.toLocaleString('en')} stored after ${busy.seconds.toFixed(1)} s; ${line('during the drain', busy)}`,
    )
    await sleep(2_000)
    const untilMs = performance.now() + idleSeconds * 1_000
    const idle = await lane.run(async () => performance.now() >= untilMs)
    console.log(line('with nothing else', idle))
    writeReport(
      values.out ?? 'docs/results/event-lane',
      reportOf(messages, devices.length, perSecond, idleSeconds, busy, idle),
    )
  } finally {
    for (const stop of stops) await stop()
  }
}

async function ready(gateway: GatewayConsumer): Promise<void> {
  const answers = () =>
    gateway.get('/readyz').then(
      response => response.ok,
      () => false,
    )
  await until('the gateway is ready', answers, 60_000)
}

/** Also counts the events: the ledger does. */
async function stored(gateway: GatewayConsumer): Promise<number> {
  const text = await (await gateway.get('/metrics')).text()
  return Number(new RegExp(`mimamori_ledger\\{facility="${facility}",column="stored"\\} (\\d+)`).exec(text)?.[1] ?? 0)
}

interface Watching {
  socket: Socket
  /** Called with what came and when, on the monotonic clock. */
  onEvent(listener: (event: BoardEventMessage, atMs: number) => void): void
  onCondition(listener: (condition: BoardCondition, atMs: number) => void): void
}

async function watch({ url, cookie }: ServerProcess): Promise<Watching> {
  await fetch(`${url}/api/v1/facilities/${facility}/board`, { headers: { cookie } })
  const socket = io(`${url}/live`, { transports: ['websocket'], extraHeaders: { cookie } })
  await new Promise(resolve => socket.once('connect', () => resolve(null)))
  if (!(await socket.timeout(5_000).emitWithAck('watch', facility))) throw new Error('the staff may not watch')
  return {
    socket,
    onEvent: listener => void socket.on('e', (event: BoardEventMessage) => listener(event, performance.now())),
    onCondition: listener =>
      void socket.on('a', (condition: BoardCondition, acknowledge: () => void) => {
        acknowledge()
        listener(condition, performance.now())
      }),
  }
}

/** Publishes events one after another and notes when each comes to the socket, both ways. */
function createLane(bells: MqttClient, board: Watching, pulse: BrokerPulse, perSecond: number) {
  const sent = new Map<string, number>()
  const heard = new Map<string, number>()
  const raised = new Map<string, number>()
  const counts = new Map<string, number>()
  let seq = 0
  board.onEvent(({ device, at }, atMs) => void heard.set(`${device} ${Date.parse(at)}`, atMs))
  // Events of a device are one episode, so its count tells which of them this is.
  board.onCondition(({ subject, count }, atMs) => void raised.set(`${subject} ${count}`, atMs))

  return {
    async run(over: () => Promise<boolean>): Promise<Latencies> {
      sent.clear()
      pulse.take()
      const beganMs = performance.now()
      const events: { event: string; condition: string; sentMs: number }[] = []
      let next = beganMs
      let asked = beganMs
      for (;;) {
        if (performance.now() - asked > 250) {
          asked = performance.now()
          if (await over()) break
        }
        const device = BELLS[seq % BELLS.length] as string
        const count = (counts.get(device) ?? 0) + 1
        counts.set(device, count)
        const ts = Date.now()
        const sentMs = performance.now()
        events.push({ event: `${device} ${ts}`, condition: `${device} ${count}`, sentMs })
        bells.publish(deviceTopic(facility, device, 'event'), bedExit('b1', count - 1, { ts }), { qos: 1 })
        seq += 1
        next += 1_000 / perSecond
        await sleep(Math.max(0, next - performance.now()))
      }
      const seconds = (performance.now() - beganMs) / 1_000
      const missing = () => events.filter(({ event, condition }) => !heard.has(event) || !raised.has(condition)).length
      const deadline = performance.now() + ARRIVE_MS
      while (missing() > 0 && performance.now() < deadline) await sleep(50)
      const { sent: pulses, tookMs } = pulse.take()
      const held = pulses.filter(({ tookMs: took }) => took > BROKER_WELL_MS)
      const well = events.filter(
        ({ sentMs }) => !held.some(({ atMs, tookMs: took }) => sentMs >= atMs - 20 && sentMs <= atMs + took),
      )
      const rising = (of: Map<string, number>, key: 'event' | 'condition', among = events): number[] =>
        among
          .flatMap(each => (of.has(each[key]) ? (of.get(each[key]) as number) - each.sentMs : []))
          .sort((a, b) => a - b)
      return {
        events: events.length,
        seconds,
        event: rising(heard, 'event'),
        condition: rising(raised, 'condition'),
        eventBrokerWell: rising(heard, 'event', well),
        conditionBrokerWell: rising(raised, 'condition', well),
        broker: tookMs,
        lost: missing(),
      }
    },
  }
}

const figures = (sorted: readonly number[]): number[] => [0.5, 0.95, 0.99, 1].map(share => percentile(sorted, share))

const line = (when: string, { events, event, condition, lost }: Latencies): string =>
  `${when}: ${events} events, ms at 50, 95, 99, 100 %: event ${figures(event).map(short).join(' · ')}, condition ${figures(condition).map(short).join(' · ')}, lost ${lost}`

function reportOf(
  messages: number,
  devices: number,
  perSecond: number,
  idleSeconds: number,
  busy: Latencies,
  idle: Latencies,
): Report {
  const row = (name: string, { lost }: Latencies, sorted: number[]) => [name, sorted.length, lost, ...figures(sorted)]
  return {
    title: 'Events beside a backlog',
    command: `npm run bench -- event-lane --messages ${messages} --devices ${devices} --rate ${perSecond} --idle-seconds ${idleSeconds}`,
    method: [
      `A backlog of ${messages.toLocaleString('en')} telemetry messages of ${devices.toLocaleString('en')} devices was queued in the shipped Mosquitto while the gateway was away. Then the gateway drained it into InfluxDB 2 within ${busy.seconds.toFixed(1)} s, and ${perSecond} events a second were published meanwhile by other devices; the idle run followed in the same processes.`,
      'Gateway and server run as processes of their own, as shipped. The clock runs from the PUBLISH to the socket of a signed-in browser, on one monotonic clock: as the event (`e`), and as the condition that it raises (`a`), which is synced to disk and acknowledged by the broker on its way.',
      'The broker alone: a message every 20 ms between two clients that have nothing to do with the platform. When a session with a long queue comes back, Mosquitto walks through all of it and serves nobody meanwhile; nothing behind it can be faster than that.',
      'Goal (A1): p99 ≤ 250 ms to the painted screen.',
    ],
    tables: [
      {
        title: 'PUBLISH to socket, ms',
        columns: ['', 'events', 'lost', '50 %', '95 %', '99 %', 'highest'],
        rows: [
          row('event, during the drain', busy, busy.event),
          row('event, during the drain, while the broker answered others', busy, busy.eventBrokerWell),
          row('event, idle', idle, idle.event),
          row('condition, during the drain', busy, busy.condition),
          row('condition, during the drain, while the broker answered others', busy, busy.conditionBrokerWell),
          row('condition, idle', idle, idle.condition),
          ['broker alone, during the drain', busy.broker.length, 0, ...figures(busy.broker)],
          ['broker alone, idle', idle.broker.length, 0, ...figures(idle.broker)],
        ],
      },
    ],
    data: { busy, idle },
  }
}
