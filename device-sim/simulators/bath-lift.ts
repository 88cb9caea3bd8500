/** Simulates bath.lift: baths on two or three days a week while the resident is out of the room, water and time each few seconds. */
import { chanceAt, clamp, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type Session, secondsOf, sessionsOf } from './session.ts'
import { type Simulator, within } from './simulator.ts'

const PLAN = { count: [0, 1], hours: [9, 16], seconds: [420, 900] } satisfies Parameters<typeof sessionsOf>[1]
const MAX_SESSION_MS = 900_000
const WATER_EVERY_S = 5
const LOWERING_S = 60
const TOO_LONG_S = 600
const STILL_MIN = 2

export const simulateBathLift: Simulator = self => {
  const { weightKg } = self.resident.traits
  const key = hash32(`${self.seed}/${self.device}`)
  const hot = (session: Session): boolean => chanceAt(key, session.number) < 0.03

  function* during(session: Session, fromMs: number, toMs: number): Generator<Sample> {
    const lengthS = (session.endMs - session.startMs) / 1000
    for (const { atMs, second } of secondsOf(session, fromMs, toMs)) {
      const noise = chanceAt(key ^ session.number, second) - 0.5
      const deep = clamp(Math.min(second, lengthS - second) / LOWERING_S, 0, 1)
      const metrics: Record<string, number> = {
        seat_load: roundTo(clamp(weightKg * (1 - 0.55 * deep) + noise, 0, 200), 1),
      }
      if (second % WATER_EVERY_S === 0) {
        metrics.water_temp = roundTo(clamp((hot(session) ? 43.5 : 40.2) - second / 900 + noise * 0.2, 20, 60), 1)
        metrics.water_level = Math.round(clamp(48 + deep * 7 + noise, 0, 100))
        metrics.immersion_time = clamp(second - LOWERING_S, 0, 3600)
      }
      yield { atMs, metrics }
    }
  }
  function* frame({ startMs, endMs, number }: Session): Generator<Sample> {
    const duration = (endMs - startMs) / 1000
    const luck = chanceAt(key ^ 5, number)
    yield { atMs: startMs, event: 'bath_start' }
    if (hot({ startMs, endMs, number }))
      yield { atMs: startMs + 20_000, event: 'over_temp', attributes: { water_temp: 43.5 } }
    if (duration > TOO_LONG_S + 2 * LOWERING_S)
      yield { atMs: startMs + (TOO_LONG_S + LOWERING_S) * 1000, event: 'too_long' }
    if (luck < 0.02) yield { atMs: startMs + 240_000, event: 'no_motion', attributes: { still_min: STILL_MIN } }
    else if (luck > 0.99) yield { atMs: startMs + 30_000, event: 'e_stop' }
    yield { atMs: endMs, event: 'bath_end', attributes: { duration } }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const session of sessionsOf(self, PLAN, fromMs - MAX_SESSION_MS, toMs))
      samples.push(...frame(session), ...during(session, fromMs, toMs))
    return within(samples, fromMs, toMs)
  }
}
