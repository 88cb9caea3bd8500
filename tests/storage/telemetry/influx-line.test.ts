/** The line encoder against the client's own Point: the same points after parsing, for any row that a store may be given. */
import { Point } from '@influxdata/influxdb-client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { profiles } from '../../../core/profiles/index.ts'
import { type EventRow, MARKS, type StoredRow, storeKey, type TelemetryRow } from '../../../core/readings.ts'
import { createLineEncoder } from '../../../storage/telemetry/influx-line.ts'
import { assertStorable, RESERVED_METRICS } from '../../../storage/telemetry/storable.ts'

/** The parts of a line, its escapes taken back [line protocol reference]. */
function parse(line: string) {
  const parts = split(line, ' ')
  expect(parts).toHaveLength(3)
  const [measurement, ...tags] = split(parts[0] as string, ',')
  const pairs = (list: string[]) =>
    Object.fromEntries(list.map(part => split(part, '=').map(text => text.replace(/\\([,= "\\])/g, '$1'))))
  return { measurement, tags: pairs(tags), fields: pairs(split(parts[1] as string, ',')), time: parts[2] }
}

/** Splits outside of quotes and not at escaped separators. */
function split(text: string, separator: string): string[] {
  const parts = ['']
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (char === '\\') parts[parts.length - 1] += char + text[++i]
    else if (char === separator && !quoted) parts.push('')
    else {
      if (char === '"') quoted = !quoted
      parts[parts.length - 1] += char
    }
  }
  return parts
}

function asPoint(row: StoredRow): string {
  const point = new Point(row.kind).tag('facility', row.facility).tag('device', row.device).tag('profile', row.profile)
  if (row.kind === 'event')
    point.stringField('event', row.event).stringField('attributes', JSON.stringify(row.attributes))
  else
    for (const [metric, value] of Object.entries(row.values))
      if (typeof value === 'number') point.floatField(metric, value)
      else point.stringField(metric, value)
  point.intField('seq', row.seq).intField('rx', row.rx)
  if (row.bootChanged) point.stringField('boot', row.boot).intField('boot_rx', row.rx)
  if (row.marks.length > 0) point.stringField('marks', MARKS.filter(mark => row.marks.includes(mark)).join(','))
  return point.timestamp(row.key.toString()).toLineProtocol() as string
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const text = fc.string({ unit: fc.constantFrom(...'ab,= "\\\'{}$#見🛏é', '\\"', '\\\\'), minLength: 1, maxLength: 20 })
const value = fc.oneof(number, text)
const metricName = fc
  .stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
  .filter(name => !RESERVED_METRICS.includes(name) && name !== '__proto__')
const base = {
  facility: fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}$/),
  device: fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}$/),
  profile: fc.stringMatching(/^[a-z]{1,8}\.[a-z_]{1,8}$/),
  key: fc
    .tuple(fc.integer({ min: 946_684_800_000, max: 4_102_444_799_999 }), fc.nat(3_000_000))
    .map(([ms, n]) => storeKey(ms, n)),
  rx: fc.nat(4_102_444_799_999),
  boot: fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/),
  bootChanged: fc.boolean(),
  seq: fc.nat(Number.MAX_SAFE_INTEGER),
  marks: fc.shuffledSubarray([...MARKS]),
  position: fc.nat(),
}
const telemetry = fc.record({
  ...base,
  kind: fc.constant('telemetry'),
  values: fc.dictionary(metricName, value, { minKeys: 1, maxKeys: 8 }),
})
const event = fc.record({
  ...base,
  kind: fc.constant('event'),
  event: metricName,
  attributes: fc.dictionary(metricName, fc.oneof(number, fc.string({ unit: 'binary' }))),
})
const row = fc.oneof(telemetry, event) as unknown as fc.Arbitrary<StoredRow>

describe('line encoder', () => {
  it('writes the same point as the client for any row', () => {
    const encode = createLineEncoder()
    fc.assert(
      fc.property(row, given => {
        assertStorable([given])
        const line = Buffer.from(encode([given])).toString()
        expect(line).not.toMatch(/[\r\n]/)
        expect(parse(line)).toEqual(parse(asPoint(given)))
      }),
      { numRuns: 2_000 },
    )
  })

  it('writes the same points for any rows together, whatever it wrote before', () => {
    const encode = createLineEncoder()
    const few = {
      facility: fc.constantFrom('fa', 'fb'),
      device: fc.constantFrom('da', 'db'),
      profile: fc.constantFrom('p.a', 'p.b'),
    }
    const together = fc.array(
      fc.tuple(row, fc.record(few)).map(([one, names]) => ({ ...one, ...names }) as StoredRow),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(together, given => {
        const lines = Buffer.from(encode(given)).toString().split('\n')
        expect(lines.map(parse)).toEqual(given.map(one => parse(asPoint(one))))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps devices of one name in two facilities apart', () => {
    const encode = createLineEncoder()
    const [one] = fc.sample(telemetry, { numRuns: 1, seed: 1 }) as unknown as TelemetryRow[]
    const rows = ['a1', 'b1'].map(facility => ({
      ...(one as TelemetryRow),
      facility: facility as TelemetryRow['facility'],
    }))
    const lines = Buffer.from(encode(rows)).toString().split('\n')
    expect(lines.map(line => parse(line).tags.facility)).toEqual(['a1', 'b1'])
  })

  it('lets nothing through that is no name, no finite number or no plain text', () => {
    const bad = fc.oneof(
      fc.record({
        values: fc.dictionary(
          metricName,
          fc.constantFrom(Number.NaN, Infinity, -Infinity, '', 'a\nb', '\u0000', 'x\ud800'),
          { minKeys: 1 },
        ),
      }),
      fc.record({
        values: fc.constantFrom({ 'a b': 1 }, { A: 1 }, { 'x=1,y': 1 }, { '': 1 }, { boot: 'x' }, { marks: 'x' }),
      }),
      fc.record({ device: fc.constantFrom('', 'a b', 'a,b', 'a=b', 'a\\', 'a\nb', '"') }),
    ) as unknown as fc.Arbitrary<Partial<TelemetryRow>>
    fc.assert(
      fc.property(telemetry as unknown as fc.Arbitrary<TelemetryRow>, bad, (given, fault) => {
        expect(() => assertStorable([{ ...given, ...fault } as TelemetryRow])).toThrow('Row at position')
      }),
    )
  })

  it('refuses an event with a number that JSON cannot hold', () => {
    const [one] = fc.sample(event, { numRuns: 1, seed: 2 }) as unknown as EventRow[]
    expect(() => assertStorable([{ ...(one as EventRow), attributes: { rate: Number.NaN } }])).toThrow(
      'no finite number',
    )
  })
})

it('no profile has a metric with the name of a column', () => {
  const names = profiles.flatMap(profile => Object.keys(profile.metrics))
  expect(names.filter(name => RESERVED_METRICS.includes(name))).toEqual([])
  expect(names.length).toBeGreaterThan(10)
})
