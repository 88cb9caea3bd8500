// The journal of conditions: what it has written survives, its days go, and there is room for an alarm about a full disk.
import { expect, test } from 'vitest'
import type { Transition } from '../../core/conditions.ts'
import { createJournal } from '../../gateway/conditions/journal.ts'
import type { SpoolFiles } from '../../gateway/spool/files.ts'
import { createPowerCutDisk } from './power-cut-files.ts'
import { quiet } from './quiet-log.ts'

const DAY_MS = 86_400_000
const beganMs = Date.UTC(2026, 10, 23, 12)

const transition = (n: number, more: Partial<Transition> = {}): Transition =>
  ({
    v: 1,
    n,
    episode: n,
    state: 'active',
    severity: 'technical',
    since: beganMs,
    at: beganMs,
    until: null,
    count: 0,
    place: null,
    event: null,
    detail: null,
    ended: null,
    subject: 'gateway',
    code: 'disk_full',
    ...more,
  }) as Transition

function open(files: SpoolFiles, clock = () => beganMs) {
  return createJournal({ files, clock, log: quiet })
}
async function numbers(journal: ReturnType<typeof open>, from = 1, facility = 'demo'): Promise<number[]> {
  const all: number[] = []
  for await (const { n } of journal.read(facility, from)) all.push(n)
  return all
}

test('what was appended is read again after a power cut, and the numbers go on', async () => {
  const disk = createPowerCutDisk()
  const journal = open(disk.files)
  expect(await journal.start({})).toEqual(new Map())
  await journal.append('demo', [transition(1), transition(2, { code: 'spool_full' })])
  await journal.append('demo', [transition(3, { state: 'cleared', ended: 'over' })])
  await journal.append('other', [transition(1)])
  const again = open(disk.cut().files)
  const states = await again.start({})
  expect(states.get('demo')).toEqual({ next: 4, active: [transition(2, { code: 'spool_full' })] })
  expect(states.get('other')?.next).toBe(2)
  expect(await numbers(again, 2)).toEqual([2, 3])
  expect(await numbers(again, 1, 'other')).toEqual([1])
})

test('a torn last line is wiped out and its number given again', async () => {
  const disk = createPowerCutDisk()
  const journal = open(disk.files)
  await journal.start({})
  await journal.append('demo', [transition(1)])
  disk.fail('sync', 'EIO')
  await expect(journal.append('demo', [transition(2)])).rejects.toThrow('EIO')
  const [name = ''] = disk.names()
  const written = disk.content(name).indexOf('"n":2')
  const torn = disk.cut()
  torn.damage(name, data => {
    disk.content(name).copy(data, written - 20, written - 20, written + 10)
    return data
  })
  const again = open(torn.files)
  expect((await again.start({})).get('demo')?.next).toBe(2)
  await again.append('demo', [transition(2, { code: 'spool_high' })])
  const last = open(torn.cut().files)
  await last.start({})
  expect(await numbers(last)).toEqual([1, 2])
})

test('the newest file is left out when its head was never written, and the one before goes on', async () => {
  const disk = createPowerCutDisk()
  const journal = open(disk.files)
  await journal.start({})
  await journal.append('demo', [transition(1)])
  await disk.files.open('demo.2026-11-24.0000000000000002.log', { create: true })
  await disk.files.syncFolder()
  const again = open(disk.cut().files, () => beganMs + DAY_MS)
  expect((await again.start({})).get('demo')?.next).toBe(2)
  await again.append('demo', [transition(2)])
  expect(await numbers(again)).toEqual([1, 2])
})

test('days older than thirty go, what is active stays known, and numbers go on', async () => {
  const disk = createPowerCutDisk()
  let nowMs = beganMs
  const journal = open(disk.files, () => nowMs)
  await journal.start({})
  await journal.append('demo', [transition(1, { code: 'store_denied' }), transition(2)])
  for (let n = 3; n <= 40; n += 1) {
    nowMs += DAY_MS
    await journal.append('demo', [transition(n)])
  }
  expect(disk.names().length).toBe(31)
  expect(journal.oldest('demo')).toBe(10)
  const again = open(disk.cut().files, () => nowMs)
  const state = (await again.start({})).get('demo')
  expect(state?.next).toBe(41)
  expect(state?.active.map(({ n, code }) => [n, code])).toEqual([
    [1, 'store_denied'],
    [40, 'disk_full'],
  ])
})

