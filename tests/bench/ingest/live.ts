/** Live traffic at a steady rate: what a message costs its consumer, and when it was safe, stored and told of. */
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { receiptMessageSchema } from '../../../core/messages.ts'
import { freePort } from '../../servers/child.ts'
import { HEART_RATES, heartRateSeq } from '../load/packets.ts'
import { type Publisher, startPublisher } from '../load/publisher.ts'
import { startAckProbe } from '../support/ack-probe.ts'
import { type Bucket, makeBucket } from '../support/buckets.ts'
import { type ConsumerName, FACILITY, startConsumer } from '../support/consumers.ts'
import { cpuSeconds } from '../support/processes.ts'
import { percentile } from '../support/report.ts'
import { firstTaken, type Servers } from './backlog.ts'
import { type Board, openBoard } from './board.ts'

export interface LiveOptions {
  perSecond: number
  seconds: number
}

export interface LiveCost {
  consumer: ConsumerName
  /** Microseconds of CPU for each message. */
  cpuUs: { consumer: number; mosquitto: number; influxd: number }
}

/** Milliseconds from the sending of the PUBLISH, at 50, 95 and 99 per cent and the highest. */
export interface Latency {
  consumer: ConsumerName
  /** Until the consumer's PUBACK to the broker: for the gateway after its sync, for Telegraf after its write. */
  acknowledged: number[]
  /** Until a query found the row: the k-th message sent is taken to be the k-th found. */
  stored: number[]
  /** Until the device was told by its receipt; the gateway only, which writes one a second for each device at most. */
  receipt: number[]
  /** Until a frame with the value reached a board's socket; the gateway only, for the values that a frame a second still shows. */
  socket: number[]
}

const WARM_UP_S = 5
const LOOK_MS = 20
const SHARES = [0.5, 0.95, 0.99, 1]

/** CPU over `seconds` of live traffic, after a few of the same as a warm-up; nobody asks the store anything meanwhile. */
export async function liveCost(
  name: ConsumerName,
  servers: Servers,
  options: LiveOptions,
  run: number,
): Promise<LiveCost> {
  const { broker, store } = servers
  const bucket = await makeBucket(store, `live-${run}-${name}`)
  const consumer = await startConsumer(name, { ...servers, bucket: bucket.name })
  try {
    await firstTaken(name, servers, consumer, bucket, `v${run}`)
    const warmUp = await livePublisher(name, servers, { ...options, seconds: WARM_UP_S }, `w${run}`)
    await warmUp.run()
    const publisher = await livePublisher(name, servers, options, `l${run}`)
    const pids = [consumer.pid, broker.pid, store.pid]
    const before = pids.map(cpuSeconds)
    await publisher.run()
    const messages = options.perSecond * options.seconds
    const [ours, mosquitto, influxd] = pids.map((pid, i) => ((cpuSeconds(pid) - (before[i] ?? 0)) * 1e6) / messages)
    await Promise.all([warmUp.stop(), publisher.stop()])
    return { consumer: name, cpuUs: { consumer: ours ?? 0, mosquitto: mosquitto ?? 0, influxd: influxd ?? 0 } }
  } finally {
    await consumer.stop()
    await bucket.remove()
  }
}

