/** The demo facility as data: what the start of the whole platform relies on. */
import { expect, test } from 'vitest'
import { profiles } from '../../core/profiles/index.ts'
import { demoPlan } from '../../device-sim/demo/plan.ts'

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
