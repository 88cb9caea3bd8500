// What a room shows and what a frame costs: values of any device in the room, ages, flags, four kilobytes for a hundred rooms.
import { describe, expect, it } from 'vitest'
import { FLAG_BATTERY_LOW, FLAG_CLOCK_SUSPECT, freshnessFromFlags } from '../../core/live.ts'
import type { LiveDevice, LivePlace } from '../../core/platform-messages.ts'
import type { DeviceProfile } from '../../core/profile.ts'
import { profileById } from '../../core/profiles/index.ts'
import type { FacilityFeed } from '../../server/live/feed.ts'
import type { Layout, LayoutRoom } from '../../server/live/layout.ts'
import { roomColumns, roomNow } from '../../server/live/room-now.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const profile = (id: string) => profileById(id) as DeviceProfile
const mat = profile('bed.sleep_mat')
const vitals = profile('vital.spot_set')

const room = (id: string, devices: [string, DeviceProfile][]): LayoutRoom => ({
  absent: false,
  record: { id, facility: 'sunny' as never, label: id, unit: 'East', unitId: 'east', ordinal: 0, closedMs: null },
  devices: devices.map(([device, of]) => ({
    record: {
      facility: 'sunny' as never,
      id: device as never,
      profile: of.id,
      maker: 'mats',
      activeFromMs: 0,
      createdMs: 0,
    },
    profile: of,
  })),
})
const layoutOf = (rooms: LayoutRoom[], names: string[]): Layout => ({
  facility: { id: 'sunny' as never, name: 'Sunny', zone: 'Asia/Tokyo', benchOf: null },
  version: 4_000_000_000,
  rooms,
  roomOfDevice: new Map(),
  metrics: names.map(name => ({ name, unit: null, digits: name === 'body_temp' ? 1 : 0, label: mat.label })),
  registryVersion: 1,
  changesMs: Number.POSITIVE_INFINITY,
})
const device = (id: string, newest: LiveDevice['newest'], more: Partial<LiveDevice> = {}): LiveDevice => ({
  id: id as never,
  freshness: 'fresh',
  online: true,
  heard: NOW,
  fw: null,
  battery: 90,
  rssi: null,
  skew_ms: null,
  newest,
  ...more,
})
const feedOf = (devices: LiveDevice[], places: LivePlace[]): FacilityFeed => ({
  devices: new Map(devices.map(d => [d.id, d])),
  places: new Map(places.map(p => [p.id, p])),
  receivedMs: NOW,
  gatewayMs: NOW,
  gateway: null,
})
const value = (v: number, ageMs: number) => ({ v, at: NOW - ageMs, since: NOW - ageMs })
const asleep = (id: string): LivePlace => ({
  id: id as never,
  state: 'asleep',
  since: NOW - 600_000,
  freshness: 'fresh',
})

describe('a room', () => {
  const bed = room('r1', [
    ['mat', mat],
    ['vitals', vitals],
  ])
  const layout = layoutOf([bed], ['heart_rate', 'resp_rate', 'body_temp'])

  it('shows the newest value of a name, whichever device measured it, with that device’s own expectation', () => {
    const feed = feedOf(
      [
        device('mat', { heart_rate: value(61, 400_000) }),
        device('vitals', { heart_rate: value(80, 30_000), body_temp: value(36.66, 3_600_000) }),
      ],
      [asleep('r1')],
    )
    const now = roomNow(bed, layout, feed, NOW, 500)
    expect(now.values.map(v => v?.value ?? null)).toEqual([vitals.metrics['heart_rate' as never] ? 80 : 61, null, 36.7])
    expect(now.values[2]).toMatchObject({ freshness: 'on_demand', device: 'vitals' })
  })

  it('judges age by the device’s own clock, corrected by its skew', () => {
    const feed = feedOf([device('mat', { heart_rate: value(61, -3_600_000) }, { skew_ms: 3_600_000 })], [asleep('r1')])
    const now = roomNow(bed, layout, feed, NOW, 500)
    expect(now.values[0]).toMatchObject({ measuredMs: NOW, freshness: 'fresh' })
    const flags = roomColumns(0, now)[2]
    expect([flags & FLAG_CLOCK_SUSPECT, flags & FLAG_BATTERY_LOW, freshnessFromFlags(flags)]).toEqual([
      FLAG_CLOCK_SUSPECT,
      0,
      'fresh',
    ])
  })

  it.each([
    [9_000, 'fresh'],
    [11_000, 'stale'],
    [181_000, 'lost'],
    [null, 'lost'],
  ])('is %s ms after the gateway’s last word %s', (ageMs, freshness) => {
    const feed = feedOf([device('mat', { heart_rate: value(61, 0) })], [asleep('r1')])
    expect(roomNow(bed, layout, feed, NOW, ageMs).freshness).toBe(freshness)
  })

  it('without any device ever heard is not installed, and never stale', () => {
    expect(roomNow(bed, layout, feedOf([], []), NOW, null)).toMatchObject({
      state: 'not_installed',
      freshness: 'never',
    })
  })
})

it('takes at most 4 kB for a hundred rooms, each with a sleep mat', () => {
  const rooms = Array.from({ length: 100 }, (_, i) => room(`room${i}`, [[`mat${i}`, mat]]))
  const layout = layoutOf(rooms, ['heart_rate', 'resp_rate', 'activity'])
  const feed = feedOf(
    rooms.map((_, i) =>
      device(`mat${i}`, {
        heart_rate: value(60 + i, 30_000),
        resp_rate: value(14, 30_000),
        activity: value(120, 30_000),
      }),
    ),
    rooms.map(({ record }) => asleep(record.id)),
  )
  const columns = rooms.map((r, i) => roomColumns(i, roomNow(r, layout, feed, NOW, 500)))
  const frame = JSON.stringify([1_795_413_600, NOW, 0, layout.version, 500, columns])
  expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(4096)
})
