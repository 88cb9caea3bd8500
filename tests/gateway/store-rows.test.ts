/** Rows on their way to the store: the lines made from the spool's bytes are those made from the rows, whatever the messages are and wherever a batch ends. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createByteWriter } from '../../core/byte-writer.ts'
import type { Mark, StoredRow } from '../../core/readings.ts'
import { type CommitDigest, createDigest } from '../../gateway/digest.ts'
import { createEntryEncoder, type Entry, isAccepted, rowOf } from '../../gateway/entries.ts'
import { createStoreTally } from '../../gateway/ledger/store-tally.ts'
import { createBody } from '../../gateway/spool/body.ts'
import { createCommit } from '../../gateway/spool/commit.ts'
import { createRowReader, createStoreRows } from '../../gateway/store-rows.ts'
import { createLineEncoder } from '../../storage/telemetry/influx-line.ts'
import { createRawLines } from '../../storage/telemetry/influx-raw.ts'

const FIRST = 1_000
const texts = new TextDecoder()

function commitOf(entries: readonly Entry[], skip = 0) {
  const body = createBody(createEntryEncoder(), createByteWriter())
  for (const entry of entries) body.add(entry)
  const place = { first: FIRST + skip, count: entries.length - skip, body: body.finish(), skip }
  return createCommit<Entry, CommitDigest>(place, null, createDigest)
}

/** Reads all in batches of at most `max` rows. @returns of each batch its lines, or null where the store would have to be given rows, and its rows */
function readAll(entries: readonly Entry[], max: number, skip = 0): { lines: string | null; rows: StoredRow[] }[] {
  let lines = ''
  const raw = createRawLines(async bytes => {
    lines = texts.decode(bytes)
  })
  const reader = createRowReader()
  reader.begin(commitOf(entries, skip))
  const batches: { lines: string | null; rows: StoredRow[] }[] = []
  for (let more = true; more; ) {
    const rows = createStoreRows({ raw })
    more = reader.read(rows, max)
    const batch = rows.raw()
    void batch?.write()
    if (rows.count() > 0) batches.push({ lines: batch ? lines : null, rows: rows.rows() })
    batch?.free()
  }
  return batches
}

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}$/)
const metric = fc
  .stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
  .filter(one => !['boot', 'boot_rx', 'marks', 'rx', 'seq'].includes(one))
const plainText = fc.stringMatching(/^[\x20-\x7e]{1,30}$/)
const value = fc.oneof(
  // The spool keeps JSON, which has one zero.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0),
  fc.integer(),
  plainText,
  fc.constantFrom('眠り', 'a"b\\c'),
)
const flag = fc.constantFrom(undefined, 1 as const)
const acceptedEntry = fc.record({
  k: fc.constant('a'),
  f: name,
  d: name,
  p: name,
  b: fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/),
  s: fc.nat(2 ** 32 - 1),
  h: fc.nat(2 ** 32 - 1),
  rx: fc.integer({ min: 1_000, max: 4_000_000_000_000 }),
  n: fc.oneof(fc.nat(20), fc.nat(5_000_000)),
  t: fc.oneof(fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 }), fc.nat(50)),
  v: fc.dictionary(metric, value, { minKeys: 1, maxKeys: 6, noNullPrototype: true }),
  nb: flag,
  m: fc.constantFrom(undefined, undefined, ['late'] as Mark[], ['late', 'clock_suspect'] as Mark[]),
  e: fc.constantFrom(undefined, undefined, undefined, 'bed_exit'),
  pk: flag,
  ms: fc.constantFrom(undefined, undefined, 3),
}) as unknown as fc.Arbitrary<Entry>
const refusedEntry = fc.string({ unit: 'binary' }).map(
  raw =>
    ({
      k: 'r',
      f: 'demo',
      d: 'mat1',
      rx: 1,
      topic: 't',
      reason: 'schema',
      fields: [],
      detail: '',
      sha256: '',
      raw,
      bytes: 1,
    }) as Entry,
)
const anyEntry = fc.oneof({ weight: 5, arbitrary: acceptedEntry }, { weight: 1, arbitrary: refusedEntry })