/** Latencies over `seconds` of live traffic. The consumer's connection to the broker runs through a relay that sees its PUBACKs pass. */
export async function liveLatency(
  name: ConsumerName,
  servers: Servers,
  options: LiveOptions,
  run: number,
): Promise<Latency> {
  const { broker, store, devices } = servers
  const messages = options.perSecond * options.seconds
  const boot = `t${run}`
  const indexOf = new Map(devices.map((device, i) => [device, i]))
  const acknowledgedAt = new Float64Array(messages)
  const receiptAt = new Float64Array(messages)
  const numberOf = (device: string, seq: number): number => seq * devices.length + (indexOf.get(device) ?? Number.NaN)

  const probe = await startAckProbe(await freePort(), broker.port, (topic, payload) => {
    const [, said, seq] = /"boot":"([^"]+)","seq":(\d+)/.exec(payload.toString('latin1')) ?? []
    if (said === boot) acknowledgedAt[numberOf(topic.split('/')[3] ?? '', Number(seq))] ||= now()
  })
  const bucket = await makeBucket(store, `late-${run}-${name}`)
  const board = name === 'gateway' ? await openBoard(broker.url, FACILITY.gateway, devices.length) : null
  const consumer = await startConsumer(name, {
    store,
    bucket: bucket.name,
    broker: { port: probe.port, url: `mqtt://127.0.0.1:${probe.port}` },
  })
  const reader = await mqtt.connectAsync(broker.url)
  reader.on('message', (topic, payload) => {
    const device = topic.split('/')[3] ?? ''
    const receipt = receiptMessageSchema.parse(JSON.parse(payload.toString()))
    // Newest first, down to what an earlier receipt told already.
    for (let seq = receipt.boot === boot ? receipt.seq : -1; seq >= 0 && !receiptAt[numberOf(device, seq)]; seq--) {
      if (!receipt.gaps.some(([from, to]) => seq >= from && seq <= to)) receiptAt[numberOf(device, seq)] = now()
    }
  })
  try {
    const warm = await firstTaken(name, servers, consumer, bucket, `u${run}`)
    if (name === 'gateway') await reader.subscribeAsync(`mimamori/v1/${FACILITY.gateway}/+/receipt`)
    const publisher = await livePublisher(name, servers, options, boot)
    const running = publisher.run()
    const stored = await rowsOverTime(bucket, warm, messages)
    const { sentAtMs } = await running
    await publisher.stop()
    // The last receipts come a second after the last messages.
    await sleep(name === 'gateway' ? 2_000 : 0)
    return {
      consumer: name,
      acknowledged: percentiles(acknowledgedAt, sentAtMs),
      stored: percentiles(stored, sentAtMs),
      receipt: percentiles(receiptAt, sentAtMs),
      socket: percentiles(shownAt(board?.shown ?? [], numberOf, sentAtMs), sentAtMs),
    }
  } finally {
    await reader.endAsync(true)
    await consumer.stop()
    await board?.stop()
    await probe.stop()
    await bucket.remove()
  }
}

/**
 * When a board showed a value first, by message. A frame tells the heart rate, not the seq: it is the newest message sent by then that has it,
 * as the rate is another with each message and comes again after sixty. The first of each device may show what came before.
 */
function shownAt(shown: Board['shown'], numberOf: (device: string, seq: number) => number, sentAtMs: Float64Array) {
  const at = new Float64Array(sentAtMs.length)
  for (const { device, heartRate, atMs } of shown) {
    let n = Number.NaN
    for (let seq = heartRateSeq(heartRate); (sentAtMs[numberOf(device, seq)] ?? Infinity) <= atMs; seq += HEART_RATES)
      n = seq === 0 ? n : numberOf(device, seq)
    if (!Number.isNaN(n)) at[n] ||= atMs
  }
  return at
}

/** When the k-th row was found by query, by k. */
async function rowsOverTime(bucket: Bucket, before: number, goal: number): Promise<Float64Array> {
  const foundAt = new Float64Array(goal)
  for (let found = 0; found < goal; await sleep(LOOK_MS)) {
    const seen = Math.min(goal, (await bucket.rows()) - before)
    foundAt.fill(now(), found, seen)
    found = Math.max(found, seen)
  }
  return foundAt
}

function livePublisher(
  name: ConsumerName,
  { broker, devices }: Servers,
  { perSecond, seconds }: LiveOptions,
  boot: string,
): Promise<Publisher> {
  const plan = {
    facility: FACILITY[name],
    devices,
    boot,
    messages: perSecond * seconds,
    firstSeq: 0,
    beganMs: Date.now(),
  }
  const streams = [{ clientId: `publisher-${name}-${boot}`, plan }]
  return startPublisher({ port: broker.port, streams, inFlight: 1_000, perSecond })
}

const percentiles = (at: Float64Array, sentAt: Float64Array): number[] => {
  const latencies = at
    .map((ms, n) => ms - (sentAt[n] as number))
    .filter(ms => ms > -1_000)
    .sort()
  return latencies.length === 0 ? [] : SHARES.map(share => percentile(latencies, share))
}

const now = (): number => performance.timeOrigin + performance.now()
