/** A gateway to fuzz: a store that checks what it gets and keeps only counts, a bus in memory, a log that is listened to. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TelemetrySink } from '../../core/ports.ts'
import type { StoredRow } from '../../core/readings.ts'
import { facilityTopic } from '../../core/topics.ts'
import type { GatewayBus } from '../../gateway/bus.ts'
import { createGateway, type Gateway, type GatewayDeps } from '../../gateway/gateway.ts'
import type { Log } from '../../gateway/log.ts'
import { createLineEncoder } from '../../storage/telemetry/influx-line.ts'
import { assertStorable } from '../../storage/telemetry/storable.ts'
import { BEGIN_MS, registries } from './house.ts'
import { CANARY } from './mutate.ts'

export interface PayloadHouse {
  gateway: Gateway
  /** Given the gateway's own time. */
  setClock(ms: number): void
  rows(): number
  /** What must not be, since the last call. */
  takeFaults(): string[]
  stop(): Promise<void>
}

const NEWLINE = 0x0a
/** A broker takes no such topic from anyone. [MQTT-3.3.2-2, MQTT-4.7.3] */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for
const NO_TOPIC = /[+#\u0000]|^$/

export async function startPayloadHouse(
  around?: GatewayDeps['around'],
  alsoLog?: (log: Log) => void,
): Promise<PayloadHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'mimamori-fuzz-'))
  const faults: string[] = []
  let nowMs = BEGIN_MS
  let rows = 0
  const encode = createLineEncoder()
  const write = async (given: readonly StoredRow[]): Promise<void> => {
    assertStorable(given)
    const lines = encode(given)
    if (count(lines, NEWLINE) !== given.length - 1) faults.push('rows do not make as many lines')
    // Two writes are under way at once, but each holds its rows in order.
    for (let i = 1; i < given.length; i += 1)
      if (given[i]!.position <= given[i - 1]!.position) faults.push('rows are not in the order of their positions')
    rows += given.length
  }
  const sink: TelemetrySink = {
    concurrency: 2,
    write,
    restore: write,
    remove: async () => undefined,
    position: async () => null,
    stop: async () => undefined,
  }
  const bus: GatewayBus = {
    async publish(topic, payload) {
      if (NO_TOPIC.test(topic) || topic.length > 65_535) throw new Error('no topic')
      // Field names may be told to the device that sent them, values may not.
      if (topic.endsWith('/rejected') && String(JSON.parse(payload).detail).includes(`"${CANARY}`))
        faults.push('a rejection holds a value')
    },
    async subscribe(filter, listener) {
      if (!filter.endsWith('/registry')) return
      for (const registry of registries())
        listener({
          topic: facilityTopic(registry.facility, 'registry'),
          payload: Buffer.from(JSON.stringify(registry)),
          retained: true,
        })
    },
  }
  const line = (fields: object, text: string): void => {
    if (JSON.stringify([fields, text]).includes(CANARY)) faults.push(`the log holds a payload: ${text}`)
  }
  const log: Log = { fatal: line, error: line, warn: line, info: line, debug: line }
  alsoLog?.(log)
  const gateway = createGateway({
    facilities: 'all',
    sink,
    spoolDir: folder,
    spoolMaxBytes: 1e9,
    bus,
    log,
    fatal: error => void faults.push(`fatal: ${error.message}`),
    clock: () => nowMs,
    raise: (_facility, code, active, detail) => active && faults.push(`raised ${code}: ${detail}`),
    ...(around ? { around } : {}),
  })
  await gateway.start()

  return {
    gateway,
    setClock(ms) {
      nowMs = ms
    },
    rows: () => rows,
    takeFaults: () => faults.splice(0),
    async stop() {
      await gateway.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function count(bytes: Uint8Array, byte: number): number {
  let found = 0
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) found += 1
  return found
}
