/** The house that is fuzzed: two devices of every profile, one more in another facility, and valid messages of each. */
import type { RegistryMessage } from '../../core/platform-messages.ts'
import type { DeviceProfile } from '../../core/profile.ts'
import { profiles } from '../../core/profiles/index.ts'
import type { Random } from '../faults/random.ts'

/** Half past, so that a long run sees an hour end. */
export const BEGIN_MS = Date.UTC(2026, 10, 20, 3, 30)
/** Between two payloads, on the gateway's clock. */
export const STEP_MS = 5

export interface FuzzDevice {
  id: string
  profile: DeviceProfile
}
const devices: readonly FuzzDevice[] = profiles.flatMap(profile =>
  [1, 2].map(n => ({ id: `${profile.id.replace(/[._]/g, '-')}-${n}`, profile })),
)
/** In `annex`. */
const FAR: FuzzDevice = { id: 'far-1', profile: profiles[0]! }

export const registries = (): RegistryMessage[] => [registry('demo', devices), registry('annex', [FAR])]

const registry = (facility: string, members: readonly FuzzDevice[]): RegistryMessage =>
  ({
    v: 1,
    facility,
    version: 1,
    zone: 'Asia/Tokyo',
    devices: members.map(({ id, profile }) => ({
      id,
      profile: profile.id,
      place: `room-${id}`,
      active_from: Date.UTC(2026, 0, 1),
    })),
    places: members.map(({ id }) => ({ id: `room-${id}` })),
    profiles,
  }) as unknown as RegistryMessage

export type Channel = 'telemetry' | 'batch' | 'event' | 'status'
export interface Valid {
  device: FuzzDevice
  channel: Channel
  message: Record<string, unknown>
}

const CHANNELS = [
  { channel: 'telemetry', weight: 11 },
  { channel: 'batch', weight: 3 },
  { channel: 'event', weight: 4 },
  { channel: 'status', weight: 2 },
] as const
/** A device's numbers begin anew after so many messages, and its boots come round again: then there are repeats. */
const SEQS = 4_000
const BOOTS = 6

/** A valid message: the same for the same index and chance. Its number follows from the index, so that most messages are new. */
export function validMessage(random: Random, index: number): Valid {
  const device = devices[index % devices.length]!
  const { channel } = random.weighted(CHANNELS)
  const turn = Math.floor(index / devices.length)
  const boot = `b${Math.floor(turn / SEQS) % BOOTS}`
  const atMs = BEGIN_MS + index * STEP_MS - random.int(0, 2_000)
  const ts = random.chance(0.5) ? atMs : new Date(atMs).toISOString()
  const extras = random.chance(0.2) ? { fw: '1.2.3', battery: random.int(0, 100), rssi: -random.int(30, 90) } : {}
  const identity = { boot, seq: turn % SEQS, ts }
  if (channel === 'status') return { device, channel, message: { v: 1, ts, state: random.pick(['online', 'offline']) } }
  if (channel === 'event')
    return { device, channel, message: { v: 1, ...identity, ...eventOf(random, device), ...extras } }
  if (channel === 'telemetry')
    return { device, channel, message: { v: 1, ...identity, metrics: metricsOf(random, device), ...extras } }
  // Numbers of a boot of its own; batches of one device overlap now and then.
  const messages = Array.from({ length: random.int(1, random.chance(0.02) ? 500 : 6) }, (_, i) => ({
    boot: `batch-${boot}`,
    seq: ((turn * 3) % SEQS) + i,
    ts,
    metrics: metricsOf(random, device),
  }))
  return { device, channel, message: { v: 1, messages } }
}

function metricsOf(random: Random, { profile }: FuzzDevice): Record<string, unknown> {
  const all = Object.entries(profile.metrics)
  const some = Array.from({ length: random.int(1, 5) }, () => random.pick(all))
  return Object.fromEntries(some.map(([name, metric]) => [name, someValue(random, metric)]))
}

function eventOf(random: Random, device: FuzzDevice): Record<string, unknown> {
  const events = Object.entries(device.profile.events)
  // A profile without events: one that it does not know.
  if (events.length === 0) return { event: 'no_such_event' }
  const [event, { attributes }] = random.pick(events)
  const given = Object.entries(attributes).map(([name, rule]) => [name, someValue(random, rule)])
  return { event, ...(given.length > 0 ? { attributes: Object.fromEntries(given) } : {}) }
}

function someValue(
  random: Random,
  rule: { kind: 'number'; range: readonly [number, number] } | { kind: 'boolean' } | { kind: 'enum'; values: object },
): unknown {
  if (rule.kind === 'boolean') return random.chance(0.5)
  if (rule.kind === 'enum') return random.pick(Object.keys(rule.values))
  const [low, high] = rule.range
  const value = low + random.next() * (high - low)
  return random.chance(0.5) ? Math.trunc(value * 10) / 10 : Math.min(high, Math.max(low, Math.round(value)))
}
