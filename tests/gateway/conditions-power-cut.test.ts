// No alarm is lost and none is numbered twice when the power is cut between any two steps from the commit of an event to its PUBACK.
import { afterEach, describe, expect, test } from 'vitest'
import type { Entry } from '../../gateway/entries.ts'
import type { Disks } from './conditions-world.ts'
import {
  accepted,
  afterCut,
  freshDisks,
  type MemoryBroker,
  memoryBroker,
  reading,
  startWorld,
  type World,
  type WorldOptions,
} from './conditions-world.ts'
import { until } from './fixtures.ts'

const open: World[] = []
afterEach(async () => {
  for (const world of open.splice(0)) await world.stop()
})
async function start(disks: Disks, broker: MemoryBroker, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(disks, broker, options)
  open.push(world)
  return world
}

/** Cursor files of the spool that say how far conditions have come; kept within a second. */
const keptCursor = (disks: Disks): number => {
  if (!disks.spool.names().includes('conditions.cursor')) return 0
  const text = disks.spool.content('conditions.cursor').toString()
  return (JSON.parse(text.slice(text.indexOf(' ') + 1)) as { position: number }).position
}
/** Which events have a transition, and its number. */
const eventsOf = (broker: MemoryBroker): [seq: number, n: number][] => {
  const bySeq = new Map(broker.transitions.flatMap(({ event, n }) => (event ? [[event.seq, n] as const] : [])))
  return [...bySeq].sort((a, b) => a[0] - b[0])
}
const numbersOf = (broker: MemoryBroker): number[] =>
  [...new Set(broker.transitions.map(({ n }) => n))].sort((a, b) => a - b)
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

/** Events are durable in the spool, then something between there and the broker stops for good, and the power goes once the cursor had its chance to be kept. */
async function cutBeforePuback(options: WorldOptions = {}): Promise<number[]> {
  const disks = freshDisks()
  const broker = memoryBroker()
  const world = await start(disks, broker, options)
  await world.give([accepted(1), accepted(2, { d: 'mat2' as never })])
  await until('published', () => numbersOf(broker).length === 2)
  broker.answers = false
  await world.give([accepted(3), reading(4), accepted(5, { d: 'mat2' as never })])
  const end = 5
  const beganMs = Date.now()
  await until('the cursor was kept', () => keptCursor(disks) >= end || Date.now() - beganMs > 1_500)
  const after = afterCut(disks)
  broker.answers = true
  await start(after, broker)
  const settled = Date.now()
  await until('all are told', () => eventsOf(broker).length === 4 || Date.now() - settled > 1_000)
  expect(numbersOf(broker)).toEqual(upTo(numbersOf(broker).length))
  return eventsOf(broker).map(([seq]) => seq)
}

describe('when the power is cut after an event is durable', () => {
  test('its alarm comes after the restart, though the broker had not acknowledged it', async () => {
    expect(await cutBeforePuback()).toEqual([1, 2, 3, 5])
  })

  test('alarms are lost when the cursor is kept before the acknowledgement and the record too: this harness sees it', async () => {
    // The bus claims what the broker never had.
    const lying: WorldOptions = {
      bus: bus => ({ ...bus, publish: async (...message) => void bus.publish(...message) }),
    }
    expect(await cutBeforePuback(lying)).toEqual([1, 2])
  })
})

/** The first event of a facility is durable in the spool, and the disk of the conditions hangs; the cursor has its chance to be kept. */
async function cutBeforeJournal(options: WorldOptions = {}): Promise<number> {
  const disks = freshDisks()
  const { open: openFile } = disks.conditions.files
  const hangs = () => new Promise<never>(() => undefined)
  disks.conditions.files.open = async (name, how) =>
    name.endsWith('.log') ? { ...(await openFile(name, how)), writev: hangs } : openFile(name, how)
  const broker = memoryBroker()
  // Never stopped: it hangs.
  const world = await startWorld(disks, broker, options)
  await world.give([accepted(1), reading(2)])
  const beganMs = Date.now()
  await until('the cursor was kept', () => keptCursor(disks) >= 2 || Date.now() - beganMs > 1_500)
  await start(afterCut(disks), broker)
  await until('told', () => broker.transitions.length > 0 || Date.now() - beganMs > 2_500)
  return broker.transitions.length
}

describe('when the power is cut before an event has its number', () => {
  test('its alarm comes after the restart', async () => {
    expect(await cutBeforeJournal()).toBe(1)
  })

  test('the alarm is lost when the cursor is moved as soon as the event is read: this harness sees it', async () => {
    const eager: WorldOptions = {
      consumer: consumer => ({
        ...consumer,
        async next() {
          const commit = await consumer.next()
          if (commit) consumer.advance(commit.first + commit.count, null)
          return commit
        },
      }),
    }
    expect(await cutBeforeJournal(eager)).toBe(0)
  })
})

test('the cursor does not pass an event before its PUBACK, however much comes behind it', async () => {
  const disks = freshDisks()
  const broker = memoryBroker()
  const world = await start(disks, broker)
  broker.answers = false
  await world.give([reading(0), accepted(1)])
  for (let seq = 2; seq < 50; seq += 1) await world.give([reading(seq)])
  await until('read to the end', () => world.conditions.newest('demo') === 1)
  expect(world.spool.consumer('conditions').cursor().position).toBeLessThanOrEqual(1)
})

test('every event gets one number, numbers have no holes, and all come out, when the power is cut at any moment', async () => {
  let random = 11
  const next = (): number => {
    random = (random * 1103515245 + 12345) % 2147483648
    return random / 2147483648
  }
  const broker = memoryBroker()
  let disks = freshDisks()
  const durable: number[] = []
  let seq = 0
  for (let round = 0; round < 40; round += 1) {
    let dead = false
    const bus: WorldOptions['bus'] = inner => ({
      ...inner,
      publish: (...message) => (dead ? new Promise<never>(() => undefined) : inner.publish(...message)),
    })
    const world = await startWorld(disks, broker, { bus })
    broker.answers = next() < 0.8
    for (let i = 0; i < 6; i += 1) {
      const entries: Entry[] = Array.from({ length: 1 + Math.floor(next() * 3) }, () => {
        seq += 1
        return next() < 0.5 ? reading(seq) : accepted(seq, { e: next() < 0.5 ? 'bed_exit' : 'restless' })
      })
      const given = world.give(entries, next() < 0.7)
      if (next() < 0.8) {
        await given
        durable.push(...entries.flatMap(entry => (entry.k === 'a' && entry.e ? [entry.s as number] : [])))
      }
      if (next() < 0.5) await new Promise(resolve => setImmediate(resolve))
    }
    // The process is gone with the power; the disks keep what was synced, and by luck some more.
    disks = afterCut(disks, next)
    dead = true
    broker.answers = true
    void world.stop()
  }
  const last = await startWorld(disks, broker)
  await last.give([accepted(seq + 1)])
  durable.push(seq + 1)
  await until('the last', () => eventsOf(broker).some(([found]) => found === seq + 1))
  await last.stop()
  const told = eventsOf(broker)
  const seqs = new Set(told.map(([found]) => found))
  expect(durable.filter(found => !seqs.has(found))).toEqual([])
  expect(numbersOf(broker)).toEqual(upTo(numbersOf(broker).length))
  const byNumber = new Map<number, number>()
  for (const { n, event } of broker.transitions) {
    if (!event) continue
    expect(byNumber.get(n) ?? event.seq).toBe(event.seq)
    byNumber.set(n, event.seq)
  }
  expect(byNumber.size).toBe(told.length)
})
