// Conditions from events and technical facts: what raises, repeats, ends, is patient, survives a restart, and is sent again.
import { afterEach, describe, expect, test } from 'vitest'
import { conditionMessageSchema, RETURN_MS, transitionSchema } from '../../core/conditions.ts'
import type { PlaceState } from '../../core/place-state.ts'
import { facilityTopic } from '../../core/topics.ts'
import { OVERTAKEN_MS, QUIET_MS } from '../../gateway/conditions/evidence.ts'
import {
  accepted,
  afterCut,
  type Disks,
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
/** A world whose clocks stand still until they are put forward, and which looks at them when it is told to. */
async function start(options: WorldOptions & { disks?: Disks; broker?: MemoryBroker } = {}) {
  const { disks = freshDisks(), broker = memoryBroker() } = options
  const time = { nowMs: Date.now() }
  const facts = options.facts ?? { full: false, bytes: 0, trouble: null }
  const clock = () => time.nowMs
  const looks = new Set<() => void>()
  const every: WorldOptions['every'] = (_, run) => {
    looks.add(run)
    return () => looks.delete(run)
  }
  const world = await startWorld(disks, broker, { clock, ticks: clock, every, ...options, facts })
  open.push(world)
  /** Puts the clocks forward, looks at everything and waits until what that raised is published. */
  const pass = async (ms = 0) => {
    await until('all is read', world.passed)
    time.nowMs += ms
    // Twice: what one look finds out another tells.
    for (let i = 0; i < 2; i += 1) for (const look of looks) look()
    await until(
      'published',
      () => new Set(broker.transitions.map(({ n }) => n)).size >= world.conditions.newest('demo'),
    )
  }
  const last = () => broker.transitions.at(-1)
  const said = () => broker.transitions.map(({ subject, code, state }) => `${subject}/${code} ${state}`)
  return { disks, broker, world, time, facts, last, said, pass }
}
describe('an event', () => {
  test('raises nothing while whoever its device watches is away, and is passed all the same', async () => {
    const { world, pass, said } = await start({ quiet: ['mat1'] })
    await world.give([accepted(7), accepted(8, { d: 'mat2' as never })])
    await world.give([accepted(9)], false)
    await pass()
    expect(said()).toEqual(['mat2/bed_exit active'])
    expect(world.passed()).toBe(true)
  })
  test('raises a condition of its device, numbered, with where and when', async () => {
    const { world, broker, time } = await start()
    const at = time.nowMs - 90_000
    await world.give([accepted(7, { t: at, rx: time.nowMs, m: ['late'], v: {} })])
    await until('published', () => broker.transitions.length === 1)
    const [{ subject, code, ...message } = { subject: '', code: '' }] = broker.transitions
    expect([subject, code]).toEqual(['mat1', 'bed_exit'])
    expect(conditionMessageSchema.parse(message)).toEqual({
      v: 1,
      n: 1,
      episode: 1,
      state: 'active',
      severity: 'medium',
      since: at,
      at: time.nowMs,
      until: at + 1_800_000,
      count: 1,
      place: 'room-mat1',
      event: {
        profile: 'bed.sleep_mat',
        attributes: {},
        boot: 'b1',
        seq: 7,
        at,
        rx: time.nowMs,
        late: true,
        undecidable: false,
      },
      detail: null,
      ended: null,
    })
  })

  test('raises nothing when it is historic, and raises when its age is undecidable', async () => {
    const { world, broker } = await start()
    const rx = Date.now()
    await world.give([
      accepted(1, { t: rx - 1_800_001, rx, m: ['late'] }),
      accepted(2, { t: rx - 7_200_000, rx, m: ['clock_suspect'] }),
    ])
    await until('published', () => broker.transitions.length > 0)
    expect(broker.transitions.map(({ n, event }) => [n, event?.seq, event?.undecidable])).toEqual([[1, 2, true]])
  })

  test('goes on with the episode while it is active, and begins another when that has ended', async () => {
    const { world, broker, time, pass } = await start()
    const event = (seq: number) => accepted(seq, { t: time.nowMs, rx: time.nowMs })
    await world.give([event(1)])
    const since = time.nowMs
    time.nowMs += 60_000
    await world.give([event(2)])
    await until('two', () => broker.transitions.length === 2)
    expect(broker.transitions[1]).toMatchObject({ n: 2, episode: 1, count: 2, since, until: time.nowMs + 1_800_000 })
    await pass(1_800_001)
    expect(broker.transitions[2]).toMatchObject({ n: 3, episode: 1, state: 'cleared', ended: 'expired', since })
    await world.give([event(3)])
    await until('another', () => broker.transitions.length === 4)
    expect(broker.transitions[3]).toMatchObject({ n: 4, episode: 4, count: 1, state: 'active', since: time.nowMs })
  })

  test('counts once although it comes at once and again by the cursor', async () => {
    const { world, broker } = await start()
    for (let seq = 1; seq <= 50; seq += 1) await world.give([accepted(seq), reading(seq + 1000)], seq % 3 > 0)
    const wanted = 50
    await until('all', () => broker.transitions.length >= wanted)
    await until('the cursor is at the end', world.passed)
    expect(broker.transitions.map(({ n }) => n)).toEqual(Array.from({ length: wanted }, (_, i) => i + 1))
    expect(new Set(broker.transitions.map(({ event }) => event?.seq)).size).toBe(wanted)
  })

  test('is told before the backlog that the cursor has to read, and is not told again when it comes there', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    const { world, broker } = await start({
      consumer: consumer => ({
        ...consumer,
        next: async () => {
          await gate
          return consumer.next()
        },
      }),
    })
    await world.give([accepted(1)], false)
    for (let i = 0; i < 20; i += 1)
      await world.give(Array.from({ length: 500 }, (_, seq) => reading(10_000 + i * 500 + seq)))
    await world.give([accepted(2)])
    await until('the fresh one', () => broker.transitions.length === 1)
    expect(broker.transitions[0]?.event?.seq).toBe(2)
    release()
    await until('the older one', () => broker.transitions.length === 2)
    await until('the cursor is at the end', world.passed)
    expect(broker.transitions.map(({ n, event }) => [n, event?.seq])).toEqual([
      [1, 2],
      [2, 1],
    ])
  })

  test('ends when the resident has been back for two minutes', async () => {
    let state: PlaceState = 'out_of_bed'
    const { world, broker, time, pass } = await start({ placeState: () => state })
    await world.give([accepted(1, { t: time.nowMs, rx: time.nowMs })])
    state = 'sitting_up'
    await pass()
    await pass(RETURN_MS - 1)
    state = 'toilet'
    await pass(1)
    state = 'asleep'
    await pass(1)
    await pass(RETURN_MS - 1)
    expect(broker.transitions.length).toBe(1)
    await pass(1)
    expect(broker.transitions[1]).toMatchObject({ state: 'cleared', ended: 'returned', episode: 1, n: 2 })
  })

  test('of a device that was taken away meanwhile is judged by the built-in profile, and then ends', async () => {
    const { world, broker, pass } = await start({ devices: ['mat2'] })
    await world.give([accepted(1)], false)
    await pass()
    expect(broker.transitions).toMatchObject([
      { state: 'active', severity: 'medium', place: null },
      { state: 'cleared', ended: 'gone' },
    ])
  })
})

