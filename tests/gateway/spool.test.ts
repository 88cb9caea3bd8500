/** The spool: what it acknowledged survives power cuts, torn ends, a full disk and damage; a failed sync ends it. */
import { afterEach, expect, test, vi } from 'vitest'
import type { Digest } from '../../gateway/spool/commit.ts'
import { failStop } from '../../gateway/spool/fail-stop.ts'
import { createSpool, type Spool, type SpoolOptions } from '../../gateway/spool/spool.ts'
import { createPowerCutDisk, type PowerCutDisk } from './power-cut-files.ts'
import { quiet } from './quiet-log.ts'

/** A digest that is all numbers of its commit. */
interface Numbers extends Digest<number> {
  all: number[]
}
const newDigest = (): Numbers => {
  const all: number[] = []
  return { all, add: entry => void all.push(entry) }
}

/** Numbers as entries; the state is all of them, so that recovery can be compared. */
interface Bench {
  spool: Spool<number, Numbers>
  state: number[]
  acknowledged: number[]
  fatal: Error[]
}
const open: Bench[] = []
afterEach(async () => {
  for (const { spool } of open.splice(0)) await spool.stop()
})

async function start(
  disk: PowerCutDisk,
  options: Partial<SpoolOptions<number, Numbers>> = {},
  minPosition = 0,
): Promise<Bench> {
  const state: number[] = []
  const fatal: Error[] = []
  const spool = createSpool<number, Numbers>({
    newDigest,
    files: disk.files,
    state: {
      snapshot: () => [Buffer.from(JSON.stringify(state))],
      restore: bytes => void state.splice(0, state.length, ...(JSON.parse(Buffer.from(bytes).toString()) as number[])),
      apply: entry => void state.push(entry),
    },
    consumers: ['store'],
    maxBytes: 1e9,
    segmentBytes: 400,
    commitMs: 0,
    log: quiet,
    fatal: error => void fatal.push(error),
    ...options,
  })
  await spool.start(minPosition)
  const bench = { spool, state, acknowledged: [], fatal }
  open.push(bench)
  return bench
}

function give(bench: Bench, ...entries: number[]): Promise<void> {
  bench.state.push(...entries)
  return new Promise(resolve => {
    bench.spool.append(entries, entries.length, () => {
      bench.acknowledged.push(...entries)
      resolve()
    })
  })
}

async function readAll(spool: Spool<number, Numbers>): Promise<number[]> {
  const all: number[] = []
  for (;;) {
    const commit = await spool.consumer('store').next()
    if (!commit) return all
    all.push(...commit.entries())
  }
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test('entries come back in order, over segments, when the power is cut after their acknowledgement', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk)
  for (const n of upTo(100)) await give(bench, n)
  const after = disk.cut()
  expect(after.names().filter(name => name.endsWith('.seg')).length).toBeGreaterThan(3)
  const again = await start(after)
  expect(again.state).toEqual(upTo(100))
  expect(await readAll(again.spool)).toEqual(upTo(100))
})

test('a snapshot with an empty part is read back', async () => {
  const disk = createPowerCutDisk()
  let restored: Uint8Array | null = null
  const state = {
    // Without memory of its own, as an array is whose buffer was looked at.
    snapshot: () => [Buffer.from('one'), new Uint8Array(new ArrayBuffer(0)), Buffer.from('two')],
    restore: (bytes: Uint8Array) => {
      restored = bytes
    },
    apply: () => undefined,
  }
  await give(await start(disk, { state }), 1)
  await start(disk.cut(), { state })
  expect(Buffer.from(restored ?? []).toString()).toBe('onetwo')
})

test('nothing acknowledged is lost and nothing comes twice when the power is cut at any moment', async () => {
  let random = 7
  const next = (): number => {
    random = (random * 1103515245 + 12345) % 2147483648
    return random / 2147483648
  }
  let disk = createPowerCutDisk()
  let known = 0
  let count = 0
  for (let round = 0; round < 120; round += 1) {
    const bench = await start(disk)
    expect(bench.state.length).toBeGreaterThanOrEqual(known)
    expect(bench.state).toEqual(upTo(bench.state.length))
    expect(await readAll(bench.spool)).toEqual(upTo(bench.state.length))
    count = bench.state.length
    const work: Promise<void>[] = []
    for (let i = 0; i < 12; i += 1) {
      work.push(give(bench, count))
      count += 1
      for (let turns = next() * 12; turns > 1; turns -= 1) await Promise.resolve()
    }
    if (next() < 0.5) await Promise.race([...work, new Promise(resolve => setImmediate(resolve))])
    const acknowledged = bench.acknowledged.length
    disk = disk.cut(next)
    known = Math.max(known, ...bench.acknowledged.slice(0, acknowledged).map(n => n + 1))
  }
  expect(known).toBeGreaterThan(100)
})

