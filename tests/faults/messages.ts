/** What every message of a run holds: derived from seed, device, boot and seq alone, so that any stored row can be checked. */
import type { StoredValue } from '../../core/readings.ts'
import { mix } from './random.ts'

/** One run's world: the same seed and beginning give the same messages. */
export interface World {
  seed: number
  beganMs: number
}

/** A device's boot; `index` counts the device's boots. */
export interface BootName {
  device: string
  /** Number of the device in the run. */
  number: number
  index: number
}

/** What must become of a message, and what it says. */
export type Planned =
  | {
      fate: 'stored'
      kind: 'telemetry'
      deviceMs: number
      values: Record<string, StoredValue>
      partly: boolean
      wire: Wire
    }
  | {
      fate: 'stored'
      kind: 'event'
      deviceMs: number
      event: string
      attributes: Record<string, StoredValue>
      wire: Wire
    }
  | { fate: 'refused'; kind: 'telemetry'; wire: Wire; alone: boolean }
/** The message without its version, as inside a batch; `v` other than 1 makes it a poison. */
export interface Wire {
  v?: number
  body: Record<string, unknown>
}

const BED_STATES = ['asleep', 'dozing', 'awake', 'sitting_up', 'bed_edge', 'out_of_bed', 'unclear'] as const
const STEP_MS = 40
const HOUR_MS = 3_600_000
/** Of a thousand messages: refused; refused in one metric; events. */
const POISON = 10
const PARTLY = 18
const EVENT = 45

/** Boot ids are opaque; a restarted device makes up a new one. */
export const bootId = (boot: BootName): string => `b${boot.index}-${boot.number}`
/** Back from a stored boot id; null when no device of ours made it up. */
export const bootIndex = (id: string, number: number): number | null => {
  const match = /^b(\d+)-(\d+)$/.exec(id)
  return match && Number(match[2]) === number ? Number(match[1]) : null
}

/** Where the device's clock stood at its boot: some hours ago, often earlier than at the boot before, now and then ahead of us. */
function bootMs({ seed, beganMs }: World, { number, index }: BootName): number {
  const h = mix(seed, number, index, 1)
  if (h % 12 === 0) return beganMs + HOUR_MS / 3
  // A clock that is right: what such a device tells raises alarms.
  if (h % 2 === 0) return beganMs - (h % (HOUR_MS / 6))
  return beganMs - 2 * HOUR_MS - (h % (20 * HOUR_MS))
}

/** @param plain only whole telemetry: for the device whose messages prove that all goes on */
export function planOf(world: World, boot: BootName, seq: number, plain = false): Planned {
  const { number, index } = boot
  const h = (salt: number): number => mix(world.seed, number, index, seq, salt)
  const deviceMs = bootMs(world, boot) + seq * STEP_MS
  const identity = { boot: bootId(boot), seq, ts: deviceMs }
  const lot = plain ? 999 : h(2) % 1_000
  if (lot < POISON) return poison(h(3) % 5, identity, world)
  if (lot >= PARTLY && lot < EVENT) {
    if (h(3) % 2 === 0)
      return {
        fate: 'stored',
        kind: 'event',
        deviceMs,
        event: 'bed_exit',
        attributes: {},
        wire: { body: { ...identity, event: 'bed_exit' } },
      }
    const attributes = { heart_rate: (h(4) % 300_000) / 1_000 }
    return {
      fate: 'stored',
      kind: 'event',
      deviceMs,
      event: 'hr_range',
      attributes,
      wire: { body: { ...identity, event: 'hr_range', attributes } },
    }
  }
  const values: Record<string, StoredValue> = {
    heart_rate: 20 + (h(4) % 200_000) / 1_000,
    resp_rate: 2 + (h(5) % 5_800) / 100,
    activity: h(6) % 1_001,
    bed_state: BED_STATES[h(7) % BED_STATES.length]!,
    signal_quality: h(8) % 101,
  }
  const partly = lot < PARTLY
  const metrics = partly ? { ...values, time_in_bed: 1_000_000 } : values
  const extras = h(9) % 4 === 0 ? { fw: '1.4.2', battery: h(10) % 101, rssi: -61 } : {}
  return {
    fate: 'stored',
    kind: 'telemetry',
    deviceMs,
    values,
    partly,
    wire: { body: { ...identity, metrics, ...extras } },
  }
}

function poison(kind: number, identity: { boot: string; seq: number; ts: number }, { beganMs }: World): Planned {
  const refused = (body: Record<string, unknown>, more: { v?: number; alone?: boolean } = {}): Planned => ({
    fate: 'refused',
    kind: 'telemetry',
    alone: more.alone ?? false,
    wire: { ...(more.v === undefined ? {} : { v: more.v }), body },
  })
  switch (kind) {
    case 0:
      return refused({ ...identity, metrics: { heart_rate: 9_999 } })
    case 1:
      return refused({ ...identity, metrics: { no_such_metric: 1 } })
    case 2:
      return refused({ ...identity, metrics: 'none' })
    case 3:
      return refused({ ...identity, ts: beganMs + 40 * 24 * HOUR_MS, metrics: { heart_rate: 70 } })
    default:
      return refused({ ...identity, metrics: { heart_rate: 70 } }, { v: 2, alone: true })
  }
}

/** The same identity with another content: the device's fault, which must never reach the store. */
export function conflictOf(plan: Extract<Planned, { fate: 'stored' }>): Record<string, unknown> {
  const { body } = plan.wire
  return plan.kind === 'event'
    ? { ...body, ts: plan.deviceMs + 1 }
    : { ...body, metrics: { heart_rate: plan.values.heart_rate === 21 ? 22 : 21 } }
}

export const single = ({ v = 1, body }: Wire): string => JSON.stringify({ v, ...body })
export const batch = (wires: readonly Wire[]): string =>
  JSON.stringify({ v: 1, messages: wires.map(({ body }) => body) })
