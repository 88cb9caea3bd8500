/** Batteries of simulated devices: charged every night, or cells that last for days or a year. */
import { wallClock } from '../../core/time.ts'
import { clamp } from '../random.ts'

const DAY_MS = 86_400_000

/** Charged at night, used up by day; per cent. */
export function dailyBattery(zone: string, atMs: number): number {
  const { hour, minute } = wallClock(atMs, zone)
  const hours = hour + minute / 60
  return Math.round(hours < 6 ? 60 + hours * 6.6 : clamp(100 - (hours - 6) * 2.2, 55, 100))
}

/** Lasts so many days and is then charged or changed; per cent. `key` says where in its life it is. */
export const cellBattery = (key: number, atMs: number, days: number): number =>
  Math.round(clamp(100 - (((atMs / DAY_MS + (key % days)) % days) / days) * 95, 0, 100))
