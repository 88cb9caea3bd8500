/** The rate limit: who is in time, who waits and how long, what becomes of the debt; at the embedded broker only PUBACKs wait. */
import { afterEach, describe, expect, test } from 'vitest'
import { facilityTopic } from '../../core/topics.ts'
import { createRateLimit, type RateLimit } from '../../gateway/rate-limit.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { registryOf, telemetry, until } from './fixtures.ts'

/** What a device takes out of its bucket at a time. */
const taking =
  (limit: RateLimit) =>
  (key: string, messages: number, nowMs: number, perSecond = 50): number =>
    limit.bucket({ key }).take(messages, perSecond, nowMs)
const NOW_MS = 1_790_000_000_000

describe('the bucket', () => {
  test('a device that keeps to its rate never waits', () => {
    const take = taking(createRateLimit())
    for (let i = 0; i < 1_000; i += 1) expect(take('a', 1, NOW_MS + i * 20)).toBe(0)
  })

  test('ten seconds of messages may come at once, also as one batch', () => {
    const take = taking(createRateLimit())
    expect(take('a', 500, NOW_MS)).toBe(0)
    expect(take('a', 1, NOW_MS)).toBe(20)
    expect(take('b', 1, NOW_MS)).toBe(0)
  })

  test('nobody waits longer than two seconds, and the debt is never more than that', () => {
    const take = taking(createRateLimit())
    for (let i = 0; i < 100; i += 1) expect(take('a', 500, NOW_MS)).toBeLessThanOrEqual(2_000)
    // What was taken last counts on top of the capped debt.
    expect(take('a', 1, NOW_MS + 10_000)).toBeLessThanOrEqual(2_000)
    expect(take('a', 1, NOW_MS + 20_000)).toBe(0)
  })

  test('a clock that was set back makes nobody wait for it to return', () => {
    const take = taking(createRateLimit())
    take('a', 1, NOW_MS)
    expect(take('a', 1, NOW_MS - 86_400_000)).toBeLessThanOrEqual(2_000)
    expect(take('a', 1, NOW_MS - 86_400_000 + 3_000)).toBe(0)
  })

  test("each profile has its own rate, and a batch's messages count one by one", () => {
    const take = taking(createRateLimit())
    expect(take('slow', 11, NOW_MS, 1)).toBe(1_000)
    expect(take('fast', 10_000, NOW_MS, 1_000)).toBe(0)
  })
})

describe('at the embedded broker', () => {
  let house: Embedded | undefined
  afterEach(() => house?.stop())

  test('everything is taken at once, the PUBACKs wait in order, and each packet counts as deferred', async () => {
    house = await startEmbedded()
    const slow = JSON.stringify(registryOf('demo', ['mat1', 'mat2'], 2, 1))
    await house.broker.bus.publish(facilityTopic('demo', 'registry'), slow, { qos: 1, retain: true })
    const client = await house.device('mat1', { keepalive: 1 })
    const order: number[] = []
    const sent = Array.from({ length: 14 }, (_, seq) =>
      client
        .publishAsync('mimamori/v1/demo/mat1/telemetry', telemetry('b', seq), { qos: 1 })
        .then(() => order.push(seq)),
    )
    const gateway = house.gateway
    await until('all are taken', () => gateway.totals('demo').accepted === 14)
    expect(gateway.totals('demo').deferred).toBe(4)
    await Promise.all(sent)
    expect(order).toEqual(Array.from({ length: 14 }, (_, seq) => seq))
  })
})
