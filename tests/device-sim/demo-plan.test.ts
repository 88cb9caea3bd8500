/** The demo facility as data: what the start of the whole platform relies on. */
import { expect, test } from 'vitest'
import { profiles } from '../../core/profiles/index.ts'
import { demoPlan } from '../../device-sim/demo/plan.ts'
import { isDense, oneAMinute } from '../../device-sim/demo/thin.ts'
import { isEvent } from '../../device-sim/sample.ts'
import { simulatorOf } from '../../device-sim/simulators/catalogue.ts'
import { createResident } from '../../device-sim/simulators/resident.ts'
import { scenarios } from '../../device-sim/simulators/scenario.ts'

const plan = demoPlan()
const devices = plan.flatMap(room => room.devices)

test('there are 24 rooms in two units, numbered as houses in Japan number them', () => {
  expect(plan).toHaveLength(24)
  expect(new Set(plan.map(room => room.unit)).size).toBe(2)
  expect(plan.filter(room => /[49]$/.test(room.label))).toEqual([])
  expect(new Set(plan.map(room => room.label)).size).toBe(24)
})

test('every profile is simulated somewhere and has exactly one spare', () => {
  for (const { id } of profiles) {
    expect(
      devices.some(device => device.profile === id && !device.spare),
      id,
    ).toBe(true)
    expect(
      devices.filter(device => device.profile === id && device.spare),
      id,
    ).toHaveLength(1)
  }
})

test('device names differ, and some rooms have none', () => {
  expect(new Set(devices.map(device => device.id)).size).toBe(devices.length)
  expect(plan.filter(room => room.devices.length === 0).length).toBeGreaterThan(0)
})

test('the past of a device that measures every few seconds is told once a minute, its events all', () => {
  const radar = profiles.find(({ id }) => id === 'room.radar')!
  expect(profiles.filter(isDense).map(({ id }) => id)).toEqual([
    'bed.load_cell',
    'room.radar',
    'room.silhouette',
    'excretion.odor_pad',
    'wear.location_tag',
  ])
  const resident = createResident({ seed: '3', name: '302', zone: 'Asia/Tokyo', scenario: scenarios.fall! })
  const simulate = simulatorOf(radar)({ seed: '3', device: 'r302-radar', resident })
  const from = Date.UTC(2026, 10, 22)
  const day = 86_400_000
  const whole = simulate(from, from + day)
  const thin = oneAMinute(simulate)(from, from + day)
  expect(thin.filter(isEvent)).toEqual(whole.filter(isEvent))
  expect(whole.length).toBeGreaterThan(86_400)
  expect(thin.length).toBeLessThan(6_000)
  expect(whole).toEqual(expect.arrayContaining(thin.slice(0, 50)))
})
