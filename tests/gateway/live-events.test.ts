// An event leaves the gateway by itself, before the live message of the second, with what it changed and nothing else.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LiveMessage, liveMessageSchema } from '../../core/platform-messages.ts'
import { deviceTopic, facilityTopic } from '../../core/topics.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { bedExit, telemetry, until } from './fixtures.ts'

let house: Embedded
beforeEach(async () => {
  house = await startEmbedded()
})
afterEach(() => house.stop())

test('a message of its own holds the event, its device and its place', async () => {
  const messages: LiveMessage[] = []
  await house.broker.bus.subscribe(facilityTopic('demo', 'live'), ({ payload }) => {
    messages.push(liveMessageSchema.parse(JSON.parse(payload.toString())))
  })
  const mat1 = await house.device('mat1')
  const mat2 = await house.device('mat2')
  await until('the first message', () => messages.some(({ full }) => full))
  await mat2.publishAsync(deviceTopic('demo', 'mat2', 'telemetry'), telemetry('b', 0), { qos: 1 })
  await mat1.publishAsync(deviceTopic('demo', 'mat1', 'event'), bedExit('b', 0), { qos: 1 })
  await until('the event', () => messages.some(({ events }) => events.length > 0))
  const [message] = messages.filter(({ events }) => events.length > 0)
  expect(message).toMatchObject({ full: false, accepted: 0 })
  expect(message?.events.map(({ device, event }) => [device, event])).toEqual([['mat1', 'bed_exit']])
  expect(message?.devices.map(({ id }) => id)).toEqual(['mat1'])
  expect(message?.places).toMatchObject([{ id: 'room-mat1', state: 'out_of_bed' }])
  await until('the second', () => messages.reduce((sum, { accepted }) => sum + accepted, 0) === 2)
  expect(messages.flatMap(({ events }) => events).length).toBe(1)
  expect(messages.map(({ n }) => n)).toEqual(messages.map((_, i) => (messages[0]?.n ?? 0) + i))
})

test('a storm of events leaves in few messages, and none is missing', async () => {
  const events: number[] = []
  let messages = 0
  await house.broker.bus.subscribe(facilityTopic('demo', 'live'), ({ payload }) => {
    messages += 1
    events.push(...(JSON.parse(payload.toString()) as LiveMessage).events.map(({ seq }) => seq))
  })
  const mat1 = await house.device('mat1')
  const count = 400
  await Promise.all(
    Array.from({ length: count }, (_, seq) =>
      mat1.publishAsync(deviceTopic('demo', 'mat1', 'event'), bedExit('b', seq), { qos: 1 }),
    ),
  )
  await until('all', () => events.length >= count)
  expect(events.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, seq) => seq))
  expect(messages).toBeLessThan(count / 2)
})
