/** The message ledger: what is counted, that it is exact after any kill, and which equations turn red. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { DeviceId } from '../../../core/ids.ts'
import { HOUR_MS, ledgerRowSchema } from '../../../core/ledger.ts'
import type { Entry } from '../../../gateway/entries.ts'
import type { SpoolFiles } from '../../../gateway/spool/files.ts'
import { accepted, type Bench, cutPower, type Disks, freshDisks, HOUR, openBench, refused } from './bench.ts'

const open: Bench[] = []
async function begin(disks: Disks, options: Parameters<typeof openBench>[1] = {}): Promise<Bench> {
  const bench = await openBench(disks, options)
  open.push(bench)
  return bench
}
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.stop()
})

describe('counting', () => {
  test('each fate, mark and gap has its column, and the sums agree', async () => {
    const bench = await begin(freshDisks())
    await bench.give(
      accepted(0),
      accepted(5, { g: 4, m: ['late', 'partly_refused'] }),
      { ...refused({ reason: 'out_of_range' }), k: 'part', pk: undefined },
      accepted(2, { rc: 1, m: ['clock_suspect'], df: 1 }),
      { k: 'd', f: accepted(0).f, d: accepted(0).d, b: accepted(0).b, s: 0, h: 0, rx: HOUR, pk: 1 },
      { k: 'c', f: accepted(0).f, d: accepted(0).d, b: accepted(0).b, s: 0, h: 1, rx: HOUR, raw: '{}', pk: 1 },
      refused(),
      refused({ h: 7, s: 9 }),
    )
    await bench.store({ dead: [2] })
    await bench.settle()
    const [row, ...others] = await bench.rows()
    expect(others).toEqual([])
    expect(ledgerRowSchema.parse(row)).toEqual({
      ...{
        device: 'mat1',
        hour: HOUR,
        packets: 7,
        committed: 7,
        accepted: 3,
        duplicate: 1,
        conflicting: 1,
        refused: 2,
      },
      ...{
        received: 4,
        missing: 4,
        recovered: 1,
        expected: 7,
        late: 1,
        clock_suspect: 1,
        partly_refused: 1,
        deferred: 1,
      },
      ...{ stored: 2, spooled: 0, dead_lettered: 1, removed: 0, recounted: null, recounted_at: null, red: [] },
    })
  })

  test('a batch is one packet of many messages', async () => {
    const bench = await begin(freshDisks())
    await bench.give(accepted(0, { ms: 3 }), accepted(1, { pk: undefined }), accepted(2, { pk: undefined }))
    await bench.store()
    await bench.settle()
    expect(await bench.rows()).toMatchObject([{ packets: 1, committed: 3, accepted: 3, red: [] }])
  })

  test('rubbish in names does not grow the ledger, and no message is left out', async () => {
    const bench = await begin(freshDisks())
    const names = Array.from({ length: 1_000 }, (_, i) => `ghost-${i}`)
    await bench.give(...names.map(d => refused({ d })), ...['', 'UPPER', 'x'.repeat(500)].map(d => refused({ d })))
    await bench.give(...names.map((_, i) => refused({ f: `Not A Facility ${i}` })))
    await bench.give(...names.map((d, i) => accepted(i, { d: `${d}-known` as DeviceId })))
    await bench.settle()
    const rows = await bench.rows()
    expect(rows.length).toBe(200 + 1 + 1_000)
    expect(rows.reduce((sum, row) => sum + row.refused, 0)).toBe(1_003)
    expect(rows.find(row => row.device === '')).toMatchObject({ refused: 803, red: [] })
    expect(rows.filter(row => row.accepted === 1).length).toBe(1_000)
    expect((await bench.rows('')).map(row => row.refused)).toEqual([1_000])
  })
})

describe('what turns red', () => {
  test('fates, when a message of a batch is lost after it was parsed', async () => {
    const bench = await begin(freshDisks())
    await bench.give(accepted(0, { ms: 3 }), accepted(2, { pk: undefined }))
    await bench.settle()
    expect(await bench.rows()).toMatchObject([{ committed: 3, accepted: 2, red: ['fates'] }])
  })

  test('store, when the store writer has passed a message without storing it', async () => {
    const bench = await begin(freshDisks())
    await bench.give(accepted(0), accepted(1), accepted(2))
    await bench.settle()
    expect(await bench.rows()).toMatchObject([{ stored: 0, spooled: 3, red: [] }])
    await bench.store({ swallowed: [1] })
    expect(await bench.rows()).toMatchObject([{ stored: 2, red: ['store'] }])
    bench.clock.nowMs += 2 * HOUR_MS
    await bench.settle()
    expect(await bench.rows()).toMatchObject([{ stored: 2, spooled: 1, red: ['store'] }])
  })
})

describe('hours', () => {
  test('one that closes before the store has it keeps its rows, and gets what is stored later', async () => {
    const disks = freshDisks()
    const bench = await begin(disks)
    await bench.give(accepted(0), accepted(1))
    await bench.give(accepted(2, { rx: HOUR + HOUR_MS }))
    await bench.settle()
    expect(disks.ledger.names()).toContain('2026-11-20T05.ledger')
    expect(await bench.rows()).toMatchObject([
      { hour: HOUR, accepted: 2, stored: 0, spooled: 2, red: [] },
      { hour: HOUR + HOUR_MS, accepted: 1, spooled: 1, red: [] },
    ])
    await bench.store({ dead: [1] })
    await bench.settle()
    const settled = [
      { hour: HOUR, accepted: 2, stored: 1, dead_lettered: 1, spooled: 0, red: [] },
      { hour: HOUR + HOUR_MS, accepted: 1, stored: 1, spooled: 0, red: [] },
    ]
    expect(await bench.rows()).toMatchObject(settled)
    await bench.stop()
    const again = await begin(cutPower(disks))
    expect(await again.rows()).toMatchObject(settled)
  })

  test('a message that comes into a closed hour is counted there', async () => {
    const disks = freshDisks()
    const bench = await begin(disks)
    await bench.give(accepted(0), accepted(1, { rx: HOUR + 2 * HOUR_MS }))
    await bench.store()
    await bench.settle()
    await bench.give(accepted(2), accepted(3, { rx: HOUR + 2 * HOUR_MS }))
    await bench.settle()
    await bench.store()
    await bench.settle()
    const rows = [
      { hour: HOUR, accepted: 2, stored: 2, red: [] },
      { hour: HOUR + 2 * HOUR_MS, accepted: 2, stored: 2, red: [] },
    ]
    expect(await bench.rows()).toMatchObject(rows)
    await bench.stop()
    expect(await (await begin(cutPower(disks))).rows()).toMatchObject(rows)
  })

  test('a damaged hour is told and counted as empty; the others stand', async () => {
    const disks = freshDisks()
    const bench = await begin(disks)
    await bench.give(accepted(0), accepted(1, { rx: HOUR + HOUR_MS }), accepted(2, { rx: HOUR + 2 * HOUR_MS }))
    await bench.store()
    await bench.settle()
    disks.ledger.damage('2026-11-20T05.ledger', data => Buffer.from(data.toString().replace('mat1', 'mat2')))
    expect((await bench.rows()).map(row => row.hour)).toEqual([HOUR + HOUR_MS, HOUR + 2 * HOUR_MS])
  })
})

/** Takes pictures of both disks, as a power cut would leave them, before and after operations that change a disk. */
function photographer(disks: Disks, chance: () => boolean) {
  const pictures: Disks[] = []
  const camera = { armed: false, pictures, watch }
  return camera

  async function shot<T>(operation: () => Promise<T>): Promise<T> {
    if (camera.armed && chance()) pictures.push(cutPower(disks))
    return operation()
  }
  function watch(files: SpoolFiles): SpoolFiles {
    return {
      list: files.list,
      remove: name => shot(() => files.remove(name)),
      rename: (from, to) => shot(() => files.rename(from, to)),
      syncFolder: () => shot(files.syncFolder),
      async open(name, options) {
        const file = await shot(() => files.open(name, options))
        return { ...file, sync: () => shot(file.sync), close: () => shot(file.close) }
      },
    }
  }
}

