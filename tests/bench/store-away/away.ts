/** The store is away while messages go into the spool, and comes back while live traffic goes on: memory, bytes, catch-up, every row once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { clientIdOf } from '../../../core/ids.ts'
import type { Influxd } from '../../servers/influxd.ts'
import { EMBEDDED_FACILITY, type EmbeddedProcess, startEmbeddedProcess } from '../load/embedded.ts'
import { type Publisher, startPublisher } from '../load/publisher.ts'
import { makeBucket } from '../support/buckets.ts'
import { countEach } from '../support/each-once.ts'
import { cpuSeconds, rssMb } from '../support/processes.ts'
import { deviceNames } from '../support/registry.ts'
import { percentile } from '../support/report.ts'

export interface AwayOptions {
  messages: number
  devices: number
  /** Of each device, while it fills the spool. */
  inFlight: number
  liveRate: number
  say(line: string): void
}

/** Where things stood when so many messages had been spooled. */
export interface Mark {
  messages: number
  rssMb: number
  /** Of which V8's heap, and buffers outside it. */
  heapMb: number
  buffersMb: number
  spoolBytes: number
  bytesPerMessage: number
  /** Since the beginning. */
  seconds: number
}

const LIVE_DEVICES = 50
const BEFORE_S = 10
const LOOK_MS = 250
const SHARES = [0.5, 0.99, 1]
/** A day at 500 messages a second passes in real time at this rate. */
export const REAL_TIME_PER_S = 500

export async function runAway(store: Influxd, options: AwayOptions) {
  const { messages, say } = options
  const bucket = await makeBucket(store, 'away')
  const { url, token, org } = store
  const [devices, liveDevices] = [deviceNames(options.devices), deviceNames(LIVE_DEVICES, 'now')]
  await store.kill()
  const house = await startEmbeddedProcess({
    devices: [...devices, ...liveDevices],
    store: { url, token, org, bucket: bucket.name },
  })
  const memory = watchMemory(house.pid)
  try {
    const filler = await publisherFor(house, devices, messages, { inFlight: options.inFlight })
    say(`${devices.length} devices connected, the store is away`)
    const filled = await fill(house, filler, options, memory)
    await filler.stop()

    const plenty = options.liveRate * 3_600
    const live = await publisherFor(house, liveDevices, plenty, { inFlight: 20, perSecond: options.liveRate })
    const running = live.run()
    await sleep(BEFORE_S * 1_000)
    memory.reset()
    await store.restart()
    const returnedAtMs = now()
    say('the store is back')
    const caughtUp = await catchUp(house, options, say)
    const caughtUpAtMs = now()
    // As much live traffic afterwards, for comparison.
    await sleep(BEFORE_S * 1_000)
    live.finish()
    const { sentAtMs, latencyMs, counts } = await running
    await live.stop()
    while ((await house.state()).spooled > 0) await sleep(LOOK_MS)
    const between = (fromMs: number, toMs: number): number[] => {
      const some = latencyMs
        .filter((_, n) => (sentAtMs[n] as number) >= fromMs && (sentAtMs[n] as number) < toMs)
        .sort()
      return SHARES.map(share => percentile(some, share))
    }
    say('reading every row back')
    const each = Math.floor(messages / devices.length)
    const sent = [
      ...devices.map(device => [device, each] as const),
      ...liveDevices.map((d, i) => [d, counts[i] ?? 0] as const),
    ]
    const found = await countEach(store, bucket.name, new Map(sent))
    return {
      ...filled,
      catchUp: { ...caughtUp, peakRssMb: memory.peak() },
      liveMs: {
        away: between(0, returnedAtMs),
        catchingUp: between(returnedAtMs, caughtUpAtMs),
        after: between(caughtUpAtMs, Number.POSITIVE_INFINITY),
      },
      found,
    }
  } finally {
    memory.stop()
    await house.stop()
    await store.restart()
    await bucket.remove()
  }
}

async function fill(house: EmbeddedProcess, filler: Publisher, { messages, say }: AwayOptions, memory: Memory) {
  const goals = [0.2, 0.4, 1].map(share => Math.round(messages * share))
  const marks: Mark[] = []
  const cpuBefore = cpuSeconds(house.pid)
  const beganMs = performance.now()
  const running = filler.run()
  const mark = async (): Promise<void> => {
    const { accepted, spoolBytes, heapMb, buffersMb } = await house.state()
    const seconds = (performance.now() - beganMs) / 1_000
    marks.push({
      messages: accepted,
      rssMb: rssMb(house.pid),
      heapMb,
      buffersMb,
      spoolBytes,
      bytesPerMessage: spoolBytes / accepted,
      seconds,
    })
    say(
      `${accepted.toLocaleString('en')} spooled: RSS ${rssMb(house.pid)} MB (heap ${heapMb}, buffers ${buffersMb}), ${(spoolBytes / accepted).toFixed(0)} bytes each`,
    )
  }
  for (const goal of goals.slice(0, -1)) {
    while (filler.acked() < goal) await sleep(LOOK_MS)
    await mark()
  }
  const { seconds } = await running
  const cpuUs = ((cpuSeconds(house.pid) - cpuBefore) * 1e6) / messages
  await mark()
  return { marks, fill: { messages, seconds, perSecond: messages / seconds, cpuUs, peakRssMb: memory.peak() } }
}

async function catchUp(house: EmbeddedProcess, { messages, liveRate }: AwayOptions, say: (line: string) => void) {
  const beganMs = performance.now()
  const seconds = (): number => (performance.now() - beganMs) / 1_000
  const cpuBefore = cpuSeconds(house.pid)
  let firstRowS = 0
  for (let said = 0; ; await sleep(LOOK_MS)) {
    const { stored, spooled } = await house.state()
    if (stored > 0) firstRowS ||= seconds()
    // What live traffic sends in a second is always on its way.
    if (spooled <= liveRate) break
    if (seconds() - said > 10) {
      said = seconds()
      say(`${stored.toLocaleString('en')} stored, ${spooled.toLocaleString('en')} to go`)
    }
  }
  const took = seconds()
  const cpuUs = ((cpuSeconds(house.pid) - cpuBefore) * 1e6) / messages
  return {
    seconds: took,
    firstRowS,
    perSecond: messages / took,
    timesRealTime: messages / took / REAL_TIME_PER_S,
    cpuUs,
  }
}

/** A connection for each device. */
export function publisherFor(
  house: EmbeddedProcess,
  devices: readonly string[],
  messages: number,
  load: { inFlight: number; perSecond?: number },
): Promise<Publisher> {
  const streams = devices.map(device => ({
    clientId: clientIdOf(EMBEDDED_FACILITY, device),
    username: device,
    password: device,
    plan: {
      ...{ facility: EMBEDDED_FACILITY, devices: [device], boot: 'b1', firstSeq: 0, beganMs: Date.now() },
      messages: Math.floor(messages / devices.length),
    },
  }))
  return startPublisher({ port: house.port, streams, ...load })
}

interface Memory {
  peak(): number
  reset(): void
  stop(): void
}

/** Highest RSS seen, looked at often. */
export function watchMemory(pid: number): Memory {
  let highest = 0
  const timer = setInterval(() => {
    highest = Math.max(highest, rssMb(pid))
  }, LOOK_MS)
  return {
    peak: () => highest,
    reset() {
      highest = 0
    },
    stop: () => clearInterval(timer),
  }
}

const now = (): number => performance.timeOrigin + performance.now()
