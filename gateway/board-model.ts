/** What is known of every device now: newest values, last word, last status. Late data never becomes newest. */
import { z } from 'zod'
import type { StatusMessage } from '../core/messages.ts'
import type { DeviceNow } from '../core/place-state.ts'
import { bodyStateSchema } from '../core/profile.ts'
import { parseDeviceTime } from '../core/time.ts'
import type { AcceptedEntry } from './entries.ts'
import type { Extras } from './judge-packet.ts'
import type { KnownDevice } from './registry.ts'

const deviceStateSchema = z.object({
  newest: z.record(
    z.string(),
    z.object({ value: z.union([z.number(), z.string()]), measuredMs: z.number(), changedMs: z.number() }),
  ),
  stateEvent: z.object({ state: bodyStateSchema, atMs: z.number() }).nullable(),
  online: z.boolean().nullable(),
  /** Device time of the newest status that had one. */
  statusMs: z.number().nullable(),
  heardMs: z.number().nullable(),
  fw: z.string().nullable(),
  battery: z.number().nullable(),
  rssi: z.number().nullable(),
  /** Device clock minus gateway clock, ms; null without evidence. */
  skewMs: z.number().nullable().default(null),
})
export type DeviceState = z.infer<typeof deviceStateSchema>
/** By facility, then device. */
export const boardStateSchema = z.record(z.string(), z.record(z.string(), deviceStateSchema))
export type BoardState = z.infer<typeof boardStateSchema>

/** What came since the last look. */
export interface BoardNews {
  devices: ReadonlySet<string>
  accepted: number
}

export interface BoardModel {
  accepted(entry: AcceptedEntry, device: KnownDevice, extras: Partial<Extras>): void
  /** `retained`: kept by the broker from before, so it says nothing about now but the last known state. */
  status(device: KnownDevice, message: StatusMessage, rxMs: number, retained: boolean): void
  now(device: KnownDevice): DeviceNow
  /** Estimated device clock minus gateway clock, ms; 0 without evidence. */
  skewMs(device: KnownDevice): number
  state(device: KnownDevice): DeviceState
  /** Takes the facility's news away. */
  takeNews(facility: string): BoardNews
  save(): BoardState
}

const nothingYet = (): DeviceState => ({
  newest: {},
  stateEvent: null,
  online: null,
  statusMs: null,
  heardMs: null,
  fw: null,
  battery: null,
  rssi: null,
  skewMs: null,
})

/** @param saved what an earlier process knew: a board does not forget its rooms when the gateway restarts */
export function createBoardModel(saved: BoardState | null): BoardModel {
  const facilities = new Map(Object.entries(saved ?? {}).map(([id, devices]) => [id, new Map(Object.entries(devices))]))
  const news = new Map<string, { devices: Set<string>; accepted: number }>()
  const states = new WeakMap<KnownDevice, DeviceState>()

  return {
    accepted(entry, device, extras) {
      const state = stateOf(device)
      const fresh = newsOf(device.facility)
      fresh.devices.add(device.id)
      fresh.accepted += 1
      state.heardMs = entry.rx
      const late = entry.m?.includes('late') ?? false
      // Nothing but its clock can put a message ahead of us; that it is behind may be the way it took.
      if (entry.t > entry.rx) state.skewMs = Math.max(state.skewMs ?? 0, entry.t - entry.rx)
      if (late) return
      // A clock that runs ahead must not keep later values from becoming newest.
      const atMs = Math.min(entry.t - (state.skewMs ?? 0), entry.rx)
      takeExtras(state, extras)
      if (entry.e === undefined) takeValues(state, entry, atMs)
      else takeStateEvent(state, entry.e, device, atMs)
    },
    status(device, message, rxMs, retained) {
      const state = stateOf(device)
      const sentMs = message.ts === undefined ? null : parseDeviceTime(message.ts)
      if (sentMs !== null && state.statusMs !== null && sentMs < state.statusMs) return
      if (retained && sentMs === null && state.online !== null) return
      state.online = message.state === 'online'
      // A clock that was far ahead once must not make all later words look old.
      state.statusMs = sentMs === null ? state.statusMs : Math.min(sentMs, rxMs)
      if (!retained) {
        state.heardMs = rxMs
        // Said just now, so this is what its clock shows.
        if (sentMs !== null) state.skewMs = sentMs - rxMs
      }
      takeExtras(state, message)
      newsOf(device.facility).devices.add(device.id)
    },
    now(device) {
      const { newest, stateEvent, online, heardMs } = stateOf(device)
      return { id: device.id, profile: device.profile, newest, stateEvent, online, heardMs }
    },
    skewMs: device => stateOf(device).skewMs ?? 0,
    state: stateOf,
    takeNews(facility) {
      const taken = newsOf(facility)
      news.delete(facility)
      return taken
    },
    save: () =>
      Object.fromEntries([...facilities].map(([id, devices]) => [id, Object.fromEntries(devices)])) as BoardState,
  }

  function stateOf(device: KnownDevice): DeviceState {
    let state = states.get(device)
    if (!state) {
      state = stateIn(device)
      states.set(device, state)
    }
    return state
  }

  function stateIn({ facility, id }: KnownDevice): DeviceState {
    let devices = facilities.get(facility)
    if (!devices) {
      devices = new Map<string, DeviceState>()
      facilities.set(facility, devices)
    }
    let state = devices.get(id)
    if (!state) {
      state = nothingYet()
      devices.set(id, state)
    }
    return state
  }

  function newsOf(facility: string) {
    let known = news.get(facility)
    if (!known) {
      known = { devices: new Set<string>(), accepted: 0 }
      news.set(facility, known)
    }
    return known
  }
}

function takeValues(state: DeviceState, entry: AcceptedEntry, atMs: number): void {
  for (const name in entry.v) {
    const value = entry.v[name]!
    const before = Object.hasOwn(state.newest, name) ? state.newest[name] : undefined
    if (!before) state.newest[name] = { value, measuredMs: atMs, changedMs: atMs }
    else if (before.measuredMs < atMs) {
      before.measuredMs = atMs
      if (before.value === value) continue
      before.value = value
      before.changedMs = atMs
    }
  }
}

function takeStateEvent(state: DeviceState, event: string, device: KnownDevice, atMs: number): void {
  const type = device.profile.events[event as keyof typeof device.profile.events]
  if (type?.state && atMs >= (state.stateEvent?.atMs ?? 0)) state.stateEvent = { state: type.state, atMs }
}

function takeExtras(state: DeviceState, { fw, battery, rssi }: Partial<Extras>): void {
  state.fw = fw ?? state.fw
  state.battery = battery ?? state.battery
  state.rssi = rssi ?? state.rssi
}