interface Step {
  entry: 'a' | 'd' | 'r' | 'part'
  device: number
  /** Hours that the clock moves on (or back). */
  hours: number
}
const stepArb: fc.Arbitrary<Step> = fc.record({
  entry: fc.constantFrom('a', 'a', 'a', 'd', 'r', 'part'),
  device: fc.integer({ min: 0, max: 2 }),
  hours: fc.constantFrom(0, 0, 0, 0, 0, 1, 1, -1, 3),
})

function entriesOf(steps: readonly Step[]): Entry[] {
  let rx = HOUR
  return steps.map((step, i): Entry => {
    rx += step.hours * HOUR_MS + 1
    const d = `mat${step.device}` as DeviceId
    const whole = accepted(i, { d, rx, t: rx, g: i % 5, m: i % 3 === 0 ? ['late'] : undefined })
    if (step.entry === 'a') return whole
    if (step.entry === 'd') return { k: 'd', f: whole.f, d, b: whole.b, s: i, h: i, rx, pk: 1 }
    return refused({ k: step.entry, d, rx, ...(step.entry === 'part' ? { pk: undefined } : { h: i, s: i }) })
  })
}

const isDead = (entry: Entry): boolean => entry.s !== undefined && entry.s % 7 === 3

/** What the rows must say, by plain counting. */
function countPlainly(entries: readonly Entry[]) {
  const rows = new Map<string, Record<string, number>>()
  for (const entry of entries) {
    const hour = entry.rx - (entry.rx % HOUR_MS)
    const row = rows.get(`${hour}/${entry.d}`) ?? {
      ...{
        accepted: 0,
        duplicate: 0,
        refused: 0,
        received: 0,
        missing: 0,
        late: 0,
        stored: 0,
        dead_lettered: 0,
        packets: 0,
      },
    }
    rows.set(`${hour}/${entry.d}`, row)
    const add = (column: string, n = 1) => Object.assign(row, { [column]: (row[column] ?? 0) + n })
    if (entry.pk) add('packets')
    if (entry.k === 'd') add('duplicate')
    if (entry.k === 'r') add('refused')
    if (entry.k === 'r' || entry.k === 'a') add('received')
    if (entry.k !== 'a') continue
    add('accepted')
    add('missing', entry.g)
    if (entry.m) add('late')
    add(isDead(entry) ? 'dead_lettered' : 'stored')
  }
  return rows
}