test('of a house that has fallen silent all goes after thirty days but what is active, and numbers go on', async () => {
  const disk = createPowerCutDisk()
  let nowMs = beganMs
  const journal = open(disk.files, () => nowMs)
  await journal.start({})
  await journal.append('demo', [transition(1, { code: 'store_denied' }), transition(2)])
  nowMs += DAY_MS
  await journal.append('demo', [{ ...transition(3), state: 'cleared' as const }])
  await journal.tidy()
  expect(disk.names().length).toBe(2)
  nowMs += 40 * DAY_MS
  // Beside a transition that begins just now.
  await Promise.all([journal.tidy(), journal.append('other', [transition(1)])])
  expect(disk.names().filter(name => name.startsWith('demo.'))).toHaveLength(1)
  expect([journal.oldest('demo'), await numbers(journal)]).toEqual([4, []])
  await journal.tidy()
  const again = open(disk.cut().files, () => nowMs)
  const state = (await again.start({})).get('demo')
  expect([state?.next, state?.active.map(({ code }) => code)]).toEqual([4, ['store_denied']])
  // What a power cut has brought back goes again.
  await again.tidy()
  await again.append('demo', [transition(4)])
  expect(await numbers(again)).toEqual([4])
})

test('a clock that was set back leaves the order of the files', async () => {
  const disk = createPowerCutDisk()
  let nowMs = beganMs
  const journal = open(disk.files, () => nowMs)
  await journal.start({})
  await journal.append('demo', [transition(1)])
  nowMs -= 2 * DAY_MS
  await journal.append('demo', [transition(2)])
  const again = open(disk.cut().files, () => nowMs)
  expect((await again.start({})).get('demo')?.next).toBe(3)
  expect(disk.names().length).toBe(1)
})

test('no number is given twice when the disk has lost the whole journal', async () => {
  const states = await open(createPowerCutDisk().files).start({ demo: 17 })
  expect(states.get('demo')?.next).toBe(18)
})

/** Takes nothing more that would make a file longer. */
function full(files: SpoolFiles): SpoolFiles {
  const noRoom = (): never => {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
  }
  return {
    ...files,
    async open(name, options) {
      if (options?.create && !(await files.list()).includes(name)) noRoom()
      const file = await files.open(name, options)
      return {
        ...file,
        async writev(buffers, position) {
          const end = buffers.reduce((sum, buffer) => sum + buffer.length, position)
          if (end > (await file.size())) noRoom()
          await file.writev(buffers, position)
        },
      }
    },
  }
}

test('a hundred transitions still find room when the disk is full, also on the next day', async () => {
  const disk = createPowerCutDisk()
  const before = open(disk.files)
  await before.start({})
  await before.append('demo', [transition(1)])
  let nowMs = beganMs
  const journal = open(full(disk.files), () => nowMs)
  await journal.start({})
  for (let n = 2; n <= 100; n += 1) {
    if (n === 50) nowMs += DAY_MS
    await journal.append('demo', [transition(n)])
  }
  const again = open(disk.cut().files)
  expect((await again.start({})).get('demo')?.next).toBe(101)
})

test('a damaged line is left out and said; what follows it is read', async () => {
  const disk = createPowerCutDisk()
  const journal = open(disk.files)
  await journal.start({})
  await journal.append('demo', [transition(1), transition(2), transition(3)])
  const [name = ''] = disk.names()
  disk.damage(name, data => {
    data[data.indexOf('"n":2') + 4] = 0x37
    return data
  })
  const said: object[] = []
  const again = createJournal({
    files: disk.files,
    clock: () => beganMs,
    log: { ...quiet, error: fields => void said.push(fields) },
  })
  expect((await again.start({})).get('demo')?.next).toBe(4)
  expect(said).toEqual([{ facility: 'demo', lines: 1 }])
  expect(await numbers(again)).toEqual([1, 3])
})