describe('a technical condition', () => {
  test('is raised once however often it is said, and cleared once', async () => {
    const { world, said } = await start()
    const { set } = world.conditions
    for (let i = 0; i < 3; i += 1) set('demo', 'gateway', 'ledger_unbalanced', true, { rows: i })
    await until('raised', () => said().length === 1)
    for (let i = 0; i < 3; i += 1) set('demo', 'gateway', 'ledger_unbalanced', false)
    await until('cleared', () => said().length === 2)
    expect(said()).toEqual(['gateway/ledger_unbalanced active', 'gateway/ledger_unbalanced cleared'])
  })

  test('of the store waits until the trouble has lasted some seconds, and until it is over for some', async () => {
    const { facts, said, last, pass } = await start()
    const trouble = { code: 'store_busy', sinceMs: 0 }
    facts.trouble = trouble
    await pass()
    await pass(4_999)
    facts.trouble = null
    await pass()
    facts.trouble = trouble
    await pass()
    await pass(4_999)
    expect(said()).toEqual([])
    await pass(1)
    expect(said().length).toBe(1)
    expect(last()).toMatchObject({ code: 'store_unavailable', severity: 'technical', detail: { code: 'store_busy' } })
    facts.trouble = null
    await pass()
    await pass(4_999)
    expect(said().length).toBe(1)
    await pass(1)
    expect(said()).toEqual(['gateway/store_unavailable active', 'gateway/store_unavailable cleared'])
  })

  test('tells a full quota, a full disk, a high spool and a refused credential apart', async () => {
    const { facts, said, pass } = await start()
    facts.bytes = 850
    await pass()
    expect(said()).toEqual(['gateway/spool_high active'])
    Object.assign(facts, { full: true, bytes: 990 })
    await pass()
    expect(said().at(-1)).toBe('gateway/spool_full active')
    Object.assign(facts, { full: true, bytes: 100 })
    await pass()
    expect(said().at(-1)).toBe('gateway/disk_full active')
    facts.trouble = { code: 'store_denied', sinceMs: 0 }
    await pass()
    await pass(20_000)
    expect(said().slice(3).sort()).toEqual([
      'gateway/spool_full cleared',
      'gateway/spool_high cleared',
      'gateway/store_denied active',
    ])
    Object.assign(facts, { full: false, trouble: null })
    await pass()
    await pass(20_000)
    expect(said().slice(6).sort()).toEqual(['gateway/disk_full cleared', 'gateway/store_denied cleared'])
  })

  test('that no longer holds after a restart is cleared, one that holds goes on under its number', async () => {
    const first = await start({ facts: { full: true, bytes: 990, trouble: null } })
    await first.pass()
    expect(first.said().sort()).toEqual(['gateway/spool_full active', 'gateway/spool_high active'])
    const { disks, broker } = first
    const again = await start({ disks: afterCut(disks), broker, facts: { full: false, bytes: 850, trouble: null } })
    await again.pass()
    await again.pass(10_000)
    const numbered = new Set(broker.transitions.map(({ n, code, state }) => `${n} ${code} ${state}`))
    expect([...numbered].sort()).toEqual(['1 spool_high active', '2 spool_full active', '3 spool_full cleared'])
  })

  test('shows a wrong clock and a limit while messages show them, and ends when they no longer do', async () => {
    const { world, time, said, pass } = await start()
    const at = { t: time.nowMs + 600_000, rx: time.nowMs }
    await world.give([reading(1, { ...at, m: ['clock_suspect'], df: 1 })])
    await pass()
    expect(said().sort()).toEqual(['mat1/clock_suspect active', 'mat1/rate_limited active'])
    time.nowMs += QUIET_MS - 1
    await world.give([reading(2, { ...at, rx: time.nowMs, m: ['clock_suspect'] })])
    await pass()
    await pass(1)
    expect(said().slice(2)).toEqual(['mat1/rate_limited cleared'])
    await pass(QUIET_MS)
    expect(said().slice(3)).toEqual(['mat1/clock_suspect cleared'])
  })

  test('tells missing numbers only when they were not overtaken, and ends when they have come', async () => {
    const { world, time, said, last, pass } = await start()
    const at = () => ({ t: time.nowMs, rx: time.nowMs })
    await world.give([reading(5, { ...at(), g: 2 })])
    await pass()
    await pass(OVERTAKEN_MS - 1)
    await world.give([reading(3, { ...at(), rc: 1 })])
    await pass(1)
    await pass(OVERTAKEN_MS - 2)
    expect(said()).toEqual([])
    await pass(1)
    expect(said().length).toBe(1)
    expect(last()).toMatchObject({
      subject: 'mat1',
      code: 'messages_missing',
      detail: { missing: 1 },
      place: 'room-mat1',
    })
    await world.give([reading(4, { ...at(), rc: 1 })])
    await pass()
    expect(said().slice(1)).toEqual(['mat1/messages_missing cleared'])
  })

  test('says that a session was lost only where there had been one, also by an earlier process', async () => {
    const first = await start()
    first.world.conditions.session('demo', 'events', false)
    first.world.conditions.session('demo', 'events', true)
    await first.world.stop()
    open.splice(0)
    const { world, said, pass } = await start({ disks: afterCut(first.disks), broker: first.broker })
    await pass()
    expect(said()).toEqual([])
    world.conditions.session('demo', 'events', false)
    await pass()
    expect(said()).toEqual(['gateway/session_lost active'])
    await pass(600_000)
    expect(said()).toEqual(['gateway/session_lost active', 'gateway/session_lost cleared'])
  })
})

