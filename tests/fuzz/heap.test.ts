/** Memory: topics of strangers leave nothing behind, and a run that grows is told from one that does not. */
import { expect, test } from 'vitest'
import { createPacketJudge } from '../../gateway/judge-packet.ts'
import { createReceived } from '../../gateway/received.ts'
import { grows, settledHeapMb } from './heap.ts'

test('long topics of unknown devices are not kept', async () => {
  const judge = createPacketJudge({
    registry: {
      generation: () => 1,
      start: async () => undefined,
      facilities: () => [],
      device: () => undefined,
      elsewhere: () => false,
      known: async () => undefined,
      complete: () => true,
    },
    received: createReceived(),
    limit: { bucket: () => ({ take: () => 0 }) },
    skewMs: () => 0,
  })
  const payload = Buffer.from('{')
  const before = await settledHeapMb()
  for (let i = 0; i < 1_000; i += 1)
    judge.judge({ topic: `mimamori/v1/demo/${i}${'x'.repeat(60_000)}/telemetry`, payload, retained: false }, 1)
  expect(await settledHeapMb()).toBeLessThan(before + 10)
})

test('a heap that grows from third to third grows; one that comes and goes does not', () => {
  expect(grows([30, 40, 35, 42, 33, 45, 36, 44, 38, 41, 34, 43])).toBe(false)
  expect(grows([30, 34, 38, 42, 46, 50, 54, 58, 62, 66, 70, 74])).toBe(true)
  expect(grows([30, 90])).toBe(false)
})
