/** The spool reaches its bound while the store is away: nothing more is acknowledged, the devices keep the rest, and all of it arrives afterwards. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Influxd } from '../../servers/influxd.ts'
import { startEmbeddedProcess } from '../load/embedded.ts'
import { makeBucket } from '../support/buckets.ts'
import { countEach } from '../support/each-once.ts'
import { deviceNames } from '../support/registry.ts'
import { publisherFor, watchMemory } from './away.ts'

const DEVICES = 100
const IN_FLIGHT = 20
const SEGMENT_BYTES = 8 * 1024 * 1024
const STANDSTILL_MS = 5_000

export async function runFull(
  store: Influxd,
  options: { messages: number; maxBytes: number; say(line: string): void },
) {
  const { messages, maxBytes, say } = options
  const bucket = await makeBucket(store, 'full')
  const { url, token, org } = store
  const devices = deviceNames(DEVICES)
  await store.kill()
  const house = await startEmbeddedProcess({
    ...{ devices, spoolMaxBytes: maxBytes, segmentBytes: SEGMENT_BYTES },
    store: { url, token, org, bucket: bucket.name },
  })
  const memory = watchMemory(house.pid)
  try {
    const publisher = await publisherFor(house, devices, messages, { inFlight: IN_FLIGHT })
    const running = publisher.run()
    while (!(await house.state()).full && publisher.acked() < messages) await sleep(100)
    const { spoolBytes } = await house.state()
    await sleep(1_000)
    const acknowledged = publisher.acked()
    say(`full at ${acknowledged.toLocaleString('en')} messages, ${(spoolBytes / 1e6).toFixed(0)} MB`)
    await sleep(STANDSTILL_MS)
    const acknowledgedLater = publisher.acked()
    await store.restart()
    const beganMs = performance.now()
    const seconds = (): number => (performance.now() - beganMs) / 1_000
    while (publisher.acked() === acknowledgedLater) await sleep(50)
    const firstPubackS = seconds()
    await running
    await publisher.stop()
    while ((await house.state()).spooled > 0) await sleep(100)
    const allStoredS = seconds()
    say(
      `first PUBACK ${firstPubackS.toFixed(1)} s after the store's return, all stored after ${allStoredS.toFixed(1)} s`,
    )
    const each = Math.floor(messages / devices.length)
    const found = await countEach(store, bucket.name, new Map(devices.map(device => [device, each])))
    const still = { acknowledged, acknowledgedLater, spoolBytes, maxBytes }
    return { messages, ...still, firstPubackS, allStoredS, peakRssMb: memory.peak(), found }
  } finally {
    memory.stop()
    await house.stop()
    await store.restart()
    await bucket.remove()
  }
}
