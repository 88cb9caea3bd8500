/** What a room is doing, from the newest values of the devices in it: pure, computed in the gateway, drawn by the browser. */
import { type Freshness, freshnessOf, worstFreshness } from './freshness.ts'
import { type BodyState, type DeviceProfile, periodMs } from './profile.ts'
import type { StoredValue } from './readings.ts'

/** All that a tile can say. `not_installed`: no watching device was ever heard. */
export const PLACE_STATES = [
  'asleep',
  'dozing',
  'awake',
  'sitting_up',
  'bed_edge',
  'out_of_bed',
  'toilet',
  'away',
  'unclear',
  'stale',
  'offline',
  'not_installed',
] as const
export type PlaceState = (typeof PLACE_STATES)[number]

export interface NewestValue {
  value: StoredValue
  /** Device time, epoch ms. */
  measuredMs: number
  /** When this value last differed from the one before it, device time, epoch ms. */
  changedMs: number
}

/** What is known of one device now. */
export interface DeviceNow {
  id: string
  profile: DeviceProfile
  newest: Readonly<Record<string, NewestValue>>
  /** The newest event that says what the resident is doing. */
  stateEvent: { state: BodyState; atMs: number } | null
  /** From its status messages; null when it never sent one. */
  online: boolean | null
  /** Gateway time at which anything last came, epoch ms; null: never heard. */
  heardMs: number | null
}

export interface PlaceNow {
  state: PlaceState
  /** Since when, epoch ms; null where nothing was ever known. */
  sinceMs: number | null
  freshness: Freshness
}

/** Freshness of a device: that of its liveliest periodic metric (off the bed a mat sends no heart rate and is still alive). */
export function deviceFreshness(device: DeviceNow, nowMs: number): Freshness {
  let best: number = LIVELIEST.length
  for (const name in device.newest) {
    const metric = device.profile.metrics[name as keyof typeof device.profile.metrics]
    const freshness = freshnessOf(device.newest[name]!.measuredMs, metric ? periodMs(metric) : null, nowMs)
    const rank = LIVELIEST.indexOf(freshness as (typeof LIVELIEST)[number])
    if (rank >= 0 && rank < best) best = rank
  }
  return (LIVELIEST as readonly Freshness[])[best] ?? 'never'
}
const LIVELIEST = ['fresh', 'ageing', 'stale', 'lost', 'on_demand'] as const

/** The state of a room from all devices placed in it. The most recent change of any watching device wins, while its values are fresh. */
export function placeState(devices: readonly DeviceNow[], nowMs: number): PlaceNow {
  const heard = devices.filter(device => device.profile.role === 'watch' && device.heardMs !== null)
  if (heard.length === 0) return { state: 'not_installed', sinceMs: null, freshness: 'never' }
  const freshness = worstFreshness(heard.map(device => deviceFreshness(device, nowMs)))
  const claims = heard.flatMap(stateClaims).sort((a, b) => b.atMs - a.atMs)
  const newest = claims[0]
  let lastMeasured = 0
  for (const { newest: values } of heard)
    for (const name in values) lastMeasured = Math.max(lastMeasured, values[name]!.measuredMs)
  if (heard.every(device => device.online === false))
    return { state: 'offline', sinceMs: lastMeasured || null, freshness }
  if (!newest)
    return {
      state: freshness === 'stale' || freshness === 'lost' ? 'stale' : 'unclear',
      sinceMs: lastMeasured || null,
      freshness,
    }
  const source = heard.find(device => device.id === newest.device)
  const sourceFreshness = source ? deviceFreshness(source, nowMs) : 'never'
  if (source?.online === false) return { state: 'offline', sinceMs: lastMeasured, freshness }
  if (sourceFreshness === 'stale' || sourceFreshness === 'lost')
    return { state: 'stale', sinceMs: lastMeasured, freshness }
  return { state: newest.state, sinceMs: newest.atMs, freshness }
}

interface StateClaim {
  device: string
  state: BodyState
  atMs: number
}

function stateClaims(device: DeviceNow): StateClaim[] {
  const claims: StateClaim[] = device.stateEvent ? [{ device: device.id, ...device.stateEvent }] : []
  const { metrics } = device.profile
  for (const name in metrics) {
    const metric = metrics[name as keyof typeof metrics]
    const newest = device.newest[name]
    if (metric?.kind !== 'enum' || !metric.states || !newest) continue
    const state = metric.states[String(newest.value)]
    if (state) claims.push({ device: device.id, state, atMs: newest.changedMs })
  }
  return claims
}
