/** The ledger's small pure parts: the store's tally, the balance of packets, and entries that keep on disk what the ledger counts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createByteWriter } from '../../../core/byte-writer.ts'
import type { DeviceId } from '../../../core/ids.ts'
import { HOUR_MS } from '../../../core/ledger.ts'
import type { StoredRow } from '../../../core/readings.ts'
import { createDigest } from '../../../gateway/digest.ts'
import { createEntryEncoder, rowOf } from '../../../gateway/entries.ts'
import { createPacketBalance, facilityOfPacket } from '../../../gateway/ledger/packet-balance.ts'
import { storeCounts } from '../../../gateway/ledger/rows.ts'
import { createStoreTally } from '../../../gateway/ledger/store-tally.ts'
import { createBody } from '../../../gateway/spool/body.ts'
import { parseBody } from '../../../gateway/spool/record.ts'
import { accepted, HOUR, refused } from './bench.ts'

const row = (position: number, hours = 0, device = 'mat1'): StoredRow =>
  rowOf(accepted(position, { rx: HOUR + hours * HOUR_MS + 5, d: device as DeviceId }), position)

describe('store tally', () => {
  test('counts each row once, per device-hour and since the first day, and is the same after it was saved', () => {
    const tally = createStoreTally(null)
    for (const position of [3, 4, 5]) tally.add(row(position))
    tally.dead(row(6))
    tally.add(row(7, 1, 'mat2'))
    const again = createStoreTally(JSON.parse(JSON.stringify(tally.save())))
    for (const one of [tally, again]) {
      expect(one.totals('demo')).toEqual({ stored: 4, deadLettered: 1 })
      expect(one.totals('sunny')).toEqual({ stored: 0, deadLettered: 0 })
      expect(one.hours()).toEqual([HOUR, HOUR + HOUR_MS])
      expect(one.hour(HOUR)).toMatchObject({ since: 3, rows: 4 })
      expect(one.hour(HOUR)?.of('demo', 'mat1')).toEqual({ stored: 3, deadLettered: 1 })
      expect(one.hour(HOUR)?.of('demo', 'mat2')).toBeUndefined()
      expect([...(one.hour(HOUR + HOUR_MS)?.devices() ?? [])]).toEqual([['demo', 'mat2']])
    }
    again.prune(HOUR)
    expect(again.hour(HOUR)).toBeNull()
    expect(again.totals('demo')).toEqual({ stored: 4, deadLettered: 1 })
  })

  test('takes over the totals that older gateways kept', () => {
    const tally = createStoreTally({ demo: { stored: 7, deadLettered: 2 } })
    tally.add(row(1))
    expect(tally.totals('demo')).toEqual({ stored: 8, deadLettered: 2 })
  })

  test('what an hour was taken over with is counted once, wherever the tally comes back from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.nat(20),
        fc.nat(20),
        fc.boolean(),
        (dead, settleAt, crashAt, pruned) => {
          const tally = createStoreTally(null)
          let saved: unknown = null
          const settled = Math.min(settleAt, dead.length)
          const crash = Math.min(crashAt, dead.length)
          let kept = { stored: 0, deadLettered: 0 }
          const counts = (of = tally) => {
            const hour = of.hour(HOUR)
            return storeCounts(kept, kept === taken ? settled : 0, {
              since: hour?.since ?? 0,
              counts: hour?.of('demo', 'mat1'),
            })
          }
          let taken: typeof kept | null = null
          dead.forEach((isDead, position) => {
            if (position === settled) take()
            if (position === crash) saved = JSON.parse(JSON.stringify(tally.save()))
            if (isDead) tally.dead(row(position))
            else tally.add(row(position))
          })
          if (settled === dead.length) take()
          if (crash === dead.length) saved = JSON.parse(JSON.stringify(tally.save()))
          // A crash: the tally comes back from where its cursor was, and the rows from there on come again.
          const again = createStoreTally(saved)
          dead.slice(crash).forEach((isDead, i) => {
            if (isDead) again.dead(row(crash + i))
            else again.add(row(crash + i))
          })
          const wanted = { stored: dead.filter(is => !is).length, deadLettered: dead.filter(is => is).length }
          expect(counts()).toEqual(wanted)
          expect(counts(again)).toEqual(wanted)

          function take(): void {
            kept = taken = counts()
            if (pruned) tally.prune(HOUR)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('packet balance', () => {
  test('is silent while acknowledgements follow commits, also while packets are in flight', () => {
    const balance = createPacketBalance()
    for (let i = 0; i < 5; i += 1) balance.taken('demo')
    expect(balance.differences()).toEqual([])
    balance.committed('demo', 5)
    balance.acknowledged('demo', 1)
    expect(balance.differences()).toEqual([])
    for (let i = 0; i < 4; i += 1) balance.acknowledged('demo', 1)
    expect(balance.differences()).toEqual([])
  })

  test('tells once of a packet that was acknowledged without a commit, even if a later commit hides it', () => {
    const balance = createPacketBalance()
    for (let i = 0; i < 3; i += 1) balance.taken('demo')
    balance.acknowledged('demo', 1)
    balance.committed('demo', 2)
    expect(balance.differences()).toEqual([{ facility: 'demo', difference: 1 }])
    for (let i = 0; i < 2; i += 1) balance.acknowledged('demo', 1)
    expect(balance.differences()).toEqual([])
  })

  test('tells of a packet that was committed twice', () => {
    const balance = createPacketBalance()
    balance.taken('demo')
    balance.committed('demo', 2)
    balance.acknowledged('demo', 1)
    expect(balance.differences()).toEqual([{ facility: 'demo', difference: -1 }])
    expect(balance.differences()).toEqual([])
  })

  test('memory is bounded when facilities are rubbish', () => {
    const balance = createPacketBalance()
    for (let i = 0; i < 5_000; i += 1) balance.acknowledged(`f-${i}`, 1)
    expect(balance.differences().length).toBe(1_001)
  })

  test.each([
    ['mimamori/v1/demo/mat1/telemetry', 'demo'],
    ['mimamori/v1//x', ''],
    ['mimamori/v1/demo', 'demo'],
    ['a/b', ''],
    ['', ''],
    ['//x', 'x'],
  ])('the facility of %s is that of its entries', (topic, facility) => {
    expect(facilityOfPacket({ topic, payload: Buffer.alloc(0), retained: false })).toBe(facility)
    expect(topic.split('/')[2] ?? '').toBe(facility)
  })

  test('packets of a commit are counted by facility, batches once', () => {
    const entries = [accepted(0, { ms: 2 }), accepted(1, { pk: undefined }), refused({ f: 'sunny' })]
    const digest = createDigest()
    for (const entry of entries) digest.add(entry)
    expect([...digest.packets()]).toEqual([
      ['demo', 1],
      ['sunny', 1],
    ])
  })
})

test('what the ledger counts stands in the spool as it stands in memory', () => {
  const whole = accepted(0, { ms: 3, df: 1, g: 4, rc: 1, m: ['late'], nb: 1, e: 'bed_exit' })
  for (const entry of [whole, accepted(1, { pk: undefined }), refused({ ms: 2 })]) {
    const body = createBody(createEntryEncoder(), createByteWriter())
    body.add(entry)
    expect(parseBody(body.finish())).toEqual([JSON.parse(JSON.stringify(entry))])
  }
})
