/** One backlog, queued in the broker while its consumer was away and then drained until every message is found in the store by query. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../gateway/fixtures.ts'
import type { Influxd } from '../../servers/influxd.ts'
import type { Mosquitto } from '../../servers/mosquitto.ts'
import { startPublisher } from '../load/publisher.ts'
import { type Bucket, makeBucket } from '../support/buckets.ts'
import { type Consumer, type ConsumerName, FACILITY, startConsumer } from '../support/consumers.ts'
import { cpuSeconds, isConnectedTo, peakRssMb, resetPeak } from '../support/processes.ts'

export interface Servers {
  broker: Mosquitto
  store: Influxd
  devices: readonly string[]
}

export interface Drained {
  consumer: ConsumerName
  messages: number
  seconds: number
  /** Messages a second from the thaw of the broker to the last row. */
  rate: number
  /** Messages a second between a fifth and four fifths of the backlog. */
  fullRate: number
  /** Microseconds of CPU for each message. */
  cpuUs: { consumer: number; mosquitto: number; influxd: number }
  /** The consumer's highest since the thaw. */
  peakRssMb: number
}

const LOOK_MS = 50
const IDLE_MS = 1_000
const GIVE_UP_MS = 600_000

/** Makes the session in which the broker keeps the backlog: starts the consumer until it has taken a message, and stops it. */
export async function makeSession(name: ConsumerName, servers: Servers): Promise<void> {
  const bucket = await makeBucket(servers.store, `session-${name}`)
  const consumer = await startConsumer(name, { ...servers, bucket: bucket.name })
  await firstTaken(name, servers, consumer, bucket, 's')
  await consumer.stop()
  await bucket.remove()
}

/** Publishes a few messages until some are taken, and until all that were are; returns how many are in the store. */
export async function firstTaken(
  name: ConsumerName,
  servers: Servers,
  consumer: Consumer,
  bucket: Bucket,
  boot: string,
) {
  let [tries, seen, before] = [0, 0, -1]
  await until(
    `${name} takes messages`,
    async () => {
      if (seen === 0) await publish(name, servers, 100, `${boot}.${tries++}`)
      await sleep(500)
      before = seen
      seen = await taken(consumer, bucket)
      return seen > 0 && seen === before
    },
    60_000,
  )
  return seen
}

/**
 * The broker is frozen while the consumer starts, so that nobody counts what a program needs to begin: at the thaw it has a connection on
 * which no answer has come yet. Its session must be in the broker already.
 */
export async function drain(name: ConsumerName, servers: Servers, messages: number, run: number): Promise<Drained> {
  const { broker, store } = servers
  const bucket = await makeBucket(store, `run-${run}-${name}`)
  await publish(name, servers, messages, `r${run}`)
  await sleep(IDLE_MS)
  await broker.kill('SIGSTOP')
  const consumer = await startConsumer(name, { broker, store, bucket: bucket.name })
  try {
    await until(`${name} connects`, () => isConnectedTo(consumer.pid, broker.port))
    await sleep(IDLE_MS)
    resetPeak(consumer.pid)
    const pids = [consumer.pid, broker.pid, store.pid]
    const cpuBefore = pids.map(cpuSeconds)
    const beganMs = performance.now()
    await broker.kill('SIGCONT')
    const samples = await watch(() => taken(consumer, bucket), messages, beganMs)
    // What follows the last row, such as answers to the broker and the end of files, belongs to the messages too.
    await sleep(IDLE_MS)
    const [ours, mosquitto, influxd] = pids.map((pid, i) => ((cpuSeconds(pid) - (cpuBefore[i] ?? 0)) * 1e6) / messages)
    if (name !== 'floor') await until('every message is found', async () => (await bucket.rows()) === messages)
    const seconds = (samples.at(-1)?.ms ?? Number.NaN) / 1_000
    return {
      consumer: name,
      messages,
      seconds,
      rate: messages / seconds,
      fullRate: rateBetween(samples, messages * 0.2, messages * 0.8),
      cpuUs: { consumer: ours ?? 0, mosquitto: mosquitto ?? 0, influxd: influxd ?? 0 },
      peakRssMb: peakRssMb(consumer.pid),
    }
  } finally {
    await broker.kill('SIGCONT')
    await consumer.stop()
    await bucket.remove()
  }
}

async function publish(
  name: ConsumerName,
  { broker, devices }: Servers,
  messages: number,
  boot: string,
): Promise<void> {
  const plan = { facility: FACILITY[name], devices, boot, messages, firstSeq: 0, beganMs: Date.now() }
  const streams = [{ clientId: `publisher-${name}`, plan }]
  const publisher = await startPublisher({ port: broker.port, streams, inFlight: 1_000 })
  await publisher.run()
  await publisher.stop()
}

const taken = (consumer: Consumer, bucket: Bucket): Promise<number> => consumer.received?.() ?? bucket.points()

interface Sample {
  ms: number
  count: number
}

async function watch(count: () => Promise<number>, goal: number, beganMs: number): Promise<Sample[]> {
  const samples: Sample[] = [{ ms: 0, count: 0 }]
  while ((samples.at(-1)?.count ?? 0) < goal) {
    if (performance.now() - beganMs > GIVE_UP_MS) throw new Error(`${samples.at(-1)?.count} of ${goal} came`)
    await sleep(LOOK_MS)
    const seen = await count()
    samples.push({ ms: performance.now() - beganMs, count: seen })
  }
  return samples
}

function rateBetween(samples: readonly Sample[], low: number, high: number): number {
  const first = samples.findLast(sample => sample.count <= low)
  const last = samples.find(sample => sample.count >= high)
  return first && last ? ((last.count - first.count) * 1_000) / (last.ms - first.ms) : Number.NaN
}