test('acknowledged entries are lost when syncing is switched off, so that this disk proves something', async () => {
  const disk = createPowerCutDisk()
  disk.syncing = false
  const bench = await start(disk)
  await give(bench, 1)
  expect((await start(disk.cut())).state).toEqual([])
})

test('what a killed process had written and not synced survives a power cut once it has been taken up', async () => {
  const disk = createPowerCutDisk()
  const killed = await start(disk)
  await give(killed, 1)
  disk.fail('sync', 'EIO')
  void give(killed, 2)
  await vi.waitFor(() => expect(killed.fatal).toHaveLength(1))
  disk.fail('sync', null)
  expect((await start(disk)).state).toEqual([1, 2])
  expect((await start(disk.cut())).state).toEqual([1, 2])
})

test('a failed sync of a cursor ends the process, and a full disk does not', async () => {
  const disk = createPowerCutDisk()
  const fatal: Error[] = []
  const bench = await start({ ...disk, files: failStop(disk.files, error => void fatal.push(error)) })
  await give(bench, 1)
  disk.fail('sync', 'ENOSPC')
  bench.spool.consumer('store').advance(1, null)
  await vi.waitFor(() => expect(disk.names()).toContain('store.cursor.tmp'), { timeout: 5_000 })
  expect(fatal).toEqual([])
  disk.fail('sync', 'EIO')
  await vi.waitFor(() => expect(fatal.length).toBeGreaterThan(0), { timeout: 5_000 })
  disk.fail('sync', null)
})

test('nothing is forgotten before the cursor that is past it is kept, when the disk is full and the power is cut', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk)
  for (const n of upTo(100)) await give(bench, n)
  bench.spool.consumer('store').advance(10, { counted: 10 })
  await vi.waitFor(() => expect(disk.names()).toContain('store.cursor'), { timeout: 5_000 })
  disk.fail('writev', 'ENOSPC')
  bench.spool.consumer('store').advance(90, { counted: 90 })
  await vi.waitFor(() => expect(disk.names()).toContain('store.cursor.tmp'), { timeout: 5_000 })
  await new Promise(resolve => setTimeout(resolve, 20))
  disk.fail('writev', null)
  // Further segments, and with them a sync of the folder, come before the next try.
  for (const n of upTo(20)) await give(bench, 100 + n)
  const again = await start(disk.cut())
  const { position } = again.spool.consumer('store').cursor()
  expect(await readAll(again.spool)).toEqual(upTo(120).slice(position))
})

test('the commit that was under way vanishes whole when it is torn at any byte', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk, { segmentBytes: 1e6 })
  await give(bench, 1, 2)
  const [name = ''] = disk.names()
  const whole = disk.content(name).length
  await give(bench, 3, 4)
  const full = Buffer.from(disk.content(name))
  for (let size = whole; size < full.length; size += 1) {
    const torn = createPowerCutDisk(new Map([[name, full.subarray(0, size)]]))
    const again = await start(torn)
    expect(again.state, `torn at ${size}`).toEqual([1, 2])
    await give(again, 5)
    expect(await readAll(again.spool)).toEqual([1, 2, 5])
    expect((await start(torn.cut())).state).toEqual([1, 2, 5])
  }
})

test('the state comes from the segment before when the newest has no whole record', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk, { segmentBytes: 60 })
  for (const n of upTo(8)) await give(bench, n)
  const names = disk.names().filter(name => name.endsWith('.seg'))
  const last = names.at(-1) ?? ''
  for (const size of [0, 5, 40]) {
    const torn = disk.cut()
    const kept = torn.content(last).subarray(0, size)
    torn.damage(last, () => kept)
    const again = await start(torn)
    expect(again.state).toEqual(upTo(again.state.length))
    expect(again.state.length).toBeLessThan(8)
    expect(torn.names()).not.toContain(last)
  }
})

test('a damaged older segment is put aside and what follows is still read', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk)
  for (const n of upTo(60)) await give(bench, n)
  const after = disk.cut()
  const [, second = ''] = after.names().filter(name => name.endsWith('.seg'))
  after.damage(second, data => {
    data[data.length - 3] = 0
    return data
  })
  const again = await start(after)
  expect(again.state).toEqual(upTo(60))
  const read = await readAll(again.spool)
  expect(read.length).toBe(59)
  expect(read.at(-1)).toBe(59)
  expect(after.names().some(name => name.startsWith(second) && name.endsWith('.quarantined'))).toBe(true)
})