test('counts are exact and every equation holds, whatever comes and whenever the power is cut', async () => {
  let cuts = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(stepArb, { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(99), { minLength: 40, maxLength: 40 }),
      async (steps, dice) => {
        const entries = entriesOf(steps)
        const dead = entries.filter(isDead).map(entry => entry.s as number)
        let thrown = 0
        const chance = (percent: number) => (dice[thrown++ % dice.length] as number) < percent
        let disks = freshDisks()
        for (let given = 0; given < entries.length; given += 12) {
          const camera = photographer(disks, () => chance(10))
          const [spoolFiles, ledgerFiles] = [camera.watch(disks.spool.files), camera.watch(disks.ledger.files)]
          const bench = await openBench(disks, { spoolFiles, ledgerFiles, nowMs: HOUR - HOUR_MS })
          for (let i = given; i < Math.min(given + 12, entries.length); i += 4) {
            await bench.give(...entries.slice(i, Math.min(i + 4, given + 12)))
            if (chance(30)) await bench.store({ dead, atMost: 2 })
            if (chance(30)) await bench.settle()
          }
          // What was given stands: from here on a cut loses only what consumers did.
          camera.armed = true
          if (chance(50)) bench.clock.nowMs = HOUR + 100 * HOUR_MS
          if (chance(70)) await bench.settle()
          if (chance(70)) await bench.store({ dead })
          if (chance(70)) await bench.settle()
          await bench.stop()
          camera.armed = false
          const picture = camera.pictures.at((dice[thrown++ % dice.length] as number) % (camera.pictures.length || 1))
          cuts += picture ? 1 : 0
          disks = picture ?? disks
        }
        const bench = await openBench(disks)
        bench.clock.nowMs = HOUR + 1_000 * HOUR_MS
        await bench.store({ dead })
        await bench.settle()
        const wanted = countPlainly(entries)
        const rows = await bench.rows()
        await bench.stop()
        expect(rows.map(row => `${row.hour}/${row.device}`).sort()).toEqual([...wanted.keys()].sort())
        for (const row of rows) {
          expect(row).toMatchObject({ ...wanted.get(`${row.hour}/${row.device}`), spooled: 0, red: [] })
          expect(row.committed).toBe(row.accepted + row.duplicate + row.conflicting + row.refused)
          expect(row.expected).toBe(row.received + row.missing - row.recovered)
        }
      },
    ),
    { numRuns: 200 },
  )
  expect(cuts).toBeGreaterThan(100)
}, 120_000)
