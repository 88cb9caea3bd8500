/** What holds when a stretch of time is removed. */
import { describe, expect, it } from 'vitest'
import type { FacilityId } from '../../../core/ids.ts'
import type { RemovalQuery } from '../../../core/ports.ts'
import { keyTimeMs, type StoredRow, storeKey } from '../../../core/readings.ts'
import type { Fixture } from '../telemetry.ts'
import { EVERYTHING, expectStored } from './checks.ts'
import { eventRow, telemetryRow, writeAll } from './rows.ts'
import { deviceName, FACILITY, makeStream, positionAfter, START_MS } from './stream.ts'

const OTHER = 'elsewhere' as FacilityId

/** What a removal leaves. */
const without = (rows: readonly StoredRow[], { facility, devices, fromMs, toMs }: RemovalQuery): StoredRow[] =>
  rows.filter(row => {
    const at = keyTimeMs(row.key)
    const isMeant = row.facility === facility && (devices?.includes(row.device) ?? true)
    return !(isMeant && at >= fromMs && at < toMs)
  })

/** Rows without some of them, as if these had never been: a boot then begins at the next one. */
function dropped(rows: readonly StoredRow[], isDropped: (row: StoredRow) => boolean): StoredRow[] {
  const begun = new Set<string>()
  return rows.flatMap(row => {
    if (row.bootChanged) begun.add(row.device)
    if (isDropped(row)) return []
    return [{ ...row, bootChanged: begun.delete(row.device) }]
  })
}

export function removingContract(at: Fixture): void {
  describe('removing', () => {
    it('takes all of a stretch of time, telemetry and events, and leaves everything else as it was', async () => {
      const rows = makeStream({ seed: 60, messages: 3_000 })
      const cutMs = keyTimeMs((rows[2_000] as StoredRow).key)
      await writeAll(at.telemetry.sink, rows, 700)
      const query = { facility: FACILITY, fromMs: 0, toMs: cutMs }
      await at.telemetry.sink.remove(query)
      const left = without(rows, query)
      expect(left.length).toBeGreaterThan(500)
      expect(left.length).toBeLessThan(1_500)
      await expectStored(at.telemetry.source, left)
      // Also for who opens it anew.
      await at.telemetry.stop()
      await expectStored(at.open().source, left)
    })

    it('takes only the devices that are named, and nothing of another facility', async () => {
      const rows = makeStream({ seed: 61, messages: 800 })
      const others = makeStream({ seed: 62, messages: 400, facility: OTHER }).map(row => ({
        ...row,
        position: row.position + 10_000,
      }))
      await writeAll(at.telemetry.sink, [...rows, ...others], 600)
      const query = { ...EVERYTHING, devices: [deviceName(1), deviceName(4), 'nobody'] }
      await at.telemetry.sink.remove(query)
      await expectStored(at.telemetry.source, without(rows, query))
      await expectStored(at.telemetry.source, others, { ...EVERYTHING, facility: OTHER })
      await at.telemetry.sink.remove({ ...EVERYTHING, devices: [] })
      await expectStored(at.telemetry.source, without(rows, query))
    })

    it('takes the first instant of the stretch and leaves the last, to the nanosecond', async () => {
      const base = { rx: START_MS + 5_000 }
      const [from, to] = [START_MS + 1_000, START_MS + 2_000]
      const keys = [storeKey(from - 1, 999_999), storeKey(from, 0), storeKey(to - 1, 999_999), storeKey(to, 0)]
      const rows = keys.flatMap((key, i) => [
        telemetryRow({ heart_rate: i }, { ...base, key, seq: 2 * i, position: 2 * i + 1 }),
        eventRow({ ...base, key, seq: 2 * i + 1, position: 2 * i + 2, device: deviceName(3) }),
      ])
      await at.telemetry.sink.write(rows, positionAfter(rows))
      const query = { facility: FACILITY, fromMs: from, toMs: to }
      await at.telemetry.sink.remove(query)
      const left = without(rows, query)
      expect(left).toHaveLength(4)
      await expectStored(at.telemetry.source, left)
    })

    it('may be repeated, in parts that overlap; the boots of what stays are told as before', async () => {
      // One boot each, at the very beginning: its row goes with the first removal.
      const rows = makeStream({ seed: 63, messages: 1_500, devices: 2 }).map(row => ({
        ...row,
        boot: `only-${row.device}` as StoredRow['boot'],
      }))
      const seen = new Set<string>()
      for (const row of rows) {
        row.bootChanged = !seen.has(row.device)
        seen.add(row.device)
      }
      await writeAll(at.telemetry.sink, rows, 500)
      const cuts = [400, 800, 800, 1_100].map(n => keyTimeMs((rows[n] as StoredRow).key))
      for (const toMs of cuts) await at.telemetry.sink.remove({ facility: FACILITY, fromMs: 0, toMs })
      const left = without(rows, { facility: FACILITY, fromMs: 0, toMs: Math.max(...cuts) })
      expect(left.length).toBeGreaterThan(200)
      await expectStored(at.telemetry.source, left)
    })

    it('does not stand in the way of writes that come meanwhile', async () => {
      const rows = makeStream({ seed: 64, messages: 4_000 })
      const cutMs = keyTimeMs((rows[2_000] as StoredRow).key)
      const [first, second] = [rows.slice(0, 2_600), rows.slice(2_600)]
      await writeAll(at.telemetry.sink, first, 1_000)
      // What comes meanwhile may be late: it is kept out of the stretch, where it may stay or go.
      const fresh = dropped(second, row => keyTimeMs(row.key) < cutMs)
      const query = { facility: FACILITY, fromMs: 0, toMs: cutMs }
      await Promise.all([at.telemetry.sink.remove(query), writeAll(at.telemetry.sink, fresh, 100)])
      await expectStored(at.telemetry.source, [...without(first, query), ...fresh])
    })

    it('takes nothing when it was given up before it began, and says why', async () => {
      const rows = makeStream({ seed: 65, messages: 200 })
      await writeAll(at.telemetry.sink, rows, 200)
      const reason = new Error('given up')
      await expect(at.telemetry.sink.remove(EVERYTHING, AbortSignal.abort(reason))).rejects.toBe(reason)
      await expectStored(at.telemetry.source, rows)
    })
  })
}
