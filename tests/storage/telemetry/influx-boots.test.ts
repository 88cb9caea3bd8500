/** Boots filled forward from the few rows that carry one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BootId } from '../../../core/ids.ts'
import { storeKey } from '../../../core/readings.ts'
import { createBootLookup, UNKNOWN_BOOT } from '../../../storage/telemetry/influx-boots.ts'

const boot = (name: string) => name as BootId

describe('boot lookup', () => {
  it('gives every row the boot of the newest marker accepted up to it, for any history', () => {
    const history = fc.array(
      fc.record({
        wait: fc.nat(3),
        changes: fc.boolean(),
        deviceMs: fc.integer({ min: 946_684_800_000, max: 4_000_000_000_000 }),
      }),
      { minLength: 1 },
    )
    fc.assert(
      // The count starts anywhere, so that it wraps within the history now and then.
      fc.property(history, fc.constantFrom(0, 999_990, 1_999_999), (steps, start) => {
        let rx = 1_000
        let current = boot('first')
        const rows = steps.map(({ wait, changes, deviceMs }, i) => {
          rx += wait
          const changed = i === 0 || changes
          if (changed) current = boot(`boot-${i}`)
          return { rx, key: storeKey(deviceMs, start + i), boot: current, changed }
        })
        const markers = rows.filter(row => row.changed).sort((a, b) => (a.key < b.key ? -1 : 1))
        const bootAt = createBootLookup(markers)
        expect(rows.map(row => bootAt(row.rx, row.key))).toEqual(rows.map(row => row.boot))
      }),
    )
  })

  it('says unknown when a row is older than every marker', () => {
    const bootAt = createBootLookup([{ rx: 50, key: storeKey(1, 5), boot: boot('b') }])
    expect([bootAt(49, storeKey(1, 9)), bootAt(50, storeKey(1, 4)), bootAt(50, storeKey(1, 5))]).toEqual([
      UNKNOWN_BOOT,
      UNKNOWN_BOOT,
      'b',
    ])
    expect(createBootLookup([])(1, 1n)).toBe(UNKNOWN_BOOT)
  })
})
