// What the server makes of the conditions that gateways publish: each once, holes asked for, the last one missed by heartbeat only.
import { afterEach, expect, test } from 'vitest'
import type { Transition } from '../../core/conditions.ts'
import { conditionTopic, facilityTopic } from '../../core/topics.ts'
import { type ConditionFeed, createConditionFeed } from '../../server/live/condition-feed.ts'
import { createLog } from '../../server/log.ts'

const open: ConditionFeed[] = []
afterEach(() => {
  for (const feed of open.splice(0)) feed.stop()
})

function start() {
  const asked: number[] = []
  const bad: string[] = []
  const told: number[] = []
  const waiting: (() => void)[] = []
  const feed = createConditionFeed({
    publish: async (topic, payload) => {
      expect(topic).toBe(facilityTopic('sunny', 'condition/replay'))
      asked.push((JSON.parse(payload) as { from: number }).from)
      for (const resolve of waiting.splice(0)) resolve()
    },
    metrics: { badMessage: topic => void bad.push(topic) },
    log: createLog('silent'),
    settleMs: 10,
  })
  open.push(feed)
  feed.onTransition((_, { n }) => void told.push(n))
  const message = (topic: string, payload: object, retained = false) =>
    feed.take({ topic, payload: Buffer.from(JSON.stringify(payload)), retained })
  return {
    feed,
    asked,
    bad,
    told,
    nextAsk: () => new Promise<void>(resolve => waiting.push(resolve)),
    publish(n: number, more: Partial<Transition> = {}, retained = false) {
      const { subject, code, ...rest } = transition(n, more)
      message(conditionTopic('sunny', subject, code), rest, retained)
    },
    replay: (payload: object) => message(facilityTopic('sunny', 'condition/replayed'), payload),
    beat: (newest: number) =>
      message(facilityTopic('sunny', 'gateway'), {
        v: 1,
        instance: 'g',
        state: 'online',
        at: 1,
        version: '0',
        totals: null,
        spool_bytes: 0,
        newest_condition: newest,
      }),
    raw: (topic: string, payload: string) => feed.take({ topic, payload: Buffer.from(payload), retained: false }),
  }
}
const transition = (n: number, more: Partial<Transition> = {}): Transition =>
  ({
    v: 1,
    n,
    episode: n,
    state: 'active',
    severity: 'technical',
    since: 1_000 + n,
    at: 1_000 + n,
    until: null,
    count: 0,
    place: null,
    event: null,
    detail: null,
    ended: null,
    subject: 'gateway',
    code: `code_${n}`,
    ...more,
  }) as Transition
const active = (feed: ConditionFeed) => feed.active('sunny').map(({ n }) => n)

test('each transition is told once, and those that are active are kept', () => {
  const { feed, told, publish } = start()
  publish(1)
  publish(2, { code: 'x' })
  publish(2, { code: 'x' })
  publish(3, { code: 'x', state: 'cleared' })
  publish(2, { code: 'x' })
  expect(told).toEqual([1, 2, 3])
  expect(active(feed)).toEqual([1])
  expect(feed.seq('sunny')).toBe(3)
})

test('a hole is asked for from its beginning, and what comes again is told late and changes nothing that is newer', async () => {
  const { feed, told, asked, publish, replay, nextAsk } = start()
  publish(1)
  publish(4, { code: 'x', state: 'cleared' })
  await nextAsk()
  expect(asked).toEqual([2])
  expect(told).toEqual([1, 4])
  for (const n of [2, 3]) replay(transition(n, { code: n === 2 ? 'x' : 'y' }))
  replay(transition(4, { code: 'x', state: 'cleared' }))
  expect(told).toEqual([1, 4, 2, 3])
  expect(active(feed)).toEqual([1, 3])
})

test('what the broker had kept before we came has no holes, in whatever order it comes', async () => {
  const { feed, asked, publish, nextAsk } = start()
  for (const n of [17, 3, 12]) publish(n, {}, true)
  expect(active(feed)).toEqual([3, 12, 17])
  expect(feed.seq('sunny')).toBe(17)
  publish(18)
  publish(20)
  await nextAsk()
  expect(asked).toEqual([19])
})

test('what came while we were away is asked for when the broker shows us newer ones again', async () => {
  const { asked, publish, nextAsk } = start()
  publish(1)
  await new Promise(resolve => setTimeout(resolve, 60))
  publish(9, {}, true)
  publish(7, {}, true)
  await nextAsk()
  expect(asked).toEqual([2])
})

test('the last transitions of all are missed by the heartbeat', async () => {
  const { asked, publish, beat, nextAsk, replay, told } = start()
  publish(1)
  beat(1)
  beat(3)
  await nextAsk()
  expect(asked).toEqual([2])
  replay(transition(2))
  replay(transition(3))
  expect(told).toEqual([1, 2, 3])
})

test('numbers that are on no disk any more are no longer missed', async () => {
  const { asked, publish, replay, nextAsk, feed } = start()
  publish(1)
  publish(30)
  await nextAsk()
  expect(asked).toEqual([2])
  replay({ oldest: 20 })
  publish(31)
  publish(33)
  await nextAsk()
  expect(asked).toEqual([2, 20])
  // A damaged line.
  for (const n of [20, 21, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33]) replay(transition(n))
  expect(feed.seq('sunny')).toBe(33)
  publish(35)
  await nextAsk()
  expect(asked.at(-1)).toBe(34)
})

test('a gateway that has lost its journal counts anew, and its alarms are heard', () => {
  const { feed, told, publish } = start()
  for (const n of [1, 2, 3]) publish(n)
  publish(1, { at: 5_000, since: 5_000, code: 'z' })
  expect(told).toEqual([1, 2, 3, 1])
  expect(feed.active('sunny').map(({ code }) => code)).toEqual(['z'])
})

test('what cannot be read is counted and dropped', () => {
  const { bad, told, raw } = start()
  raw(conditionTopic('sunny', 'mat-1', 'bed_exit'), 'no json')
  raw(conditionTopic('sunny', 'mat-1', 'bed_exit'), '{"v":2}')
  raw(facilityTopic('sunny', 'condition/replayed'), '{"n":1}')
  raw(conditionTopic('SUNNY', 'mat-1', 'bed_exit'), '{}')
  expect(bad).toEqual(['condition', 'condition', 'condition'])
  expect(told).toEqual([])
})
