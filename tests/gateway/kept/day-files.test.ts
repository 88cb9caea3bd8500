/** What is put aside: lines survive power cuts and full disks whole, come newest first, and reading them holds one block. */
import { expect, test } from 'vitest'
import { AppError } from '../../../core/errors.ts'
import type { StoredRow } from '../../../core/readings.ts'
import { rowOf } from '../../../gateway/entries.ts'
import { createDayFiles, type DayFiles, type KeptKind } from '../../../gateway/kept/day-files.ts'
import { createDeadLetters } from '../../../gateway/kept/dead-letters.ts'
import { rejectionsPage } from '../../../gateway/kept/kept-pages.ts'
import { failStop } from '../../../gateway/spool/fail-stop.ts'
import { accepted, refused } from '../ledger/bench.ts'
import { createPowerCutDisk } from '../power-cut-files.ts'

const DAY = '2026-11-20'

async function linesOf(files: DayFiles, kind: KeptKind = 'rejections', day = DAY): Promise<string[]> {
  const lines: string[] = []
  for await (const { text } of files.backwards(kind, day)) lines.push(text)
  return lines
}

test('lines of any length come back newest first, and from where a reader had left off', async () => {
  const files = createDayFiles(createPowerCutDisk().files)
  const lines = Array.from({ length: 300 }, (_, i) => `${i} ${'見'.repeat((i * 7919) % 30_000)}`)
  for (let i = 0; i < lines.length; i += 7) await files.append('rejections', DAY, lines.slice(i, i + 7))
  expect(await linesOf(files)).toEqual(lines.toReversed())
  const places: number[] = []
  for await (const { at } of files.backwards('rejections', DAY)) places.push(at)
  const rest: string[] = []
  for await (const { text } of files.backwards('rejections', DAY, places[99])) rest.push(text)
  expect(rest).toEqual(lines.toReversed().slice(100))
  expect(await linesOf(files, 'conflicts')).toEqual([])
})

test('a line torn by a power cut takes no other line with it', async () => {
  const disk = createPowerCutDisk()
  await createDayFiles(disk.files).append('rejections', DAY, ['{"a":1}', '{"a":2}'])
  disk.damage(`rejections-${DAY}.ndjson`, data => Buffer.concat([data, Buffer.from('{"a":3,"b')]))
  const files = createDayFiles(disk.cut().files)
  await files.append('rejections', DAY, ['{"a":3}'])
  await files.append('rejections', DAY, ['{"a":4}'])
  expect(await linesOf(files)).toEqual(['{"a":4}', '{"a":3}', '{"a":2}', '{"a":1}'])
})

test('lines are durable once they are appended, and a full disk leaves no half of one', async () => {
  const disk = createPowerCutDisk()
  const files = createDayFiles(disk.files)
  await files.append('rejections', DAY, ['one'])
  disk.fail('writev', 'ENOSPC')
  await expect(files.append('rejections', DAY, ['two'])).rejects.toMatchObject({ code: 'ENOSPC' })
  disk.fail('writev', null)
  await files.append('rejections', DAY, ['two', 'three'])
  expect(await linesOf(createDayFiles(disk.cut().files))).toEqual(['three', 'two', 'one'])
})

test('the process is told to end when the disk fails, and not when it is full', async () => {
  const disk = createPowerCutDisk()
  const fatal: Error[] = []
  const files = createDayFiles(failStop(disk.files, error => void fatal.push(error)))
  disk.fail('writev', 'ENOSPC')
  await expect(files.append('rejections', DAY, ['one'])).rejects.toThrow()
  expect(fatal).toHaveLength(0)
  disk.fail('writev', null)
  disk.fail('sync', 'EIO')
  await expect(files.append('rejections', DAY, ['one'])).rejects.toThrow()
  expect(fatal).toHaveLength(1)
})

