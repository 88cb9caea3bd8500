/** Spool and conditions on two disks that forget what was not synced, with a broker in memory: for tests that cut the power between two steps. */
import type { ConditionMessage } from '../../core/conditions.ts'
import type { BootId, DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import type { PlaceState } from '../../core/place-state.ts'
import type { BusMessage, GatewayBus } from '../../gateway/bus.ts'
import { type Conditions, createConditions } from '../../gateway/conditions/conditions.ts'
import type { Every } from '../../gateway/conditions/every.ts'
import { type CommitDigest, createDigest } from '../../gateway/digest.ts'
import { type AcceptedEntry, createEntryEncoder, type Entry } from '../../gateway/entries.ts'
import { createFacilityRegistry, type FacilityRegistry } from '../../gateway/registry.ts'
import type { Consumer } from '../../gateway/spool/consumer.ts'
import { createSpool, type Spool } from '../../gateway/spool/spool.ts'
import { registryOf } from './fixtures.ts'
import { createPowerCutDisk, type PowerCutDisk } from './power-cut-files.ts'
import { quiet } from './quiet-log.ts'

export interface Disks {
  spool: PowerCutDisk
  conditions: PowerCutDisk
}
export const freshDisks = (): Disks => ({ spool: createPowerCutDisk(), conditions: createPowerCutDisk() })
/** What is found when the power comes back. */
export const afterCut = ({ spool, conditions }: Disks, survives?: () => number): Disks => ({
  spool: spool.cut(survives),
  conditions: conditions.cut(survives),
})

/** What every subscriber of the broker has seen; it outlives gateways. */
export interface MemoryBroker {
  bus: GatewayBus
  /** Each message of a condition's topic, in order. */
  transitions: (ConditionMessage & { subject: string; code: string })[]
  replayed: object[]
  /** Whether a publish arrives and is acknowledged; otherwise it waits for ever. */
  answers: boolean
  deliver(topic: string, payload: object): void
}

export function memoryBroker(): MemoryBroker {
  const listeners: [filter: string, listener: (message: BusMessage) => void][] = []
  const broker: MemoryBroker = {
    transitions: [],
    replayed: [],
    answers: true,
    bus: {
      async publish(topic, payload) {
        if (!broker.answers) await new Promise<never>(() => undefined)
        const [, , , word, subject, code] = topic.split('/')
        const message = JSON.parse(payload) as ConditionMessage
        if (word === 'condition' && code !== undefined)
          broker.transitions.push({ ...message, subject: String(subject), code })
        else if (topic.endsWith('/condition/replayed')) broker.replayed.push(message)
      },
      async subscribe(filter, listener) {
        listeners.push([filter, listener])
      },
    },
    deliver(topic, payload) {
      const message = { topic, payload: Buffer.from(JSON.stringify(payload)), retained: false }
      for (const [filter, listener] of listeners)
        if (filter === topic || filter === topic.replace('/demo/', '/+/')) listener(message)
    },
  }
  return broker
}

export interface World {
  conditions: Conditions
  spool: Spool<Entry, CommitDigest>
  registry: FacilityRegistry
  fatal: Error[]
  /** Appends entries; resolves when they are durable. Events are told as fresh unless told otherwise. */
  give(entries: Entry[], fresh?: boolean): Promise<void>
  /** Whether the cursor has passed all that was given. */
  passed(): boolean
  stop(): Promise<void>
}

export interface WorldOptions {
  clock?: () => number
  ticks?: () => number
  every?: Every
  placeState?: () => PlaceState
  facts?: { full: boolean; bytes: number; trouble: { code: string; sinceMs: number } | null }
  /** Stands between the spool and the conditions: to break them on purpose. */
  consumer?: (consumer: Consumer<Entry, CommitDigest>) => Consumer<Entry, CommitDigest>
  bus?: (bus: GatewayBus) => GatewayBus
  devices?: string[]
  /** Those of them whose resident is away. */
  quiet?: string[]
  known?: boolean
}

export async function startWorld(disks: Disks, broker: MemoryBroker, options: WorldOptions = {}): Promise<World> {
  const { clock = Date.now, facts = { full: false, bytes: 0, trouble: null } } = options
  const fatal: Error[] = []
  const spool = createSpool<Entry, CommitDigest>({
    newDigest: createDigest,
    files: disks.spool.files,
    state: { snapshot: () => [], restore: () => undefined, apply: () => undefined },
    encode: createEntryEncoder(),
    consumers: ['conditions'],
    maxBytes: 1e9,
    commitMs: 0,
    log: quiet,
    fatal: error => void fatal.push(error),
  })
  await spool.start(0)
  let tell: (message: BusMessage) => void = () => undefined
  const registry = createFacilityRegistry({
    facilities: 'all',
    bus: {
      ...broker.bus,
      subscribe: async (_filter, listener) => {
        tell = listener
      },
    },
    folder: '/nowhere',
    log: quiet,
    fatal: error => void fatal.push(error),
    changed: () => undefined,
  })
  await registry.start()
  const knowDevices = (names: string[]): void => {
    const message = registryOf('demo', names)
    const devices = message.devices.map(device => ({ ...device, quiet: options.quiet?.includes(device.id) ?? false }))
    tell({
      topic: 'mimamori/v1/demo/registry',
      payload: Buffer.from(JSON.stringify({ ...message, devices })),
      retained: true,
    })
  }
  if (options.known !== false) knowDevices(options.devices ?? ['mat1', 'mat2'])
  const { consumer = same => same, bus = same => same } = options
  const conditions = createConditions({
    files: disks.conditions.files,
    consumer: consumer(spool.consumer('conditions')),
    facilities: ['demo'],
    registry,
    bus: bus(broker.bus),
    placeState: options.placeState ?? (() => 'unclear'),
    spool: { bytes: () => facts.bytes, full: () => facts.full, maxBytes: 1_000 },
    storeTrouble: () => facts.trouble,
    clock,
    ...(options.ticks ? { ticks: options.ticks } : {}),
    ...(options.every ? { every: options.every } : {}),
    log: quiet,
    fatal: error => void fatal.push(error),
  })
  let end = spool.consumer('conditions').cursor().position
  await conditions.start()
  return {
    conditions,
    spool,
    registry,
    fatal,
    passed: () => spool.consumer('conditions').cursor().position >= end,
    async give(entries, fresh = true) {
      end += entries.length
      await new Promise<void>(resolve => spool.append(entries, entries.length, () => resolve()))
      if (!fresh) return
      for (const entry of entries) {
        if (entry.k !== 'a' || entry.e === undefined) continue
        const device = registry.device(entry.f, entry.d)
        if (device) conditions.event(entry, device)
      }
    },
    async stop() {
      await conditions.stop()
      await spool.stop()
    },
  }
}

let count = 0
/** An accepted message of a sleep mat; an event unless `e` says undefined. */
export function accepted(seq: number, more: Partial<AcceptedEntry> = {}): AcceptedEntry {
  count += 1
  const at = Date.now()
  return {
    k: 'a',
    f: 'demo' as FacilityId,
    d: 'mat1' as DeviceId,
    b: 'b1' as BootId,
    s: seq,
    h: 1,
    p: 'bed.sleep_mat' as ProfileId,
    n: count,
    t: at,
    rx: at,
    v: {},
    e: 'bed_exit',
    ...more,
  }
}
export function reading(seq: number, more: Partial<AcceptedEntry> = {}): AcceptedEntry {
  const { e: _, ...entry } = accepted(seq, { v: { heart_rate: 60 }, ...more })
  return entry
}