describe('a broker that has forgotten', () => {
  test('hears the active conditions again under their numbers when it has lost our session', async () => {
    const { world, broker } = await start()
    await world.give([accepted(1), accepted(2, { e: 'restless' })])
    await until('published', () => broker.transitions.length === 2)
    world.conditions.session('demo', 'events', false)
    await until('again', () => broker.transitions.length === 4)
    expect(broker.transitions.map(({ n }) => n)).toEqual([1, 2, 1, 2])
  })

  test('hears only what it acknowledged in the last ten minutes again when it has kept our session', async () => {
    const { world, broker, time } = await start()
    await world.give([accepted(1, { t: time.nowMs, rx: time.nowMs })])
    await until('published', () => broker.transitions.length === 1)
    time.nowMs += 601_000
    await world.give([accepted(2, { e: 'restless', t: time.nowMs, rx: time.nowMs })])
    await until('published', () => broker.transitions.length === 2)
    world.conditions.session('demo', 'events', true)
    await until('again', () => broker.transitions.length >= 3)
    expect(broker.transitions.map(({ n }) => n)).toEqual([1, 2, 2])
  })
})

describe('a replay', () => {
  const ask = (broker: MemoryBroker, from: unknown, facility = 'demo') =>
    broker.deliver(facilityTopic(facility, 'condition/replay'), { from })

  test('sends what was asked for as it was first sent, on a topic of its own', async () => {
    const { world, broker } = await start()
    for (let seq = 1; seq <= 200; seq += 1) await world.give([accepted(seq)])
    await until('published', () => broker.transitions.length === 200)
    ask(broker, 151)
    await until('replayed', () => broker.replayed.length === 50)
    expect(broker.replayed.map(message => transitionSchema.parse(message))).toEqual(broker.transitions.slice(150))
    expect(broker.transitions.length).toBe(200)
  })

  test('answers with the oldest number when what was asked for is no longer kept', async () => {
    const disks = freshDisks()
    const { world, broker, time } = await start({ disks })
    world.conditions.set('demo', 'gateway', 'dead_letters', true)
    for (let day = 0; day < 32; day += 1) {
      time.nowMs += 86_400_000
      world.conditions.set('demo', 'gateway', 'ledger_unbalanced', day % 2 === 0)
      await until('written', () => broker.transitions.length === day + 2)
    }
    ask(broker, 1)
    await until('answered', () => broker.replayed.length === 1)
    expect(broker.replayed).toEqual([{ oldest: 3 }])
    ask(broker, 33)
    await until('answered', () => broker.replayed.length === 2)
    expect(broker.replayed[1]).toMatchObject({ n: 33 })
  })

  test('ignores what it cannot read and facilities of which it has nothing', async () => {
    const { world, broker } = await start()
    await world.give([accepted(1)])
    await until('published', () => broker.transitions.length === 1)
    for (const from of [0, -1, 'x', null, 1.5]) ask(broker, from)
    ask(broker, 1, 'nowhere')
    ask(broker, 1)
    await until('answered', () => broker.replayed.length === 1)
  })
})
