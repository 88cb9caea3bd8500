/** Simulates train.gait_assess: now and then one short walk, and its figures in one message. */
import { chanceAt, clamp, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type Session, sessionsOf } from './session.ts'
import { type Simulator, within } from './simulator.ts'

const PLAN = { count: [1, 3], hours: [9, 17], seconds: [20, 40] } satisfies Parameters<typeof sessionsOf>[1]
const MAX_SESSION_MS = 40_000

export const simulateGaitAssess: Simulator = self => {
  const { traits } = self.resident
  const key = hash32(`${self.seed}/${self.device}`)

  function* walk(session: Session): Generator<Sample> {
    const luck = (index: number): number => chanceAt(key ^ session.number, index)
    const atMs = session.endMs
    if (luck(0) < 0.08) {
      yield { atMs, event: 'unusable_video' }
      return
    }
    const gaitSpeed = clamp(traits.walkingSpeed * (0.9 + luck(1) * 0.2), 0.05, 3)
    yield {
      atMs,
      metrics: {
        gait_speed: roundTo(gaitSpeed, 2),
        step_time: roundTo(clamp(0.42 / gaitSpeed ** 0.5 + luck(2) * 0.05, 0.2, 3), 2),
        asymmetry: Math.round(3 + luck(3) * 9),
        sway: Math.round(20 + luck(4) * 40),
        risk_score: Math.round(clamp(85 - gaitSpeed * 60 + luck(5) * 10, 0, 100)),
      },
    }
    yield { atMs, event: 'assessed' }
  }
  const isUp = (session: Session): boolean => ['out_of_bed', 'away'].includes(self.resident.at(session.startMs).state)

  return (fromMs, toMs) => {
    const sessions = sessionsOf(self, PLAN, fromMs - MAX_SESSION_MS, toMs).filter(isUp)
    return within(
      sessions.flatMap(session => [...walk(session)]),
      fromMs,
      toMs,
    )
  }
}
