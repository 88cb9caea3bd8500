/** Simulates mobility.walk_trainer: training walks by day, with speed, grip and balance each second. */
import { chanceAt, clamp, drift, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type Session, secondsOf, sessionsOf } from './session.ts'
import { type Simulator, within } from './simulator.ts'

const PLAN = { count: [2, 4], hours: [9, 17], seconds: [300, 720] } satisfies Parameters<typeof sessionsOf>[1]
const MAX_SESSION_MS = 720_000
const WARM_UP_S = 20

export const simulateWalkTrainer: Simulator = self => {
  const { traits } = self.resident
  const key = hash32(`${self.seed}/${self.device}`)

  const speed = (atMs: number, second: number): number =>
    clamp(traits.walkingSpeed * Math.min(1, (second + 1) / WARM_UP_S) * (1 + drift(key, atMs, 15_000) * 0.25), 0, 2)

  function* during(session: Session, fromMs: number, toMs: number): Generator<Sample> {
    for (const { atMs, second } of secondsOf(session, fromMs, toMs)) {
      const lean = drift(key ^ session.number, atMs, 8_000)
      const grip = 22 + chanceAt(key ^ session.number, second) * 6
      yield {
        atMs,
        metrics: {
          speed: roundTo(speed(atMs, second), 2),
          handle_force_left: Math.round(clamp(grip * (1 + lean * 0.3), 0, 300)),
          handle_force_right: Math.round(clamp(grip * (1 - lean * 0.3), 0, 300)),
          balance_left: Math.round(clamp(50 + lean * 8, 0, 100)),
        },
      }
    }
  }

  function* frame(session: Session): Generator<Sample> {
    const { startMs, endMs } = session
    const duration = (endMs - startMs) / 1000
    let metres = 0
    for (let second = 0; second < duration; second++) metres += speed(startMs + second * 1000, second)
    const distance = Math.round(clamp(metres, 0, 5000))
    yield { atMs: startMs, event: 'session_start' }
    yield { atMs: startMs, metrics: { load_level: 1 + (session.number % 4) } }
    if (chanceAt(key, session.number) < 0.1)
      yield {
        atMs: startMs + Math.floor(duration / 2) * 1000,
        event: session.number % 2 ? 'sudden_brake' : 'overspeed',
      }
    yield { atMs: endMs, metrics: { distance } }
    yield { atMs: endMs, event: 'session_end', attributes: { distance, duration } }
  }

  /** Nobody trains who is in bed. */
  const isUp = (session: Session): boolean => ['out_of_bed', 'away'].includes(self.resident.at(session.startMs).state)

  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const session of sessionsOf(self, PLAN, fromMs - MAX_SESSION_MS, toMs).filter(isUp))
      samples.push(...frame(session), ...during(session, fromMs, toMs))
    return within(samples, fromMs, toMs)
  }
}
