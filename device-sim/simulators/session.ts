/** Sessions of devices that are used at times: when they are in a local day, and the seconds within them. */
import { fromWallClock, wallClock } from '../../core/time.ts'
import { type Chance, chanceOf } from '../random.ts'
import type { SimulatedDevice } from './simulator.ts'

export interface Session {
  startMs: number
  endMs: number
  /** Names the session for seeded numbers; whole, fits 32 bits. */
  number: number
}

export interface SessionPlan {
  /** Sessions in a day, least and most. */
  count: [number, number]
  /** Working hours of the staff, local: from, to. */
  hours: [number, number]
  /** Length in seconds, least and most. */
  seconds: [number, number]
}

const DAY_MS = 86_400_000

/** Sessions that overlap from ≤ t < to, spread over the working hours of each local day. */
export function sessionsOf(device: SimulatedDevice, plan: SessionPlan, fromMs: number, toMs: number): Session[] {
  const { zone } = device.resident
  const sessions: Session[] = []
  for (let ms = fromMs - DAY_MS; ms < toMs + DAY_MS; ms += DAY_MS) {
    const { year, month, day } = wallClock(ms, zone)
    const morningMs = fromWallClock({ year, month, day, hour: plan.hours[0], minute: 0, second: 0 }, zone)
    const chance = chanceOf(device.seed, device.device, 'sessions', year, month, day)
    sessions.push(...ofDay(morningMs, plan, chance))
  }
  const seen = new Set<number>()
  return sessions.filter(({ startMs, endMs }) => {
    const fresh = !seen.has(startMs)
    seen.add(startMs)
    return fresh && endMs > fromMs && startMs < toMs
  })
}

/** Each session lies in its own equal slot, so that none overlaps another. */
function ofDay(morningMs: number, plan: SessionPlan, chance: Chance): Session[] {
  const count = chance.whole(plan.count[0], plan.count[1])
  const slotMs = ((plan.hours[1] - plan.hours[0]) * 3_600_000) / Math.max(count, 1)
  return Array.from({ length: count }, (_, i) => {
    const lengthMs = chance.whole(plan.seconds[0], plan.seconds[1]) * 1000
    const startMs = morningMs + Math.round((i * slotMs + chance.next() * Math.max(slotMs - lengthMs, 0)) / 1000) * 1000
    return { startMs, endMs: startMs + lengthMs, number: Math.floor(startMs / 1000) }
  })
}

/** The whole seconds of a session that lie in the span: time, and seconds since the start. */
export function* secondsOf(
  session: Session,
  fromMs: number,
  toMs: number,
): Generator<{ atMs: number; second: number }> {
  const first = Math.max(0, Math.ceil((fromMs - session.startMs) / 1000))
  for (let second = first; session.startMs + second * 1000 < Math.min(session.endMs, toMs); second++)
    yield { atMs: session.startMs + second * 1000, second }
}
