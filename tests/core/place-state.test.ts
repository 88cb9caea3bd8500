/** Freshness and room states: the board's truth, as pure functions. */
import { expect, test } from 'vitest'
import { freshnessOf } from '../../core/freshness.ts'
import { type DeviceNow, placeState } from '../../core/place-state.ts'
import { bedSleepMat } from '../../core/profiles/bed-sleep-mat.ts'
import { roomDoorMotion } from '../../core/profiles/room-door-motion.ts'
import { transferLiftRobot } from '../../core/profiles/transfer-lift-robot.ts'

const now = 1_800_000_000_000
const min = 60_000
const value = (v: number | string, ageMs: number, changedAgeMs = ageMs) => ({
  value: v,
  measuredMs: now - ageMs,
  changedMs: now - changedAgeMs,
})
const mat = (newest: DeviceNow['newest'], more: Partial<DeviceNow> = {}): DeviceNow => ({
  id: 'mat',
  profile: bedSleepMat,
  newest,
  stateEvent: null,
  online: true,
  heardMs: now,
  ...more,
})

test.each([
  [null, min, 'never'],
  [0, null, 'on_demand'],
  [2 * min, min, 'fresh'],
  [2 * min + 1, min, 'ageing'],
  [5 * min + 1, min, 'stale'],
  [10 * min + 1, min, 'lost'],
  [5_000, 1_000, 'fresh'],
  [29_000, 1_000, 'ageing'],
  [170_000, 1_000, 'stale'],
  [181_000, 1_000, 'lost'],
])('a value %s ms old with a period of %s ms is %s', (age, period, expected) => {
  expect(freshnessOf(age === null ? null : now - age, period, now)).toBe(expected)
})

test('the bed state is the room state while the mat is alive', () => {
  const devices = [mat({ bed_state: value('asleep', 3 * 3600_000), activity: value(2, 30_000) })]
  expect(placeState(devices, now)).toEqual({ state: 'asleep', sinceMs: now - 3 * 3600_000, freshness: 'fresh' })
})

test('off the bed there is no heart rate, and the mat is still alive', () => {
  const devices = [
    mat({ bed_state: value('out_of_bed', 12 * min), heart_rate: value(70, 13 * min), activity: value(0, 10_000) }),
  ]
  expect(placeState(devices, now)).toMatchObject({ state: 'out_of_bed', freshness: 'fresh' })
})

test('stale when the mat stops, dated by its last value', () => {
  const devices = [mat({ bed_state: value('asleep', 60 * min), activity: value(2, 6 * min) })]
  expect(placeState(devices, now)).toEqual({ state: 'stale', sinceMs: now - 6 * min, freshness: 'stale' })
})

test('offline when the mat said so or its will did', () => {
  expect(placeState([mat({ activity: value(2, min) }, { online: false })], now).state).toBe('offline')
})

test('the most recent change wins between two sensors', () => {
  const motion: DeviceNow = {
    id: 'motion',
    profile: roomDoorMotion,
    newest: { motion: value(3, 20_000) },
    stateEvent: { state: 'toilet', atMs: now - 2 * min },
    online: true,
    heardMs: now,
  }
  const out = mat({ bed_state: value('out_of_bed', 10_000, 4 * min), activity: value(0, 10_000) })
  expect(placeState([out, motion], now).state).toBe('toilet')
  const back = mat({ bed_state: value('awake', 10_000, min), activity: value(0, 10_000) })
  expect(placeState([back, motion], now).state).toBe('awake')
})

test('not installed when nothing that watches was ever heard; a robot does not watch', () => {
  expect(placeState([], now).state).toBe('not_installed')
  expect(placeState([mat({}, { heardMs: null })], now).state).toBe('not_installed')
  const robot: DeviceNow = { ...mat({ load: value(50, 10_000) }), profile: transferLiftRobot }
  expect(placeState([robot], now).state).toBe('not_installed')
})

test('unclear when a device was heard and nothing present is known', () => {
  expect(placeState([mat({})], now).state).toBe('unclear')
})
