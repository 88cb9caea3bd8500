/** What the devices around a person say, from what the person is doing: sleep mat, motion and door sensor, fall radar, spot set. */
import { chanceAt, chanceOf, clamp, drift, hash32, roundTo } from '../../device-sim/random.ts'
import { clockOf, type SimDevice, silentAt } from './fleet.ts'
import type { Course } from './happenings.ts'
import { DOING, inBed } from './minutes.ts'
import { DAY_MINUTES, DAY_MS, MINUTE_MS, type TrialOptions, ZONE_MS } from './options.ts'
import type { Person } from './people.ts'
import { type BedText, createRows, type DeviceRows } from './rows.ts'

export interface Life {
  options: TrialOptions
  person: Person
  course: Course
  /** One code a minute since `firstMs`. */
  minutes: Uint8Array
  firstMs: number
  startMs: number
}

/** By DOING: heart above rest, movements on the mat a minute, firings of the motion sensor a minute. */
const EFFORT = [-0.1, -0.06, 0, 0.07, 0.18, 0.18, 0.2, 0.28, 0.35, 0.2, 0]
const ACTIVITY = [3, 11, 32, 80, 0, 0, 0, 0, 0, 420, 0]
const MOTION = [0, 0.4, 1.5, 6, 16, 6, 0, 0, 0, 5, 0]
const HEIGHT = [0.45, 0.45, 0.5, 0.85, 0.95, 0, 0, 0, 0, 0.6, 0]
const TEXT: readonly BedText[] = ['asleep', 'dozing', 'awake', 'sitting_up']

const bedText = (doing: number): BedText => (doing === DOING.shaken ? 'awake' : (TEXT[doing] ?? 'out_of_bed'))

/** Beats a minute, before the device's own error. */
function heartAt({ person: { habits, id }, course }: Life, minute: number, doing: number, ms: number): number {
  const key = hash32(id)
  const rhythm = drift(key, ms, 900_000) * 0.045 + drift(key ^ 1, ms, 70_000) * 0.02
  const daily = 0.03 * Math.cos(((minute % DAY_MINUTES) - 960) * ((2 * Math.PI) / DAY_MINUTES))
  return (
    habits.heartRate *
    (1 + (EFFORT[doing] ?? 0) + daily + habits.heartSpread * rhythm) *
    (1 + feverAt(course, minute) * 0.08)
  )
}

function feverAt({ illness }: Course, minute: number): number {
  const day = Math.floor(minute / DAY_MINUTES)
  return illness.find(({ from, to }) => day >= from && day < to)?.feverCel ?? 0
}

/** Walks through the minutes: `change` at the first minute of another code, `sample` once an interval; neither when nothing can be sent. */
function walk(
  life: Life,
  device: SimDevice,
  change: (minute: number, before: number, now: number, deviceMs: number) => void,
  sample: (minute: number, doing: number, deviceMs: number, index: number) => void,
): void {
  const { minutes, firstMs, startMs, options } = life
  const offset = device.key % options.everyMinutes
  let before: number = DOING.hospital
  for (let minute = 0; minute < minutes.length; minute++) {
    const now = minutes[minute] as number
    const trueMs = firstMs + minute * MINUTE_MS
    if (now !== before) {
      const atMs = trueMs + Math.floor(chanceAt(device.key ^ 2, minute) * 50_000)
      if (!silentAt(device, atMs)) change(minute, before, now, clockOf(device, startMs, atMs))
      before = now
    }
    if (minute % options.everyMinutes !== offset) continue
    const jitter = (chanceAt(device.key ^ 3, minute) + chanceAt(device.key ^ 4, minute) - 1) * device.jitterMs
    const atMs = trueMs + device.phaseMs + jitter
    if (silentAt(device, atMs) || chanceAt(device.key ^ 5, minute) < device.loss) continue
    sample(minute, now, clockOf(device, startMs, atMs), minute)
  }
}

/** First minute after `from` in which the person does something else. */
function until(minutes: Uint8Array, from: number, same: (doing: number) => boolean): number {
  let at = from
  while (at < minutes.length && same(minutes[at] as number)) at++
  return at
}

export function matRows(life: Life, device: SimDevice): DeviceRows {
  const rows = createRows()
  const { minutes, person } = life
  walk(
    life,
    device,
    (minute, before, now, ms) => {
      if (bedText(now) === bedText(before) && before !== DOING.hospital) return
      rows.say(ms, { bed_state: bedText(now) })
      if (bedText(now) === 'out_of_bed' && bedText(before) !== 'out_of_bed') {
        rows.tell(ms, 'bed_exit')
        const away = until(minutes, minute, doing => !inBed(doing)) - minute
        const hour = Math.floor((minute % DAY_MINUTES) / 60)
        if (away > 30 && (hour < 5 || hour >= 22)) rows.tell(ms + 30 * MINUTE_MS, 'no_return', { away_min: 30 })
      }
      if (now === DOING.sitting_up) rows.tell(ms, 'sit_up')
      if (now === DOING.dozing && chanceAt(device.key ^ 6, minute) < 0.03 * person.habits.restlessness)
        rows.tell(ms, 'restless')
    },
    (minute, doing, ms, index) => {
      const chance = chanceAt(device.key, index)
      const activity = (ACTIVITY[doing] ?? 0) * (0.3 + 1.4 * chance) * person.habits.restlessness
      const common = {
        activity: device.coarse ? Math.round(activity / 2) * 2 : Math.round(activity),
        signal_quality: Math.round(clamp(93 + device.bias * 2 + drift(device.key, ms, 3_600_000) * 5, 0, 100)),
      }
      if (!inBed(doing)) return rows.say(ms, common)
      const heart = Math.round(clamp(heartAt(life, minute, doing, ms) + device.bias * 1.2, 20, 220))
      const breath =
        person.habits.respRate * (1 + (EFFORT[doing] ?? 0) * 0.8 + drift(device.key ^ 7, ms, 600_000) * 0.08)
      const resp = Math.round(clamp(breath * (1 + feverAt(life.course, minute) * 0.06) + device.bias * 0.3, 2, 60))
      rows.say(ms, { heart_rate: heart, resp_rate: resp, ...common })
      if ((heart < 45 || heart > 110) && chance < 0.3) rows.tell(ms, 'hr_range', { heart_rate: heart })
      if ((resp < 8 || resp > 25) && chance < 0.3) rows.tell(ms, 'rr_range', { resp_rate: resp })
    },
  )
  return rows
}

