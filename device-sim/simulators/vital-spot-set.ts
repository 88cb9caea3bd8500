/** Simulates vital.spot_set: staff measure one to four times a day, weigh once a week, and measure again what looks wrong. */
import { fromWallClock, wallClock } from '../../core/time.ts'
import { type Chance, chanceOf, clamp, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type SimulatedDevice, type Simulator, within } from './simulator.ts'

const DAY_MS = 86_400_000
/** Rounds of the staff, local hours. */
const ROUNDS = [7, 10, 15, 19]
const RETAKE_MS = 120_000
const WEIGHING_WEEKDAY = 1

export const simulateSpotSet: Simulator = self => (fromMs, toMs) => {
  const samples: Sample[] = []
  const seen = new Set<number>()
  for (let ms = fromMs - DAY_MS; ms < toMs + DAY_MS; ms += DAY_MS) {
    const { year, month, day } = wallClock(ms, self.resident.zone)
    const midnight = Date.UTC(year, month - 1, day)
    if (!seen.has(midnight)) samples.push(...roundsOf(self, year, month, day, new Date(midnight).getUTCDay()))
    seen.add(midnight)
  }
  return within(samples, fromMs, toMs)
}

function* roundsOf(
  self: SimulatedDevice,
  year: number,
  month: number,
  day: number,
  weekday: number,
): Generator<Sample> {
  const chance = chanceOf(self.seed, self.device, 'rounds', year, month, day)
  const rounds = ROUNDS.filter((_, i) => i === 0 || chance.is(0.6))
  for (const hour of rounds) {
    const minute = chance.whole(0, 59)
    const atMs = fromWallClock({ year, month, day, hour, minute, second: chance.whole(0, 59) }, self.resident.zone)
    const metrics = vitals(self, chance)
    yield { atMs, metrics }
    if (metrics.systolic > 160 || metrics.body_temp > 38) {
      yield { atMs, event: 'out_of_range' }
      yield { atMs: atMs + RETAKE_MS, event: 'retake' }
      yield { atMs: atMs + RETAKE_MS, metrics: vitals(self, chance) }
    }
    if (weekday === WEIGHING_WEEKDAY && hour === ROUNDS[0])
      yield { atMs: atMs + RETAKE_MS * 2, metrics: weighing(self, chance) }
  }
}

function vitals({ resident: { traits, scenario } }: SimulatedDevice, chance: Chance) {
  return {
    body_temp: roundTo(clamp(traits.temperature + scenario.feverCel + chance.between(-0.25, 0.35), 30, 43), 1),
    systolic: Math.round(clamp(traits.systolic + chance.between(-14, 18), 40, 280)),
    diastolic: Math.round(clamp(traits.diastolic + chance.between(-8, 10), 20, 180)),
    spo2: Math.round(clamp(traits.spo2 - scenario.feverCel + chance.between(-1, 1.5), 50, 100)),
    pulse: Math.round(clamp(traits.heartRate * (1 + scenario.feverCel * 0.08) + chance.between(-5, 8), 20, 250)),
  }
}

function weighing({ resident: { traits } }: SimulatedDevice, chance: Chance) {
  return {
    weight: roundTo(traits.weightKg + chance.between(-0.6, 0.6), 1),
    muscle_mass: roundTo(traits.weightKg * 0.62 + chance.between(-0.5, 0.5), 1),
    body_water: roundTo(50 + chance.between(-3, 3), 1),
  }
}