test('files are removed by day and kind', async () => {
  const disk = createPowerCutDisk()
  const files = createDayFiles(disk.files)
  for (const day of ['2026-10-01', '2026-10-02', DAY]) {
    await files.append('dead-letters', day, ['x'])
    await files.append('replayed', day, ['x'])
  }
  await files.tidy('dead-letters', '2026-10-02')
  expect(await files.days('dead-letters')).toEqual([DAY, '2026-10-02'])
  expect(await files.days('replayed')).toEqual([DAY, '2026-10-02', '2026-10-01'])
})

test('what a crash put into a file twice is listed once, also over pages', async () => {
  const files = createDayFiles(createPowerCutDisk().files)
  const line = (position: number) => JSON.stringify({ position, ...refused({ s: position }) })
  await files.append('rejections', DAY, [1, 2, 3].map(line))
  await files.append('rejections', DAY, [2, 3, 4].map(line))
  const { items } = await rejectionsPage(files, 'demo', { filter: {}, limit: 10 })
  expect(items.map(item => item.seq)).toEqual([4, 3, 2, 1])
})

test('neither payload nor its hash leaves when none is asked for', async () => {
  const files = createDayFiles(createPowerCutDisk().files)
  await files.append('rejections', DAY, [JSON.stringify({ position: 1, ...refused({ raw: '{"heart_rate":9001}' }) })])
  const whole = await rejectionsPage(files, 'demo', { filter: {}, limit: 10 })
  expect(whole.items[0]?.raw).toBe('{"heart_rate":9001}')
  const { items } = await rejectionsPage(files, 'demo', { filter: { payloads: false }, limit: 10 })
  expect(items).toEqual([{ ...whole.items[0], raw: '', sha256: '' }])
})

const rowAt = (position: number): StoredRow => rowOf(accepted(position), position)

function letters(files: DayFiles, restored: number[][] = [], refuse: (seq: number) => boolean = () => false) {
  return createDeadLetters({
    files,
    clock: () => Date.parse(`${DAY}T12:00:00Z`),
    sink: {
      async restore(rows) {
        if (rows.some(row => refuse(row.seq))) throw new AppError('store_refused', 'no')
        restored.push(rows.map(row => row.seq))
      },
    },
  })
}

test('a row that is refused again after a crash is kept once', async () => {
  const disk = createPowerCutDisk()
  const before = letters(createDayFiles(disk.files))
  await before.start()
  for (const position of [1, 2, 3]) await before.bury(rowAt(position), 'store_refused')
  const after = letters(createDayFiles(disk.cut().files))
  await after.start()
  for (const position of [2, 3, 4]) await after.bury(rowAt(position), 'store_refused')
  expect((await after.page('demo', { filter: {}, limit: 10 })).items.map(item => item.seq)).toEqual([4, 3, 2, 1])
  expect(after.waiting('demo')).toBe(4)
  expect(after.waiting('sunny')).toBe(0)
})

test('a replay survives a power cut, row and count, and gives the very row', async () => {
  const disk = createPowerCutDisk()
  const before = letters(createDayFiles(disk.files), [], seq => seq === 2)
  await before.start()
  for (const position of [1, 2, 3]) await before.bury(rowAt(position), 'store_refused')
  const { items } = await before.replay('demo', { filter: {}, limit: 10 })
  expect(items.map(item => [item.seq, item.replayed_at !== null])).toEqual([
    [3, true],
    [2, false],
    [1, true],
  ])
  const restored: number[][] = []
  const files = createDayFiles(disk.cut().files)
  const after = letters(files, restored)
  await after.start()
  const { rx } = rowAt(1)
  expect([after.replayedTotal('demo'), after.replayed('demo', 'mat1', rx - (rx % 3_600_000))]).toEqual([2, 2])
  expect(after.waiting('demo')).toBe(1)
  await after.replay('demo', { filter: {}, limit: 10 })
  expect(restored).toEqual([[2]])
  expect(after.waiting('demo')).toBe(0)
  const kept = JSON.parse((await linesOf(files, 'dead-letters'))[0] ?? '')
  expect(kept).toMatchObject({ reason: 'store_refused', seq: 3, key: String(rowAt(3).key), values: { heart_rate: 60 } })
})
