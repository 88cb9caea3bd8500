/** Simulates transfer.worn_assist: staff wear it in the busy hours; each lift shows torque, bend and muscle signal. */
import { chanceAt, clamp, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { dailyBattery } from './battery.ts'
import { type Session, secondsOf, sessionsOf } from './session.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const PLAN = { count: [3, 6], hours: [7, 20], seconds: [120, 300] } satisfies Parameters<typeof sessionsOf>[1]
const BATTERY_EVERY_MS = 600_000
const LIFT_EVERY_S = 45
const MAX_SESSION_MS = 300_000

export const simulateWornAssist: Simulator = self => {
  const key = hash32(`${self.seed}/${self.device}`)

  function* during(session: Session, fromMs: number, toMs: number): Generator<Sample> {
    for (const { atMs, second } of secondsOf(session, fromMs, toMs)) {
      const noise = chanceAt(key ^ session.number, second) - 0.5
      const bend = Math.max(0, Math.sin((2 * Math.PI * second) / LIFT_EVERY_S))
      yield {
        atMs,
        metrics: {
          assist_torque: roundTo(clamp(bend * 32 + noise * 2, 0, 60), 1),
          trunk_angle: Math.round(clamp(5 + bend * 70 + noise * 4, -45, 135)),
          biosignal: Math.round(clamp(150 + bend * 1400 + noise * 120, 0, 5000)),
        },
      }
      if (second > 0 && second % LIFT_EVERY_S === 0)
        yield { atMs, event: 'lift', attributes: { peak_torque: roundTo(31 + noise * 4, 1) } }
    }
  }

  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const session of sessionsOf(self, PLAN, fromMs - MAX_SESSION_MS, toMs)) {
      const lifts = Math.floor((session.endMs - session.startMs - 1000) / (LIFT_EVERY_S * 1000))
      samples.push(...during(session, fromMs, toMs), { atMs: session.endMs, metrics: { lifts } })
      if (chanceAt(key, session.number) < 0.05) samples.push({ atMs: session.startMs + 4000, event: 'poor_contact' })
    }
    for (const atMs of ticks(fromMs, toMs, BATTERY_EVERY_MS, key % BATTERY_EVERY_MS))
      samples.push({ atMs, metrics: { battery: dailyBattery(self.resident.zone, atMs) } })
    return within(samples, fromMs, toMs)
  }
}
