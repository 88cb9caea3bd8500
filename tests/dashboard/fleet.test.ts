/** The fleet page's lines on their own: what is worth a look, in which order, and where what is missing is missing. */
import { describe, expect, it } from 'vitest'
import type { Device } from '../../core/rest/devices.ts'
import type { LedgerDevice } from '../../core/rest/ledger.ts'
import { linesOf, missingShare, sortLines } from '../../dashboard/src/devices/lines.ts'
import { coverageText } from '../../dashboard/src/devices/reception-strip.tsx'
import { ledgerRow } from '../server/fake-gateway.ts'

const device = (id: string, more: Partial<Record<keyof Device, unknown>> = {}): Device =>
  ({
    id,
    facility: 'demo',
    profile: 'bed.sleep_mat',
    room: { id: `r${id}`, label: id.slice(-3) },
    heard: '2026-11-23T05:42:00+09:00',
    online: true,
    freshness: 'fresh',
    battery: 90,
    skew_ms: 0,
    ...more,
  }) as unknown as Device
const line = (id: string, change: Partial<ReturnType<typeof ledgerRow>> = {}, red: string[] = []): LedgerDevice =>
  ({
    device: id,
    device_type: id.startsWith('x') ? null : 'bed.sleep_mat',
    coverage: 1,
    sums: ledgerRow(id, 0, 1_000, change),
    red,
    hours: [],
  }) as unknown as LedgerDevice
const order = (devices: Device[] | null, ledger: LedgerDevice[]) =>
  sortLines(linesOf(devices, ledger, false), 'trouble', each => each.id).map(({ id }) => id)

describe('the lines of the fleet', () => {
  it('put a sum that does not add up first, then what is gone, then what has a flag, then the rest', () => {
    const devices = [
      device('a-101'),
      device('b-102', { online: false }),
      device('c-103'),
      device('d-104'),
      device('e-105', { heard: null }),
    ]
    const ledger = [line('c-103', { refused: 1 }), line('d-104', {}, ['store']), line('x-1', { refused: 3 })]
    expect(order(devices, ledger)).toEqual(['d-104', 'b-102', 'x-1', 'c-103', 'e-105', 'a-101'])
  })

  it('keep devices of which the ledger knows nothing, and names that nobody enrolled', () => {
    const lines = linesOf([device('a-101')], [line('x-1'), line('b-102')], false)
    expect(lines.map(({ id, standing, type }) => [id, standing, type])).toEqual([
      ['a-101', 'fine', 'bed.sleep_mat'],
      ['x-1', 'unknown', null],
      ['b-102', null, 'bed.sleep_mat'],
    ])
  })

  it.each([
    ['missing', { missing: 11, expected: 1_011 }],
    ['refused', { partly_refused: 1 }],
    ['conflicting', { conflicting: 1 }],
    ['dead', { dead_lettered: 1 }],
  ] as const)('flag %s', (flag, change) => {
    expect([...(linesOf([], [line('a', change)], false)[0]?.flags ?? [])]).toEqual([flag])
  })

  it('flag nothing when what was missing came after all, or is little', () => {
    expect(linesOf([], [line('a', { missing: 50, recovered: 50 })], false)[0]?.flags.size).toBe(0)
    expect(linesOf([], [line('a', { missing: 9, expected: 1_009 })], false)[0]?.flags.size).toBe(0)
  })
})

describe('what is missing', () => {
  const three = [device('a-101'), device('b-102'), device('c-103')]
  const share = (...missing: number[]) =>
    missingShare(
      linesOf(
        three,
        three.map(({ id }, i) => line(id, { missing: missing[i] ?? 0, expected: 1_000 + (missing[i] ?? 0) })),
        false,
      ),
    )
  it('is laid to the one or two rooms that most of it comes from', () => {
    expect(share(95, 5, 0)?.most).toEqual({ places: [{ name: '101', isRoom: true }], percent: 95 })
    expect(share(50, 45, 5)?.most?.places.map(({ name }) => name)).toEqual(['101', '102'])
  })
  it('is laid to a device that stands in no room by its own name', () => {
    const lines = linesOf([device('a-101', { room: null })], [line('a-101', { missing: 50, expected: 1_050 })], false)
    expect(missingShare(lines)?.most?.places).toEqual([{ name: 'a-101', isRoom: false }])
  })
  it('is laid to none when it is spread, or little', () => {
    expect(share(40, 40, 40)?.most).toBeNull()
    expect(share(9, 0, 0)?.most).toBeNull()
    expect(missingShare([])).toBeNull()
  })
})

it('never rounds a loss away', () => {
  expect(coverageText(0.9999, 'en')).toBe('99.9%')
  expect(coverageText(0.946, 'ja')).toBe('94.6%')
  expect(coverageText(1, 'ko')).toBe('100.0%')
  expect(coverageText(null, 'ko')).toBe('—')
})
