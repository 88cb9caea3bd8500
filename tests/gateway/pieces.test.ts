/** The gateway's small pure parts: intervals, hashes, state snapshots, packet lengths, acknowledgement order, decoding. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createByteWriter } from '../../core/byte-writer.ts'
import type { BootId, DeviceId, ProfileId } from '../../core/ids.ts'
import type { Mark } from '../../core/readings.ts'
import { createAckQueue } from '../../gateway/ack-queue.ts'
import { contentHash } from '../../gateway/content-hash.ts'
import { decode } from '../../gateway/decode.ts'
import type { Entry } from '../../gateway/entries.ts'
import { createEntryEncoder } from '../../gateway/entries.ts'
import { createHeld } from '../../gateway/held.ts'
import { addTo, coverOf, type Intervals, includes } from '../../gateway/intervals.ts'
import { createReceived } from '../../gateway/received.ts'
import { createRecentHashes, HASHES_KEPT } from '../../gateway/recent-hashes.ts'
import { createBody } from '../../gateway/spool/body.ts'
import { parseBody } from '../../gateway/spool/record.ts'
import { facilityId } from './fixtures.ts'

describe('intervals', () => {
  test('hold exactly what was added, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 80 }), seqs => {
        const intervals: Intervals = []
        for (const seq of seqs) addTo(intervals, seq)
        const set = new Set(seqs)
        for (let seq = 0; seq <= 61; seq += 1) expect(includes(intervals, seq)).toBe(set.has(seq))
        for (let i = 2; i < intervals.length; i += 2)
          expect(intervals[i]).toBeGreaterThan((intervals[i - 1] as number) + 1)
      }),
    )
  })

  test('the receipt covers nothing that was not received, and all of it while there are few gaps', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 200 }), seqs => {
        const intervals: Intervals = []
        for (const seq of seqs) addTo(intervals, seq)
        const cover = coverOf(intervals, 8)
        expect(cover?.gaps.length).toBeLessThanOrEqual(8)
        const missing = new Set(
          cover?.gaps.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
        )
        for (let seq = 0; seq <= (cover?.seq ?? -1); seq += 1) expect(missing.has(seq)).toBe(!seqs.includes(seq))
        if (intervals.length / 2 <= 8) expect(cover?.seq).toBe(Math.max(...seqs))
      }),
    )
  })

  test('the contract example comes out', () => {
    const intervals: Intervals = [0, 16, 20, 39, 41, 1234]
    expect(coverOf(intervals, 64)).toEqual({
      seq: 1234,
      gaps: [
        [17, 19],
        [40, 40],
      ],
    })
    expect(coverOf([], 64)).toBeNull()
  })
})

test('the latest hashes are found and older ones are forgotten, also after being written down', () => {
  const hashes = createRecentHashes()
  for (let seq = 0; seq < HASHES_KEPT + 100; seq += 1) hashes.add(seq % 2, seq, seq * 7)
  for (const kept of [hashes, createRecentHashes(hashes.encode())]) {
    expect(kept.find(0, 98)).toBeNull()
    expect(kept.find(0, 100)).toBe(700)
    expect(kept.find(1, 100)).toBeNull()
    expect(kept.find(1, HASHES_KEPT + 99)).toBe((HASHES_KEPT + 99) * 7)
  }
})

test('the content hash sees values and nothing else', () => {
  const message = { boot: 'b', seq: 1, ts: 5, metrics: { a: 1, b: 'x' } }
  const same = { metrics: { b: 'x', a: 1 }, ts: 5, seq: 1, boot: 'b', fw: '2', battery: 3 }
  expect(contentHash(same)).toBe(contentHash(message))
  for (const other of [
    { ...message, seq: 2 },
    { ...message, ts: 6 },
    { ...message, metrics: { a: 1, b: 'y' } },
    { ...message, boot: 'c' },
  ])
    expect(contentHash(other)).not.toBe(contentHash(message))
})

test('the state is the same after snapshot and restore, and goes on the same', () => {
  const accepted = (d: string, b: string, s: number, n: number): Entry => ({
    k: 'a',
    f: facilityId('demo'),
    d: d as DeviceId,
    p: 'bed.sleep_mat' as ProfileId,
    b: b as BootId,
    s,
    h: s * 3,
    n,
    t: 1,
    rx: 1,
    v: {},
  })
  const first = createReceived()
  for (let i = 0; i < 300; i += 1) first.apply(accepted('mat1', i < 200 ? 'x' : 'y', i % 200, i))
  first.apply(accepted('mat2', 'z', 7, 0))
  first.apply({ ...accepted('mat2', 'z', 7, 0), k: 'd' } as Entry)
  const second = createReceived()
  second.restore(Buffer.concat(first.snapshot()))
  for (const state of [first, second]) {
    const [mat1, mat2] = [state.device('demo', 'mat1'), state.device('demo', 'mat2')]
    expect(mat1).toMatchObject({ n: 300, boot: 'y' })
    expect(state.intervals('demo', 'mat1', 'x')).toEqual([0, 199])
    expect(state.seen(mat1, 'y', 99, 297)).toBe('same')
    expect(state.seen(mat1, 'y', 99, 1)).toBe('other')
    expect(state.seen(mat1, 'y', 100, 300)).toBe('no')
    expect(state.seen(mat2, 'x', 7, 21)).toBe('no')
    expect(state.totals('demo')).toMatchObject({
      accepted: 301,
      duplicate: 1,
      conflicting: 0,
      refused: 0,
      received: 301,
    })
    state.apply(accepted('mat1', 'y', 100, 300))
    expect(state.seen(mat1, 'y', 100, 300)).toBe('same')
  }
  expect(Buffer.concat(second.snapshot()).equals(Buffer.concat(first.snapshot()))).toBe(true)
})

test('an entry is written as JSON would be, whatever is in it', () => {
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeNat(), fc.constant(-0))
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/).filter(text => text !== '__proto__')
  const flag = fc.constantFrom(1 as const, undefined)
  const entry = fc.record({
    k: fc.constant('a' as const),
    f: fc.constantFrom('demo', 'b-2'),
    d: fc.constantFrom('mat1', 'mat2'),
    b: fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/),
    s: fc.maxSafeNat(),
    h: fc.nat(4_294_967_295),
    rx: fc.nat(4_000_000_000_000),
    p: fc.constant('bed.sleep_mat'),
    n: fc.maxSafeNat(),
    t: fc.nat(4_000_000_000_000),
    v: fc.dictionary(name, fc.oneof(number, fc.string({ unit: 'binary' })), { noNullPrototype: true }),
    nb: flag,
    m: fc.constantFrom(undefined, ['late'] as Mark[], ['late', 'clock_suspect'] as Mark[]),
    e: fc.constantFrom(undefined, 'bed_exit'),
    g: fc.constantFrom(undefined, 7),
    rc: flag,
    pk: flag,
    ms: fc.constantFrom(undefined, 3),
    df: flag,
  }) as unknown as fc.Arbitrary<Entry>
  const encode = createEntryEncoder()
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 200 }), entries => {
      const body = createBody(encode, createByteWriter())
      for (const one of entries) body.add(one)
      expect(parseBody(body.finish())).toEqual(JSON.parse(JSON.stringify(entries)))
    }),
    { numRuns: 300 },
  )
})

test('acknowledgements go out in order of arrival, together, and stop when the connection ends', async () => {
  const written: number[][] = []
  const turn = () => new Promise(resolve => setImmediate(resolve))
  const queue = createAckQueue(packets => {
    const ids: number[] = []
    for (let at = 0; at < packets.length; at += 4) {
      expect([packets[at], packets[at + 1]]).toEqual([0x40, 2])
      ids.push(((packets[at + 2] as number) << 8) | (packets[at + 3] as number))
    }
    written.push(ids)
  })
  const [a, b, c, d] = [1, 2, 300, 4].map(id => queue.hold(id, id)) as [number, number, number, number]
  expect(queue.finish(b)).toBe(2)
  await turn()
  expect(written).toEqual([])
  expect([queue.bytesOf(a), queue.finish(a), queue.finish(c)]).toEqual([1, 1, 300])
  await turn()
  expect(written).toEqual([[1, 2, 300]])
  queue.close()
  expect(queue.finish(d)).toBe(4)
  await turn()
  expect(written).toEqual([[1, 2, 300]])
})

test("another's acknowledgement takes its place in the order, and is not called for when the connection has ended", async () => {
  const said: string[] = []
  const turn = () => new Promise(resolve => setImmediate(resolve))
  const queue = createAckQueue(packets => void said.push(`${packets.length / 4} own`))
  const first = queue.hold(1, 0)
  const others = [queue.turn(), queue.turn()]
  const last = queue.hold(2, 0)
  const open = queue.hold(3, 0)
  const late = queue.turn()
  queue.finish(last)
  others.forEach((finish, i) => {
    finish(() => said.push(`other ${i}`))
  })
  await turn()
  expect(said).toEqual([])
  queue.finish(first)
  await turn()
  expect(said).toEqual(['1 own', 'other 0', 'other 1', '1 own'])
  queue.close()
  queue.finish(open)
  late(() => said.push('too late'))
  await turn()
  expect(said).toHaveLength(4)
})

test('a connection that is not read has a reserve, which ends at twice the bytes, its own or those of all', () => {
  const shared = { bytes: 0, maxBytes: 100 }
  const flow: string[] = []
  const heldOf = () =>
    createHeld(
      { packets: 3, bytes: 50, shared },
      { pause: () => flow.push('pause'), resume: () => flow.push('resume') },
    )
  const [one, other] = [heldOf(), heldOf()]
  for (let i = 0; i < 4; i += 1) one.add(20)
  expect([flow, one.hasReserve()]).toEqual([['pause'], true])
  one.add(20)
  expect([one.hasReserve(), other.hasReserve()]).toEqual([false, true])
  other.add(100)
  expect(other.hasReserve()).toBe(false)
  for (let i = 0; i < 5; i += 1) one.remove(20)
  other.remove(100)
  expect([flow, one.hasReserve(), other.hasReserve()]).toEqual([['pause', 'pause', 'resume', 'resume'], true, true])
})

describe('decoding', () => {
  const good = { v: 1, boot: 'b', seq: 3, ts: 5, metrics: { a: 1 } }
  const of = (value: unknown, channel: 'telemetry' | 'event' | 'status' = 'telemetry') =>
    decode(channel, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

  test.each([
    ['{', 'not_json'],
    ['', 'not_json'],
    [{ ...good, v: 2 }, 'version'],
    [{ ...good, v: '1' }, 'schema'],
    [{ ...good, v: 2, seq: -1 }, 'schema'],
    [{ ...good, seq: 1.5 }, 'schema'],
    [{ ...good, extra: 1 }, 'schema'],
    [[good], 'schema'],
    ['null', 'schema'],
    ['"text"', 'schema'],
    [{ v: 1, messages: [] }, 'schema'],
    [{ v: 1, messages: Array(501).fill(good) }, 'schema'],
    [{ ...good, metrics: { a: 'x'.repeat(70_000) } }, 'too_large'],
    [`{"v":1,"messages":[],"x":"${'x'.repeat(263_000)}"}`, 'too_large'],
  ])('%# %.60j is refused as %s', (value, reason) => {
    expect(of(value)).toMatchObject([{ kind: 'unreadable', reason }])
  })

  test('bytes that are no UTF-8 are no JSON', () => {
    expect(decode('telemetry', Buffer.from([0x22, 0xff, 0x22]))).toMatchObject([{ reason: 'not_json' }])
  })

  test('each message of a batch is judged for itself', () => {
    const { v: _, ...inner } = good
    expect(of({ v: 1, messages: [inner, { ...inner, seq: 'x' }, 7] })).toMatchObject([
      { kind: 'telemetry', message: inner },
      { kind: 'unreadable', reason: 'schema', boot: 'b', raw: expect.stringContaining('"x"') },
      { kind: 'unreadable', reason: 'schema', raw: '7' },
    ])
  })

  test('the detail names fields and never values', () => {
    const [item] = of({ ...good, boot: 'secret value', metrics: { a: { deep: 'secret' } } })
    expect(JSON.stringify(item)).not.toContain('secret')
  })

  test('any bytes give an answer', () => {
    fc.assert(fc.property(fc.uint8Array(), bytes => decode('telemetry', Buffer.from(bytes)).length > 0))
    fc.assert(fc.property(fc.json(), json => decode('event', Buffer.from(json)).length > 0))
  })
})

test('memory is bounded when the facilities of what is refused are rubbish', () => {
  const received = createReceived()
  const refused = (f: string): Entry =>
    ({
      k: 'r',
      f,
      d: 'x',
      rx: 1,
      topic: 't',
      reason: 'unknown_device',
      fields: [],
      detail: '',
      sha256: '',
      raw: '',
      bytes: 0,
    }) as Entry
  for (let i = 0; i < 5_000; i += 1) received.apply(refused(`f-${i}`))
  expect(received.totals('').refused).toBe(4_000)
  expect(Buffer.concat(received.snapshot()).length).toBeLessThan(200_000)
})
