/** Device times and facility wall clocks, checked against the runtime's own calendar. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatInZone, fromWallClock, isZone, parseDeviceTime, parseRfc3339, wallClock } from '../../core/time.ts'

const instant = fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2099, 0) })

test('what was formatted in a zone parses to the same instant', () => {
  fc.assert(
    fc.property(
      instant,
      fc.constantFrom('Asia/Tokyo', 'Asia/Seoul', 'UTC', 'Europe/London', 'America/New_York', 'Asia/Kolkata'),
      (ms, zone) => {
        expect(parseRfc3339(formatInZone(ms, zone))).toBe(ms)
      },
    ),
  )
})

test('a wall clock leads back to its instant, daylight saving included, unless the hour is repeated', () => {
  fc.assert(
    fc.property(instant, fc.constantFrom('Asia/Tokyo', 'Europe/London', 'America/New_York'), (ms, zone) => {
      const whole = Math.floor(ms / 1000) * 1000
      const back = fromWallClock(wallClock(whole, zone), zone)
      expect([0, 3_600_000]).toContain(Math.abs(back - whole))
      expect(wallClock(back, zone)).toEqual(wallClock(whole, zone))
    }),
  )
})

test.each([
  ['2026-11-23T06:28:00.123Z', Date.UTC(2026, 10, 23, 6, 28, 0, 123)],
  ['2026-11-23T15:28:00+09:00', Date.UTC(2026, 10, 23, 6, 28)],
  ['2026-11-23T15:28:00.1239999+09:00', Date.UTC(2026, 10, 23, 6, 28, 0, 123)],
  [1_795_415_280_123, 1_795_415_280_123],
])('%s is read', (ts, ms) => {
  expect(parseDeviceTime(ts)).toBe(ms)
})

test.each([
  '2026-11-23T06:28:00',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-11-23T24:00:00Z',
  '2026-11-23T06:60:00Z',
  '2026-11-23T06:28:60Z',
  '2026-11-23 06:28:00Z',
  '2026-11-23T06:28:00+15:00',
  '2026-11-23T06:28:00+01:60',
  // Not a time of 1999.
  '0099-12-31T23:00:00-12:00',
  '1970-01-01T00:00:00Z',
  'now',
  1.5,
  1_700_000_000,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('null when ts is %s', ts => {
  expect(parseDeviceTime(ts)).toBeNull()
})

test('only zones that exist are zones', () => {
  expect(isZone('Asia/Tokyo')).toBe(true)
  expect(isZone('Asia/Nowhere')).toBe(false)
})