export function motionRows(life: Life, device: SimDevice): DeviceRows {
  const rows = createRows()
  const { minutes } = life
  walk(
    life,
    device,
    (minute, before, now, ms) => {
      const outside = (doing: number): boolean => doing >= DOING.away && doing <= DOING.training
      if (outside(now) !== outside(before) && before !== DOING.hospital) {
        rows.say(ms, { door_open: true })
        rows.tell(ms, 'door_open')
        rows.say(ms + 3_000 + Math.floor(chanceAt(device.key, minute) * 12_000), { door_open: false })
      }
      if (now === DOING.toilet) {
        const stay = until(minutes, minute, doing => doing === DOING.toilet) - minute
        rows.tell(ms, 'toilet_in')
        if (stay > 15) rows.tell(ms + 15 * MINUTE_MS, 'toilet_long', { stay_min: 15 })
      }
      if (before === DOING.toilet) {
        let stay = 1
        while (minutes[minute - 1 - stay] === DOING.toilet) stay++
        rows.tell(ms, 'toilet_out')
        rows.say(ms, { toilet_stay: stay * 60 - Math.floor(chanceAt(device.key ^ 8, minute) * 45) })
      }
      if (now === DOING.wandering) rows.tell(ms + 2 * MINUTE_MS, 'night_wander')
      if (now === DOING.up || now === DOING.sitting_up) rows.say(ms, { motion_detected: true })
    },
    (_, doing, ms, index) => {
      const motion = Math.round((MOTION[doing] ?? 0) * (0.3 + 1.4 * chanceAt(device.key, index)) * device.gain)
      rows.say(ms, { motion: device.coarse ? Math.round(motion / 2) * 2 : motion })
    },
  )
  return rows
}

export function radarRows(life: Life, device: SimDevice): DeviceRows {
  const rows = createRows()
  const { course, firstMs, startMs, person } = life
  const scale = person.habits.heightM / 1.5
  walk(
    life,
    device,
    () => {},
    (_, doing, ms, index) => {
      const height = HEIGHT[doing] ?? 0
      if (height > 0)
        rows.say(ms, {
          body_height: roundTo(height * scale * (0.85 + 0.3 * chanceAt(device.key, index)) + device.bias * 0.02, 2),
        })
    },
  )
  for (const minute of course.falls) {
    const atMs = firstMs + minute * MINUTE_MS + 11_000
    if (!silentAt(device, atMs)) rows.tell(clockOf(device, startMs, atMs), 'fall')
  }
  return rows
}

const ROUNDS = [7, 10, 15, 19]

/** Rounds of the staff at the same hours for all; weighed on Mondays; measured again what looks wrong. */
export function spotRows(life: Life, device: SimDevice): DeviceRows {
  const rows = createRows()
  const { person, minutes, firstMs, startMs, course, options } = life
  for (let day = 0; day * DAY_MINUTES < minutes.length; day++) {
    const chance = chanceOf(options.seed, 'rounds', person.id, day)
    const monday = new Date(firstMs + day * DAY_MS + ZONE_MS).getUTCDay() === 1
    for (const [i, hour] of ROUNDS.entries()) {
      const minute = day * DAY_MINUTES + hour * 60 + chance.whole(2, 56)
      const atMs = firstMs + minute * MINUTE_MS + chance.whole(0, 59_999)
      const doing = minutes[minute]
      if ((i > 0 && !chance.is(0.75)) || doing === undefined || doing === DOING.hospital || silentAt(device, atMs))
        continue
      const ms = clockOf(device, startMs, atMs)
      const { habits } = person
      const fever = feverAt(course, minute)
      const around = (mean: number, spread: number) => mean + (chance.next() + chance.next() - 1) * spread
      const temp = roundTo(clamp(around(habits.temperature + fever, 0.3) + device.bias * 0.05, 30, 43), 1)
      const systolic = Math.round(clamp(around(habits.systolic, 16) + device.bias * 2, 40, 280))
      rows.say(ms, {
        body_temp: temp,
        systolic,
        diastolic: Math.round(clamp(around(habits.diastolic, 9) + device.bias, 20, 180)),
        spo2: Math.round(clamp(around(habits.spo2 - fever, 1.5), 50, 100)),
        pulse: Math.round(clamp(around(heartAt(life, minute, doing, atMs), 4), 20, 250)),
      })
      if (systolic > 160 || temp > 37.9) {
        rows.tell(ms, 'out_of_range')
        rows.tell(ms + 120_000, 'retake')
      }
      if (monday && i === 0) rows.say(ms + 240_000, { weight: roundTo(around(habits.weightKg, 0.6), 1) })
    }
  }
  return rows
}
