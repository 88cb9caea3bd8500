/** The outbox of a device: nothing is forgotten before it is covered, and nothing is sent under a new number. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bootIdSchema } from '../../core/ids.ts'
import { MAX_BATCH_MESSAGES, type ReceiptMessage } from '../../core/messages.ts'
import { createOutbox, type Packet } from '../../device-sim/outbox.ts'

const receipt = (seq: number, gaps: [number, number][] = [], boot = 'b'): ReceiptMessage => ({
  boot: bootIdSchema.parse(boot),
  seq,
  gaps,
})
const reading = (atMs: number) => ({ atMs, metrics: { heart_rate: 60 } })
const event = (atMs: number) => ({ atMs, event: 'bed_exit' })
const seqsOf = (packet: Packet | null): number[] => packet?.entries.map(entry => entry.seq) ?? []
const drain = (outbox: ReturnType<typeof createOutbox>): Packet[] => {
  const packets: Packet[] = []
  for (let packet = outbox.take(); packet; packet = outbox.take()) packets.push(packet)
  return packets
}
const refusal = { sha256: '', reason: 'out_of_range' as const, detail: '', final: true }

describe('numbering', () => {
  test('one counter serves telemetry and events when both are sent', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(1000))
    outbox.add(event(1000))
    outbox.add(reading(2000))
    expect(drain(outbox).map(seqsOf)).toEqual([[1], [0, 2]])
  })

  test('each boot starts at 0 and has its own receipts when a backlog of an earlier one is sent', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(1000), 'a')
    outbox.add(reading(2000))
    expect(drain(outbox).map(packet => [packet.entries[0]?.boot, ...seqsOf(packet)])).toEqual([
      ['b', 0],
      ['a', 0],
    ])
    outbox.cover(receipt(0, [], 'a'), 0)
    expect(outbox.size()).toBe(1)
  })
})

describe('packets', () => {
  test('a single message has its version, a batch has one for all', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(0))
    expect(JSON.parse(outbox.take()?.payload ?? '')).toEqual({
      v: 1,
      boot: 'b',
      seq: 0,
      ts: '1970-01-01T00:00:00.000Z',
      metrics: { heart_rate: 60 },
    })
    outbox.add(reading(1))
    outbox.add(reading(2))
    const batch = JSON.parse(outbox.take()?.payload ?? '')
    expect(batch.v).toBe(1)
    expect(batch.messages.map((m: { seq: number; v?: number }) => [m.seq, m.v])).toEqual([
      [1, undefined],
      [2, undefined],
    ])
  })

  test('batches keep the limits when the backlog is long', () => {
    const outbox = createOutbox({ boot: 'b' })
    const metrics = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`metric_with_a_long_name_${i}`, i / 7]))
    for (let i = 0; i < 1200; i++) outbox.add({ atMs: i, metrics })
    const packets = drain(outbox)
    for (const packet of packets) {
      expect(packet.entries.length).toBeLessThanOrEqual(MAX_BATCH_MESSAGES)
      expect(Buffer.byteLength(packet.payload)).toBeLessThanOrEqual(262_144)
    }
    expect(packets.flatMap(seqsOf)).toEqual(Array.from({ length: 1200 }, (_, i) => i))
  })

  test('the bytes are the same when a message is sent again alone', () => {
    const outbox = createOutbox({ boot: 'b', batchLimit: 1 })
    outbox.add(reading(0))
    const first = outbox.take()
    outbox.resendAll()
    expect(outbox.take()?.payload).toBe(first?.payload)
  })
})

describe('receipts', () => {
  test('what the receipt covers is forgotten, what lies in its gaps is kept', () => {
    const outbox = createOutbox({ boot: 'b', batchLimit: 1 })
    for (let i = 0; i < 10; i++) outbox.add(reading(i))
    drain(outbox)
    outbox.cover(receipt(7, [[2, 3]]), 0)
    expect(outbox.size()).toBe(4)
    expect(outbox.counts().acknowledged).toBe(6)
  })

  test('a gap is sent again when its PUBACK came long ago, and left alone when it may still be on its way', () => {
    const outbox = createOutbox({ boot: 'b', batchLimit: 1 })
    for (let i = 0; i < 3; i++) outbox.add(reading(i))
    const [first, second] = drain(outbox)
    outbox.acknowledged(first!, 0)
    outbox.acknowledged(second!, 9_000)
    outbox.cover(receipt(2, [[0, 1]]), 10_000)
    expect(drain(outbox).map(seqsOf)).toEqual([[0]])
  })

  test('the receipt of another boot covers nothing', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(0))
    outbox.cover(receipt(5, [], 'other'), 0)
    expect(outbox.size()).toBe(1)
  })

  test('what was never covered is sent again when the patience is over, what is in flight is not', () => {
    const outbox = createOutbox({ boot: 'b', batchLimit: 1 })
    outbox.add(reading(0))
    outbox.add(reading(1))
    const [first] = drain(outbox)
    outbox.acknowledged(first!, 1_000)
    expect(outbox.resendUnheard(1_000)).toBe(0)
    expect(outbox.resendUnheard(1_001)).toBe(1)
    expect(drain(outbox).map(seqsOf)).toEqual([[0]])
  })

  test('a message covered while it waits to be sent again is not sent', () => {
    const outbox = createOutbox({ boot: 'b', batchLimit: 1 })
    outbox.add(reading(0))
    drain(outbox)
    outbox.resendAll()
    outbox.cover(receipt(0), 0)
    expect(outbox.take()).toBeNull()
  })
})

describe('refusals', () => {
  test('a final refusal drops the message and is counted once when told twice', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(0))
    outbox.add(reading(1))
    drain(outbox)
    outbox.reject({ ...refusal, boot: 'b', seq: 0 })
    outbox.reject({ ...refusal, boot: 'b', seq: 0 })
    expect(outbox.size()).toBe(1)
    expect(outbox.counts()).toEqual({ published: 2, acknowledged: 1, refused: 1 })
  })

  test('a refusal after the receipt is counted too', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(0))
    drain(outbox)
    outbox.cover(receipt(0), 0)
    outbox.reject({ ...refusal, boot: 'b', seq: 0 })
    expect(outbox.counts()).toEqual({ published: 1, acknowledged: 1, refused: 1 })
  })

  test('a curable refusal keeps the message', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(0))
    drain(outbox)
    outbox.reject({ ...refusal, reason: 'unknown_device', boot: 'b', seq: 0, final: false })
    expect(outbox.size()).toBe(1)
  })

  test('a packet that could not be read is dropped by its hash', () => {
    const outbox = createOutbox({ boot: 'b' })
    outbox.add(reading(0))
    outbox.add(reading(1))
    const sha256 = drain(outbox)[0]?.entries[0]?.sha256 ?? ''
    outbox.reject({ ...refusal, reason: 'schema', sha256 })
    expect(outbox.size()).toBe(0)
  })
})

test('every message arrives when packets, receipts and connections are lost at random', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), event: fc.boolean() }),
    fc.record({ kind: fc.constant('send' as const), arrives: fc.boolean(), puback: fc.boolean() }),
    fc.record({ kind: fc.constant('receipt' as const) }),
    fc.record({ kind: fc.constant('reconnect' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 4 }), (steps, batchLimit) => {
      const outbox = createOutbox({ boot: 'b', batchLimit })
      const arrived = new Map<number, string>()
      let added = 0
      let nowMs = 0
      /** What the platform would say: the highest seq that came, and what is missing below it. */
      const cover = (): ReceiptMessage | null => {
        const top = Math.max(-1, ...arrived.keys())
        const missing = Array.from({ length: top + 1 }, (_, seq) => seq).filter(seq => !arrived.has(seq))
        return top < 0
          ? null
          : receipt(
              top,
              missing.map(seq => [seq, seq]),
            )
      }
      const send = (arrives: boolean, puback: boolean): boolean => {
        const packet = outbox.take()
        if (!packet) return false
        if (arrives) {
          const body = JSON.parse(packet.payload)
          for (const message of body.messages ?? [body]) {
            const { v, ...content } = message
            const before = arrived.get(content.seq)
            const now = JSON.stringify(content)
            expect(before ?? now).toBe(now)
            arrived.set(content.seq, now)
          }
        }
        if (puback) outbox.acknowledged(packet, nowMs)
        return true
      }
      for (const s of steps) {
        nowMs += 1_000
        if (s.kind === 'add') {
          outbox.add(s.event ? event(added) : reading(added))
          added++
        } else if (s.kind === 'send') send(s.arrives, s.puback)
        else if (s.kind === 'reconnect') outbox.resendAll()
        else {
          const message = cover()
          if (message) outbox.cover(message, nowMs)
        }
        // Held, or with the platform: never neither.
        expect(outbox.size() + outbox.counts().acknowledged).toBe(added)
        expect(outbox.counts().acknowledged).toBeLessThanOrEqual(arrived.size)
      }
      outbox.resendAll()
      while (send(true, true)) nowMs += 10
      const last = cover()
      if (last) outbox.cover(last, nowMs)
      expect(arrived.size).toBe(added)
      expect(outbox.size()).toBe(0)
    }),
    { numRuns: 300 },
  )
})
