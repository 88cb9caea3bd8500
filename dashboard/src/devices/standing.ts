/** What is to be said of a device first: the worst thing that is true of it; `unknown` is what nobody enrolled. Pure. */
import type { Device } from '../../../core/rest/devices.ts'
import type { IconName } from '../parts/icon.tsx'

export const STANDINGS = ['offline', 'stale', 'skewed', 'battery', 'unknown', 'ageing', 'never', 'fine'] as const
export type Standing = (typeof STANDINGS)[number]

const SKEW_LIMIT_MS = 60_000
const BATTERY_LIMIT = 20

/** @param isCut the list itself can no longer be renewed: nothing in it is the present */
export function standingOf(device: Device, isCut = false): Standing {
  if (device.heard === null) return 'never'
  if (device.online === false) return 'offline'
  if (isCut || device.freshness === 'stale' || device.freshness === 'lost') return 'stale'
  if (device.skew_ms !== null && Math.abs(device.skew_ms) > SKEW_LIMIT_MS) return 'skewed'
  if (device.battery !== null && device.battery < BATTERY_LIMIT) return 'battery'
  return device.freshness === 'ageing' ? 'ageing' : 'fine'
}
export const STANDING_ICONS: Record<Standing, IconName | null> = {
  offline: 'linkOff',
  stale: 'clock',
  skewed: 'warning',
  battery: 'battery',
  unknown: 'warning',
  ageing: 'clock',
  never: null,
  fine: null,
}
/** Nothing that it shows is the present. */
export const isGone = (standing: Standing): boolean => standing === 'offline' || standing === 'stale'
export const needsCare = (standing: Standing): boolean =>
  standing !== 'fine' && standing !== 'never' && standing !== 'ageing'

/** Skew in seconds with its sign: +0.2, −142. */
export function skewText(ms: number | null): string {
  if (ms === null) return '—'
  const seconds = ms / 1000
  const digits = Math.abs(seconds) < 10 ? 1 : 0
  const isZero = Math.abs(seconds).toFixed(digits) === (0).toFixed(digits)
  return `${isZero ? '±' : seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(digits)}`
}
