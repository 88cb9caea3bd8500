/** Judges how true the picture is: from the age of what was measured, never from whether a socket is connected. */

export const LIVE_MS = 3_000
const DELAYED_MS = 10_000
/** From here on no value is shown any more. */
const VALUES_GONE_MS = 60_000
/** A longer pause of the page's own timer means that the computer slept. */
export const SLEEP_GAP_MS = 20_000

export type LinkKind = 'loading' | 'live' | 'delayed' | 'stopped' | 'resuming'
export interface LinkState {
  kind: LinkKind
  /** Age of the picture in ms. */
  ageMs: number
  /** Server time of the last true picture, epoch ms; null: there never was one. */
  asOfMs: number | null
  /** Stopped so long that values are withheld. */
  valuesGone: boolean
  /** The frames come, but the facility's gateway is silent. */
  feedOnly: boolean
}

/** What the last frame or snapshot said. */
export interface LastWord {
  /** Server time at which it was made, epoch ms. */
  serverMs: number
  /** Age of the gateway's last word then, in ms; -1: never heard. */
  feedAgeMs: number
}

export function judgeLink(last: LastWord | null, nowMs: number, resuming: boolean): LinkState {
  if (!last) return { kind: 'loading', ageMs: 0, asOfMs: null, valuesGone: false, feedOnly: false }
  const frameAge = Math.max(0, nowMs - last.serverMs)
  if (last.feedAgeMs < 0)
    return {
      kind: 'stopped',
      ageMs: Number.POSITIVE_INFINITY,
      asOfMs: null,
      valuesGone: true,
      feedOnly: frameAge <= LIVE_MS,
    }
  const ageMs = frameAge + last.feedAgeMs
  const asOfMs = nowMs - ageMs
  const kind = ageMs <= LIVE_MS ? 'live' : resuming ? 'resuming' : ageMs <= DELAYED_MS ? 'delayed' : 'stopped'
  return { kind, ageMs, asOfMs, valuesGone: ageMs > VALUES_GONE_MS, feedOnly: frameAge <= LIVE_MS }
}

/** Tiles may be drawn as the present. */
export const isPresent = (kind: LinkKind): boolean => kind === 'live' || kind === 'delayed'