const rowsOf = (entries: readonly Entry[], skip = 0): StoredRow[] =>
  entries.flatMap((entry, i) => (i >= skip && isAccepted(entry) ? rowOf(entry, FIRST + i) : []))
const linesOf = (rows: readonly StoredRow[]): string => texts.decode(createLineEncoder()(rows))

test('the lines and the rows are those of the entries, in batches that end anywhere, from any entry on', () => {
  fc.assert(
    fc.property(
      fc.array(anyEntry, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 70 }),
      fc.nat(10),
      (entries, max, from) => {
        const skip = Math.min(from, entries.length - 1)
        const batches = readAll(entries, max, skip)
        const expected = rowsOf(entries, skip)
        expect(batches.flatMap(({ rows }) => rows)).toEqual(expected)
        expect(batches.flatMap(({ lines }) => lines?.split('\n') ?? [])).toEqual(
          expected.length > 0 ? linesOf(expected).split('\n') : [],
        )
        expect(
          batches.every(({ rows }, i) => rows.length <= max && (rows.length === max || i === batches.length - 1)),
        ).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

const ordinary = (more: object): Entry =>
  ({
    k: 'a',
    f: 'demo',
    d: 'mat1',
    p: 'bed',
    b: 'b1',
    s: 1,
    h: 2,
    rx: 1_700_000_000_000,
    n: 3,
    t: 1_700_000_000_000,
    v: { heart_rate: 61 },
    pk: 1,
    ...more,
  }) as unknown as Entry

test.each([
  ['a reserved name', { v: { seq: 1 } }],
  ['a name that is none', { v: { 'a b': 1 } }],
  ['a name with a comma', { v: { 'a,b': 1 } }],
  ['an empty text', { v: { a: '' } }],
  ['a text with a line break', { v: { a: 'x\ny' } }],
  ['a text that is too long', { v: { a: 'x'.repeat(1_001) } }],
  ['no value', { v: {} }],
  ['a device with a space', { d: 'mat 1' }],
])('a batch with %s is given row by row, so that the one can be found', (_what, more) => {
  const [batch] = readAll([ordinary({}), ordinary(more)], 10)
  expect(batch?.lines).toBeNull()
  expect(batch?.rows).toHaveLength(2)
})

test('what is counted is what is stored: by device and hour, and those the store refused', () => {
  const entries = [
    ordinary({}),
    ordinary({ d: 'mat2', s: 2 }),
    ordinary({ s: 3, e: 'bed_exit' }),
    ordinary({ s: 4, rx: 1_700_007_200_000 }),
  ]
  const rows = createStoreRows({})
  const reader = createRowReader()
  reader.begin(commitOf(entries))
  expect([reader.read(rows, 10), reader.position(), rows.count()]).toEqual([false, FIRST + 4, 4])
  const tally = createStoreTally(null)
  rows.tally(tally, position => position === FIRST + 1)
  expect(tally.totals('demo')).toEqual({ stored: 3, deadLettered: 1 })
  const [first, second] = tally.hours()
  expect(tally.hour(first as number)?.of('demo', 'mat1')).toEqual({ stored: 2, deadLettered: 0 })
  expect(tally.hour(first as number)?.of('demo', 'mat2')).toEqual({ stored: 0, deadLettered: 1 })
  expect([tally.hour(second as number)?.since, tally.hour(second as number)?.rows]).toEqual([FIRST + 3, 1])
})

test('a body with fewer entries than its record says is not read on for ever', () => {
  const commit = commitOf([ordinary({}), ordinary({ s: 2 })])
  const reader = createRowReader()
  reader.begin({ ...commit, count: 5 })
  expect(() => reader.read(createStoreRows({}), 10)).toThrow()
})