test('damage in the middle of the newest segment is put aside and no position is given twice', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk, { segmentBytes: 1e6 })
  for (const n of upTo(5)) await give(bench, n)
  const after = disk.cut()
  const [name = ''] = after.names()
  after.damage(name, data => {
    data[Math.floor(data.length / 2)] = (data[Math.floor(data.length / 2)] as number) ^ 1
    return data
  })
  const again = await start(after, {}, 5)
  expect(again.state.length).toBeLessThan(5)
  expect(after.names().some(n => n.endsWith('.quarantined'))).toBe(true)
  await give(again, 99)
  const commit = await again.spool.consumer('store').next()
  expect(commit).not.toBeNull()
  let last = commit
  for (let c = commit; c; c = await again.spool.consumer('store').next()) last = c
  expect([last?.first, last?.entries()]).toEqual([5, [99]])
})

test('the consumer goes on where its cursor was kept, and passed segments are gone', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk)
  for (const n of upTo(100)) await give(bench, n)
  await readAll(bench.spool)
  bench.spool.consumer('store').advance(70, { counted: 70 })
  await bench.spool.stop()
  const after = disk.cut()
  expect(after.names().filter(name => name.endsWith('.seg')).length).toBeLessThan(
    disk.content(after.names().at(-1) ?? '').length,
  )
  const again = await start(after)
  expect(again.spool.consumer('store').cursor()).toEqual({ position: 70, data: { counted: 70 } })
  expect(await readAll(again.spool)).toEqual(upTo(100).slice(70))
  expect(again.state).toEqual(upTo(100))
})

test('nothing is acknowledged while the quota is used up, and all is when the consumer has moved on', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk, { maxBytes: 3_000, segmentBytes: 500 })
  const work = upTo(200).map(n => () => give(bench, n))
  let given = 0
  const all = (async () => {
    for (const one of work) {
      given += 1
      await one()
    }
  })()
  await vi.waitFor(() => expect(bench.spool.full()).toBe(true))
  expect(bench.acknowledged.length).toBe(given - 1)
  // The head of the last segment may go beyond by its snapshot.
  expect(bench.spool.bytes()).toBeLessThan(3_000 + 500)
  const consumer = bench.spool.consumer('store')
  const read: number[] = []
  while (read.length < 200) {
    const commit = await consumer.next()
    if (!commit) {
      await consumer.wait(50)
      continue
    }
    read.push(...commit.entries())
    consumer.advance(commit.first + commit.entries().length, null)
  }
  await all
  expect(read).toEqual(upTo(200))
  expect(bench.spool.full()).toBe(false)
})

test.each(['writev', 'open'] as const)(
  'a full disk is waited for, without a hand, when %s has no room',
  async operation => {
    const disk = createPowerCutDisk()
    const bench = await start(disk, { segmentBytes: 100 })
    for (const n of upTo(20)) await give(bench, n)
    disk.fail(operation, 'ENOSPC')
    const work = upTo(30).map(n => give(bench, 20 + n))
    await vi.waitFor(() => expect(bench.spool.full()).toBe(true))
    expect(bench.acknowledged).toEqual(upTo(20))
    disk.fail(operation, null)
    await Promise.all(work)
    expect(bench.acknowledged).toEqual(upTo(50))
    expect(bench.fatal).toEqual([])
    expect((await start(disk.cut())).state).toEqual(upTo(50))
  },
)

test.each([
  ['sync', 'EIO'],
  ['sync', 'ENOSPC'],
  ['writev', 'EIO'],
  ['syncFolder', 'EIO'],
] as const)(
  'the process is told to end and nothing more is acknowledged when %s fails with %s',
  async (operation, code) => {
    const disk = createPowerCutDisk()
    const bench = await start(disk)
    if (operation !== 'syncFolder') await give(bench, 1)
    disk.fail(operation, code)
    void give(bench, 2)
    await vi.waitFor(() => expect(bench.fatal.length).toBe(1))
    disk.fail(operation, null)
    void give(bench, 3)
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(bench.acknowledged).toEqual(operation === 'syncFolder' ? [] : [1])
    expect(bench.fatal.length).toBe(1)
  },
)

test('a thousand entries need few syncs when they come together', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk, { segmentBytes: 1e7 })
  const before = disk.syncs
  await Promise.all(upTo(1_000).map(n => give(bench, n)))
  expect(disk.syncs - before).toBeLessThan(5)
})

test('a call without entries comes back only after everything before it', async () => {
  const disk = createPowerCutDisk()
  const bench = await start(disk)
  const order: string[] = []
  const first = give(bench, 1).then(() => order.push('entry'))
  await new Promise<void>(resolve => {
    bench.spool.append([], 0, () => {
      order.push('barrier')
      resolve()
    })
  })
  await first
  expect(order.sort()).toEqual(['barrier', 'entry'])
  expect(bench.acknowledged).toEqual([1])
})
