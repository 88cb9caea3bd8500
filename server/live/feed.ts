/** What the gateways say: their live messages and heartbeats, parsed once and kept as the newest state of each facility. */
import {
  type GatewayMessage,
  gatewayMessageSchema,
  type LiveDevice,
  type LiveMessage,
  type LivePlace,
  liveMessageSchema,
} from '../../core/platform-messages.ts'
import { parseFacilityTopic } from '../../core/topics.ts'
import type { Metrics } from '../metrics.ts'
import type { BusMessage } from '../mqtt.ts'
import { parseJson } from './parse-json.ts'

/** The newest words about one facility. */
export interface FacilityFeed {
  devices: ReadonlyMap<string, LiveDevice>
  places: ReadonlyMap<string, LivePlace>
  /** Our clock when the last live message came; null: none yet. */
  receivedMs: number | null
  /** The gateway's clock in it. */
  gatewayMs: number | null
  /** Its heartbeat; the broker keeps the last one. */
  gateway: GatewayMessage | null
}

export interface Feed {
  /** Takes a message of the bus; anything unreadable is counted and dropped. */
  take(message: BusMessage): void
  of(facility: string): FacilityFeed
  /** Age of the gateway's last word in ms at our time; null: never heard. A heartbeat counts only before the first live message. */
  ageMs(facility: string): number | null
  /** What the gateway's clock shows now: freshness is judged by it, whatever our own clock does. */
  gatewayNowMs(facility: string): number
  facilities(): Iterable<string>
  onLive(listener: (facility: string, message: LiveMessage) => void): void
}

interface State extends FacilityFeed {
  devices: Map<string, LiveDevice>
  places: Map<string, LivePlace>
  instance: string | null
}

const NOTHING: FacilityFeed = {
  devices: new Map(),
  places: new Map(),
  receivedMs: null,
  gatewayMs: null,
  gateway: null,
}

export function createFeed({ clock, metrics }: { clock: () => number; metrics: Pick<Metrics, 'badMessage'> }): Feed {
  const states = new Map<string, State>()
  const listeners: ((facility: string, message: LiveMessage) => void)[] = []
  const stateOf = (facility: string): State => {
    let state = states.get(facility)
    if (!state) {
      state = { ...NOTHING, devices: new Map(), places: new Map(), instance: null }
      states.set(facility, state)
    }
    return state
  }

  const takeLive = (facility: string, message: LiveMessage): void => {
    const state = stateOf(facility)
    // Another process of the gateway begins with a full message; until then the old words stay, dated.
    if (message.full) {
      state.devices = new Map()
      state.places = new Map()
    }
    for (const device of message.devices) state.devices.set(device.id, device)
    for (const place of message.places) state.places.set(place.id, place)
    state.instance = message.instance
    state.receivedMs = clock()
    state.gatewayMs = message.at
    for (const listener of listeners) listener(facility, message)
  }

  return {
    take({ topic, payload }) {
      const at = parseFacilityTopic(topic)
      if (at?.leaf === 'live') {
        const message = parseJson(liveMessageSchema, payload)
        if (message) takeLive(at.facility, message)
        else metrics.badMessage('live')
      } else if (at?.leaf === 'gateway') {
        const message = parseJson(gatewayMessageSchema, payload)
        if (message) stateOf(at.facility).gateway = message
        else metrics.badMessage('gateway')
      }
    },
    of: facility => states.get(facility) ?? NOTHING,
    ageMs(facility) {
      const { receivedMs, gateway } = states.get(facility) ?? NOTHING
      const last = receivedMs ?? gateway?.at ?? null
      return last === null ? null : Math.max(0, clock() - last)
    },
    gatewayNowMs(facility) {
      const { receivedMs, gatewayMs } = states.get(facility) ?? NOTHING
      return receivedMs === null || gatewayMs === null ? clock() : gatewayMs + (clock() - receivedMs)
    },
    facilities: () => states.keys(),
    onLive: listener => {
      listeners.push(listener)
    },
  }
}
