/** Training walks of the simulated trial on walkers that the people of a home share, one after the other. */
import { chanceAt, clamp, drift, hash32, roundTo } from '../../device-sim/random.ts'
import { clockOf, type SimDevice, silentAt } from './fleet.ts'
import { DOING } from './minutes.ts'
import { MINUTE_MS } from './options.ts'
import { createRows, type DeviceRows } from './rows.ts'
import type { Life } from './sensors.ts'

export interface Session {
  subject: string
  fromMs: number
  toMs: number
}

/** The time between two samples; the device's own is a second. */
const STEP_MS = 10_000

/** @returns who used which walker when, in order of time; who finds none free goes without */
export function trainingOf(
  lives: readonly Life[],
  walkers: readonly SimDevice[],
): { rows: DeviceRows; sessions: Session[] }[] {
  const wanted = lives
    .flatMap(life => spansOf(life).map(span => ({ life, ...span })))
    .sort((a, b) => a.fromMs - b.fromMs)
  const used = walkers.map(device => ({ device, rows: createRows(), sessions: [] as Session[], freeMs: 0 }))
  for (const { life, fromMs, toMs } of wanted) {
    const walker = used.find(({ freeMs }) => freeMs <= fromMs)
    if (!walker) continue
    walker.freeMs = toMs + MINUTE_MS
    walker.sessions.push({ subject: life.person.id, fromMs: fromMs - 30_000, toMs: toMs + 30_000 })
    if (!silentAt(walker.device, fromMs)) speak(walker.device, life, fromMs, toMs, walker.rows)
  }
  return used
}

function spansOf({ minutes, firstMs }: Life): { fromMs: number; toMs: number }[] {
  const spans: { fromMs: number; toMs: number }[] = []
  for (let at = 0; at < minutes.length; at++) {
    if (minutes[at] !== DOING.training) continue
    const from = at
    while (minutes[at] === DOING.training) at++
    spans.push({ fromMs: firstMs + from * MINUTE_MS, toMs: firstMs + at * MINUTE_MS })
  }
  return spans
}

function speak(device: SimDevice, life: Life, fromMs: number, toMs: number, rows: DeviceRows): void {
  const { startMs, person } = life
  const key = hash32(person.id) ^ Math.floor(fromMs / MINUTE_MS)
  const level = 1 + Math.round(person.habits.walkingSpeed * 3)
  const lean = (chanceAt(hash32(person.id), 1) - 0.5) * 12
  const startClockMs = clockOf(device, startMs, fromMs)
  rows.tell(startClockMs, 'session_start')
  rows.say(startClockMs, { load_level: level })
  let metres = 0
  for (let at = fromMs; at < toMs; at += STEP_MS) {
    const warm = Math.min(1, (at - fromMs + STEP_MS) / 20_000)
    const speed = clamp(
      person.habits.walkingSpeed * warm * (1 + drift(key, at, 15_000) * 0.25) + device.bias * 0.01,
      0,
      2,
    )
    metres += (speed * STEP_MS) / 1000
    const grip = 18 + person.habits.weightKg / 8 + chanceAt(key, at / STEP_MS) * 6
    const tilt = drift(key ^ 1, at, 8_000) * 0.3
    rows.say(clockOf(device, startMs, at), {
      speed: roundTo(speed, 2),
      handle_force_left: Math.round(clamp(grip * (1 + tilt), 0, 300)),
      handle_force_right: Math.round(clamp(grip * (1 - tilt), 0, 300)),
      balance_left: Math.round(clamp(50 + lean + tilt * 25, 0, 100)),
    })
  }
  const endMs = clockOf(device, startMs, toMs)
  const distance = Math.round(clamp(metres, 0, 5_000))
  if (chanceAt(key, 2) < 0.08) rows.tell(endMs - 90_000, person.habits.walkingSpeed < 0.5 ? 'stumble' : 'sudden_brake')
  if (chanceAt(key, 3) < 0.05) rows.tell(endMs - 60_000, 'overspeed')
  rows.say(endMs, { distance })
  rows.tell(endMs, 'session_end', { distance, duration: Math.round((toMs - fromMs) / 1000) })
}
