/** Publishes each facility's live message once a second: all that changed, and everything now and then. Events do not wait for it. */
import type { PlaceId } from '../core/ids.ts'
import { deviceFreshness, type PlaceNow, placeState } from '../core/place-state.ts'
import type { LiveDevice, LiveEvent, LiveMessage, LivePlace } from '../core/platform-messages.ts'
import type { StoredValue } from '../core/readings.ts'
import { facilityTopic } from '../core/topics.ts'
import type { BoardModel } from './board-model.ts'
import type { GatewayBus } from './bus.ts'
import type { AcceptedEntry } from './entries.ts'
import { errorFields, type Log } from './log.ts'
import type { FacilityRegistry, KnownDevice, KnownFacility } from './registry.ts'

const PERIOD_MS = 1_000
const FULL_EVERY = 10
/** Events of one commit leave together. */
const GATHER_MS = 3
/** A message of events costs at most this share of the time, whatever comes in … */
const EVENT_SHARE = 0.1
/** … unless the next event would wait longer: where the processors are busy with others, a message only seems to cost so much. */
const MAX_GATHER_MS = 25
/** More events than this in one message are a backlog, not news; they are in the store. */
const MAX_EVENTS = 500

export interface LiveOut {
  start(): void
  /** An event was accepted: it leaves at once, with what it changed. */
  event(entry: AcceptedEntry, device: KnownDevice): void
  /** The registry changed: the next message holds everything. */
  sendAll(facility: string): void
  stop(): void
}

export interface LiveOutDeps {
  board: BoardModel
  registry: FacilityRegistry
  bus: GatewayBus
  instance: string
  clock(): number
  log: Log
}

interface Sent {
  /** Events that wait a moment for others. */
  events: { event: LiveEvent; device: KnownDevice }[]
  timer: NodeJS.Timeout | undefined
  /** Not before, on the monotonic clock. */
  nextTicks: number
  n: number
  untilFull: number
  freshness: Map<string, string>
  places: Map<string, string>
}

export function createLiveOut({ board, registry, bus, instance, clock, log }: LiveOutDeps): LiveOut {
  const sent = new Map<string, Sent>()
  let timer: NodeJS.Timeout | undefined

  return {
    start() {
      timer = setInterval(() => {
        for (const facility of registry.facilities()) send(facility)
      }, PERIOD_MS)
    },
    event(entry, device) {
      const last = sentOf(device.facility)
      if (last.events.length === MAX_EVENTS) last.events.shift()
      last.events.push({ event: liveEvent(entry, device), device })
      const waitMs = Math.max(GATHER_MS, last.nextTicks - performance.now())
      last.timer ??= setTimeout(() => sendEvents(device.facility), waitMs)
    },
    sendAll(facility) {
      const last = sent.get(facility)
      if (last) last.untilFull = 0
    },
    stop() {
      clearInterval(timer)
      for (const { timer: waiting } of sent.values()) clearTimeout(waiting)
    },
  }

  function sentOf(facility: string): Sent {
    const known = sent.get(facility)
    if (known) return known
    const none = {
      events: [],
      timer: undefined,
      nextTicks: 0,
      n: 0,
      untilFull: 0,
      freshness: new Map(),
      places: new Map(),
    }
    sent.set(facility, none)
    return none
  }

  function send(facility: KnownFacility): void {
    const last = sentOf(facility.id)
    const full = last.untilFull <= 0
    last.untilFull = full ? FULL_EVERY - 1 : last.untilFull - 1
    const at = clock()
    const news = board.takeNews(facility.id)
    const devices = [...facility.devices.values()].filter(device => {
      const freshness = deviceFreshness(board.now(device), at)
      const changed = last.freshness.get(device.id) !== freshness || news.devices.has(device.id)
      last.freshness.set(device.id, freshness)
      return full || changed
    })
    publish(facility.id, last, {
      at,
      full,
      devices: devices.map(device => liveDevice(device, at)),
      places: placesOf(facility, facility.places, at).filter(place => changedPlace(last, place) || full),
      events: [],
      accepted: news.accepted,
    })
  }

  /** The events that wait, with their devices and places as they are now: a bed that was just left is shown so. */
  function sendEvents(facilityId: string): void {
    const last = sentOf(facilityId)
    const beganTicks = performance.now()
    last.timer = undefined
    const facility = [...registry.facilities()].find(({ id }) => id === facilityId)
    const events = last.events.splice(0)
    if (!facility || events.length === 0) return
    const at = clock()
    const devices = [...new Set(events.map(({ device }) => facility.devices.get(device.id) ?? device))]
    const places = [...new Set(devices.flatMap(({ place }) => place ?? []))]
    publish(facilityId, last, {
      at,
      full: false,
      devices: devices.map(device => liveDevice(device, at)),
      places: placesOf(facility, places, at).filter(place => changedPlace(last, place)),
      events: events.map(({ event }) => event),
      accepted: 0,
    })
    const now = performance.now()
    last.nextTicks = now + Math.min(MAX_GATHER_MS, (now - beganTicks) / EVENT_SHARE)
  }

  function changedPlace(last: Sent, place: LivePlace): boolean {
    const text = JSON.stringify(place)
    const changed = last.places.get(place.id) !== text
    last.places.set(place.id, text)
    return changed
  }

  function publish(facility: string, last: Sent, content: Omit<LiveMessage, 'v' | 'instance' | 'n'>): void {
    const message: LiveMessage = { v: 1, instance, n: last.n++, ...content }
    bus
      .publish(facilityTopic(facility, 'live'), JSON.stringify(message), { qos: 0 })
      .catch(error => log.debug({ facility, ...errorFields(error) }, 'live message not sent'))
  }

  function liveDevice(device: KnownDevice, atMs: number): LiveDevice {
    const { newest, online, heardMs, fw, battery, rssi, skewMs } = board.state(device)
    const values: Record<string, { v: StoredValue; at: number; since: number }> = {}
    for (const name in newest) {
      const { value, measuredMs, changedMs } = newest[name]!
      values[name] = { v: value, at: measuredMs, since: changedMs }
    }
    return {
      id: device.id,
      freshness: deviceFreshness(board.now(device), atMs),
      online,
      heard: heardMs,
      fw,
      battery,
      rssi,
      skew_ms: skewMs,
      newest: values as LiveDevice['newest'],
    }
  }

  function placesOf(facility: KnownFacility, wanted: readonly PlaceId[], atMs: number): LivePlace[] {
    const inPlace = new Map<string, KnownDevice[]>()
    for (const device of facility.devices.values())
      if (device.place) inPlace.set(device.place, [...(inPlace.get(device.place) ?? []), device])
    return wanted.map(id => {
      const now: PlaceNow = placeState((inPlace.get(id) ?? []).map(board.now), atMs)
      return { id, state: now.state, since: now.sinceMs, freshness: now.freshness }
    })
  }
}

const liveEvent = (entry: AcceptedEntry, device: KnownDevice): LiveEvent => ({
  device: device.id,
  place: device.place,
  event: entry.e as string,
  attributes: entry.v,
  boot: entry.b,
  seq: entry.s,
  at: entry.t,
  rx: entry.rx,
  late: entry.m?.includes('late') ?? false,
})
