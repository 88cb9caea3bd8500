/** Publishes each facility's live message once a second: all that changed, and everything now and then. */
import { deviceFreshness, type PlaceNow, placeState } from '../core/place-state.ts'
import type { LiveDevice, LiveMessage, LivePlace } from '../core/platform-messages.ts'
import { facilityTopic } from '../core/topics.ts'
import type { BoardModel } from './board-model.ts'
import type { GatewayBus } from './bus.ts'
import { errorFields, type Log } from './log.ts'
import type { FacilityRegistry, KnownDevice, KnownFacility } from './registry.ts'

const PERIOD_MS = 1_000
const FULL_EVERY = 10

export interface LiveOut {
  start(): void
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
    sendAll(facility) {
      const last = sent.get(facility)
      if (last) last.untilFull = 0
    },
    stop: () => clearInterval(timer),
  }

  function send(facility: KnownFacility): void {
    const last = sent.get(facility.id) ?? { n: 0, untilFull: 0, freshness: new Map(), places: new Map() }
    sent.set(facility.id, last)
    const full = last.untilFull <= 0
    last.untilFull = full ? FULL_EVERY - 1 : last.untilFull - 1
    const at = clock()
    const news = board.takeNews(facility.id)
    const message: LiveMessage = {
      v: 1,
      at,
      instance,
      n: last.n++,
      full,
      devices: devicesOf(facility, at, (device, freshness) => {
        const changed = last.freshness.get(device.id) !== freshness || news.devices.has(device.id)
        last.freshness.set(device.id, freshness)
        return full || changed
      }),
      places: placesOf(facility, at).filter(place => {
        const text = JSON.stringify(place)
        const changed = last.places.get(place.id) !== text
        last.places.set(place.id, text)
        return full || changed
      }),
      events: [...news.events],
      accepted: news.accepted,
    }
    bus
      .publish(facilityTopic(facility.id, 'live'), JSON.stringify(message), { qos: 0 })
      .catch(error => log.debug({ facility: facility.id, ...errorFields(error) }, 'live message not sent'))
  }

  function devicesOf(
    facility: KnownFacility,
    atMs: number,
    wanted: (device: KnownDevice, freshness: string) => boolean,
  ): LiveDevice[] {
    const devices: LiveDevice[] = []
    for (const device of facility.devices.values()) {
      const freshness = deviceFreshness(board.now(device), atMs)
      if (!wanted(device, freshness)) continue
      const { newest, online, heardMs, fw, battery, rssi, skewMs } = board.state(device)
      const values = Object.entries(newest).map(([name, { value, measuredMs, changedMs }]) => [
        name,
        { v: value, at: measuredMs, since: changedMs },
      ])
      devices.push({
        id: device.id,
        freshness,
        online,
        heard: heardMs,
        fw,
        battery,
        rssi,
        skew_ms: skewMs,
        newest: Object.fromEntries(values) as LiveDevice['newest'],
      })
    }
    return devices
  }

  function placesOf(facility: KnownFacility, atMs: number): LivePlace[] {
    const inPlace = new Map<string, KnownDevice[]>()
    for (const device of facility.devices.values())
      if (device.place) inPlace.set(device.place, [...(inPlace.get(device.place) ?? []), device])
    return facility.places.map(id => {
      const now: PlaceNow = placeState((inPlace.get(id) ?? []).map(board.now), atMs)
      return { id, state: now.state, since: now.sinceMs, freshness: now.freshness }
    })
  }
}
