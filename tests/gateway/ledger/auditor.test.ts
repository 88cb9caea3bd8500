/** The ledger's checks: each closed hour is recounted once the store has it, old hours in turn, and a store that is away is asked again. */
import { afterEach, expect, test } from 'vitest'
import { AppError } from '../../../core/errors.ts'
import { HOUR_MS } from '../../../core/ledger.ts'
import type { ArrivalQuery } from '../../../core/ports.ts'
import { createAuditor } from '../../../gateway/ledger/auditor.ts'
import { createPacketBalance } from '../../../gateway/ledger/packet-balance.ts'
import { createRecount } from '../../../gateway/ledger/recount.ts'
import { until } from '../fixtures.ts'
import { quiet } from '../quiet-log.ts'
import { accepted, type Bench, cutPower, type Disks, freshDisks, HOUR, openBench } from './bench.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A store that holds so many messages of `mat1` in each hour. */
async function begin(disks: Disks, held: Map<number, number>, nowMs: number) {
  const bench: Bench = await openBench(disks, { nowMs })
  ends.push(bench.stop)
  const asked: ArrivalQuery[] = []
  const alarms: boolean[] = []
  const store = { away: false }
  const { ledger, clock } = bench
  const recount = createRecount({
    ledger,
    clock: () => clock.nowMs,
    source: {
      async countByDevice(query) {
        if (store.away) throw new AppError('store_unavailable', 'away', { retryable: true })
        asked.push(query)
        return new Map([['mat1', held.get(query.rxFromMs) ?? 0]])
      },
    },
  })
  const auditor = createAuditor({
    ledger,
    recount,
    balance: createPacketBalance(),
    storePosition: () => Number.MAX_SAFE_INTEGER,
    facilities: () => ['demo'],
    deadLetters: () => 0,
    raise: (_facility, code, active) => void (code === 'ledger_unbalanced' && alarms.push(active)),
    clock: () => clock.nowMs,
    log: quiet,
    everyMs: 10,
  })
  auditor.start()
  ends.push(auditor.stop)
  return { bench, auditor, asked, alarms, store }
}

const hourly = (hours: number) =>
  Array.from({ length: hours }, (_, i) => accepted(i, { rx: HOUR + i * HOUR_MS, t: HOUR + i * HOUR_MS }))

test('closed hours are recounted; a row that is lost later is found when its hour has its turn, and alarmed over restarts', async () => {
  const disks = freshDisks()
  const held = new Map(hourly(6).map(({ rx }) => [rx, 1]))
  const { bench, auditor, alarms } = await begin(disks, held, HOUR)
  const rows = async () => (await bench.rows()).map(row => [row.recounted, row.red.join()])
  await bench.give(...hourly(3))
  await bench.store()
  bench.clock.nowMs = HOUR + 4 * HOUR_MS
  const all = (n: number) => async () => (await rows()).filter(([recounted]) => recounted !== null).length === n
  await until('three recounted', all(3))
  held.set(HOUR, 0)
  expect(await rows()).toEqual([
    [1, ''],
    [1, ''],
    [1, ''],
  ])
  expect(auditor.redRows('demo')).toBe(0)
  for (const [i, entry] of hourly(6).slice(3).entries()) {
    await bench.give(entry)
    await bench.store()
    bench.clock.nowMs = entry.rx + 2 * HOUR_MS
    await until('recounted', all(4 + i))
  }
  await until('found', () => auditor.redRows('demo') === 1)
  expect((await rows())[0]).toEqual([0, 'recount'])
  await until('alarm', () => alarms.at(-1) === true)
  for (const end of ends.splice(0).reverse()) await end()
  const again = await begin(cutPower(disks), held, bench.clock.nowMs)
  expect(again.auditor.redRows('demo')).toBe(1)
  await until('alarm again', () => again.alarms.at(-1) === true)
})

test('a store that is away is asked again until it answers', async () => {
  const { bench, store } = await begin(freshDisks(), new Map([[HOUR, 1]]), HOUR)
  store.away = true
  await bench.give(accepted(0, { rx: HOUR, t: HOUR }))
  await bench.store()
  bench.clock.nowMs = HOUR + 2 * HOUR_MS
  await until('closed', () => bench.ledger.state.get().pending.length === 1)
  expect(await bench.rows()).toMatchObject([{ recounted: null, red: [] }])
  store.away = false
  await until('recounted', async () => (await bench.rows())[0]?.recounted === 1)
  await until('not pending', () => bench.ledger.state.get().pending.length === 0)
})

test('a backlog of weeks does not make the store read weeks of every device', async () => {
  const { bench, asked } = await begin(freshDisks(), new Map([[HOUR, 1]]), HOUR)
  const weeks = 21 * 24 * HOUR_MS
  await bench.give(
    accepted(0, { rx: HOUR, t: HOUR }),
    accepted(1, { rx: HOUR, t: HOUR - weeks, d: 'mat2' as ReturnType<typeof accepted>['d'] }),
    accepted(2, { rx: HOUR, t: HOUR, d: 'mat2' as ReturnType<typeof accepted>['d'] }),
  )
  await bench.store()
  bench.clock.nowMs = HOUR + 2 * HOUR_MS
  await until('asked', () => asked.length >= 2)
  expect(asked.slice(0, 2)).toMatchObject([
    { fromMs: HOUR, toMs: HOUR + 1 },
    { fromMs: HOUR - weeks, toMs: HOUR + 1, devices: ['mat2'] },
  ])
  expect(asked[0]?.devices).toBeUndefined()
})
