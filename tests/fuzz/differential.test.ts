/** Two ways of saying the same thing held against each other over spoilt inputs: compiled checks, publish scanner, time parser, content hash. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import {
  batchEnvelopeSchema,
  batchedTelemetrySchema,
  eventMessageSchema,
  type MetricValue,
  statusMessageSchema,
  telemetryMessageSchema,
} from '../../core/messages.ts'
import { parseRfc3339 } from '../../core/time.ts'
import { CHECKS } from '../../gateway/check.ts'
import { contentHash } from '../../gateway/content-hash.ts'
import { decode } from '../../gateway/decode.ts'
import { createRandom, mix, type Random } from '../faults/random.ts'
import { fuzzPacket } from './payloads.ts'

describe('compiled checks', () => {
  const schemas: Record<keyof typeof CHECKS, z.ZodType> = {
    telemetry: telemetryMessageSchema,
    event: eventMessageSchema,
    status: statusMessageSchema,
    batched: batchedTelemetrySchema,
    envelope: batchEnvelopeSchema,
  }

  test('they and zod give one verdict on every spoilt value', () => {
    const verdicts = { yes: 0, no: 0 }
    for (let index = 0; index < 12_000; index += 1) {
      const { packet, how } = fuzzPacket(3, index)
      for (const value of valuesIn(packet.payload))
        for (const name of Object.keys(schemas) as (keyof typeof CHECKS)[]) {
          const check = CHECKS[name](value)
          const { success } = schemas[name].safeParse(value)
          // Of a key `__proto__` zod sees nothing: there the check is the stricter one, and has the last word (gateway/decode.ts).
          // A text that is longer in units than in code points is left to zod.
          const inUnits = check || success === check || CHECKS[name](withoutPairs(value))
          if (check !== success && (check || !(hasProto(value) || inUnits)))
            expect.fail(`seed 3, payload ${index} (${how}), ${name}: check ${check}, zod ${success}\n${textOf(value)}`)
          verdicts[check ? 'yes' : 'no'] += 1
        }
    }
    expect(Math.min(verdicts.yes, verdicts.no)).toBeGreaterThan(3_000)
  }, 60_000)

  test('what a check lets through is what zod would hand on', () => {
    for (let index = 0; index < 5_000; index += 1)
      for (const value of valuesIn(fuzzPacket(4, index).packet.payload))
        for (const name of Object.keys(schemas) as (keyof typeof CHECKS)[])
          if (CHECKS[name](value) && !hasProto(value)) expect(schemas[name].parse(value)).toEqual(value)
  })
})

test('a text that is too long in UTF-16 units but not in code points is taken, as the schema says', () => {
  const of = (fw: string) =>
    decode('telemetry', Buffer.from(JSON.stringify({ v: 1, boot: 'b', seq: 1, ts: 1, metrics: { a: 1 }, fw })))
  expect(of('😀'.repeat(64))).toMatchObject([{ kind: 'telemetry', message: { fw: '😀'.repeat(64) } }])
  expect(of('😀'.repeat(65))).toMatchObject([{ kind: 'unreadable', reason: 'schema' }])
})

/** Among metrics or attributes. */
const hasProto = (value: unknown): boolean =>
  ['metrics', 'attributes'].some(name =>
    Object.hasOwn(Object((value as Record<string, unknown> | null)?.[name]), '__proto__'),
  )

/** The payload, and the messages in it. */
function valuesIn(payload: Buffer): unknown[] {
  try {
    const value: unknown = JSON.parse(payload.toString())
    const inside = (value as { messages?: unknown } | null)?.messages
    return [value, ...(Array.isArray(inside) ? inside.slice(0, 10) : [])]
  } catch {
    return []
  }
}

/** With one unit in the place of each pair. */
const withoutPairs = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/[\u{10000}-\u{10ffff}]/gu, '漢')) as unknown

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, 2_000)
  } catch {
    return 'nested too deeply to be shown'
  }
}

describe('RFC 3339', () => {
  const FORM =
    /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/

  function plain(text: string): number | null {
    const found = FORM.exec(text)
    if (!found) return null
    const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const offset = found[8] ? Number(found[9]) * 60 + Number(found[10]) : 0
    const [zoneHour, zoneMinute] = [Number(found[9] ?? 0), Number(found[10] ?? 0)]
    if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null
    if (zoneHour > 14 || zoneMinute > 59 || offset > 14 * 60) return null
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
    const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!
    if (day < 1 || day > days) return null
    const date = new Date(0)
    date.setUTCFullYear(year, month - 1, day)
    date.setUTCHours(hour, minute, second, Number((found[7] ?? '').slice(0, 3).padEnd(3, '0')))
    return date.getTime() - (found[8] === '-' ? -offset : offset) * 60_000
  }

  const part = (random: Random, sane: number, digits: number): string =>
    String(random.chance(0.9) ? random.int(1, sane) : random.int(0, 10 ** digits - 1)).padStart(digits, '0')
  function someTime(random: Random): string {
    const year = random.pick(['2026', '2024', '2000', '1900', '0000', '0099', '9999', part(random, 9999, 4)])
    const zone = random.pick([
      'Z',
      'z',
      `+${part(random, 14, 2)}:${part(random, 59, 2)}`,
      '-00:00',
      '+14:00',
      '-14:01',
      '',
    ])
    const fraction = random.chance(0.5) ? `.${'1234567890123'.slice(0, random.int(0, 11))}` : ''
    const day = `${year}-${part(random, 12, 2)}-${part(random, 31, 2)}`
    const time = `${part(random, 23, 2)}:${part(random, 59, 2)}:${part(random, 59, 2)}`
    return `${day}${random.pick(['T', 't', 'T', ' '])}${time}${fraction}${zone}`
  }

  test('the parser by character and a regular expression agree on 100,000 texts', () => {
    const random = createRandom(5)
    let times = 0
    for (let i = 0; i < 100_000; i += 1) {
      let text = someTime(random)
      if (random.chance(0.4)) {
        const at = random.int(0, text.length)
        const stuff = random.pick(['', '0', '9', '-', ':', '+', '.', 'Z', ' ', '\u0000', '１', '\n', '𝟘'])
        text = text.slice(0, at) + stuff + text.slice(at + random.int(0, 2))
      }
      const read = parseRfc3339(text)
      expect(read, `text ${i}: ${JSON.stringify(text)}`).toBe(plain(text))
      if (read !== null) times += 1
    }
    expect(times).toBeGreaterThan(20_000)
  })
})

describe('content hash', () => {
  const values = fc.dictionary(
    fc.string({ maxLength: 20 }).filter(name => name !== '__proto__'),
    fc.oneof(fc.double({ noNaN: true }), fc.boolean(), fc.string({ maxLength: 10 })),
    { minKeys: 1, maxKeys: 12, noNullPrototype: true },
  )
  const identity = { boot: 'b', seq: 1, ts: 2 }
  const permuted = (given: Record<string, MetricValue>, seed: number): Record<string, MetricValue> => {
    const random = createRandom(seed)
    return Object.fromEntries(
      Object.entries(given)
        .map(entry => ({ entry, place: random.next() }))
        .sort((a, b) => a.place - b.place)
        .map(({ entry }) => entry),
    )
  }

  test('it is the same in whatever order the values stand', () => {
    fc.assert(
      fc.property(values, fc.nat(), (metrics, seed) => {
        const hash = contentHash({ ...identity, metrics })
        expect(contentHash({ metrics: permuted(metrics, seed), ...identity })).toBe(hash)
      }),
      { numRuns: 2_000, seed: 6 },
    )
  })

  test('it is another when a value, a name, the boot, the number or the time is another', () => {
    const changes: ((message: Parameters<typeof contentHash>[0], random: Random) => object)[] = [
      message => ({ boot: `${message.boot}x` }),
      message => ({ seq: message.seq + 1 }),
      message => ({ ts: Number(message.ts) + 1 }),
      message => ({ ts: String(message.ts) }),
      message => ({ event: 'bed_exit', ...message }),
      ({ metrics = {} }, random) => {
        const name = random.pick(Object.keys(metrics))
        const value = metrics[name]
        const other = typeof value === 'number' ? value / 2 + 1 : typeof value === 'boolean' ? !value : `${value}x`
        return { metrics: { ...metrics, [name]: other === value ? 7 : other } }
      },
      ({ metrics = {} }, random) => {
        const name = random.pick(Object.keys(metrics))
        const { [name]: value, ...rest } = metrics
        return { metrics: { ...rest, [`${name}x${random.int(0, 9)}`]: value } }
      },
      ({ metrics = {} }, random) => {
        const { [random.pick(Object.keys(metrics))]: _, ...rest } = metrics
        return { metrics: rest }
      },
      // Values that change places.
      ({ metrics = {} }) => {
        const names = Object.keys(metrics)
        const turned = names.map((name, i) => [name, metrics[names[(i + 1) % names.length]!]] as const)
        return turned.some(([name, value]) => !Object.is(metrics[name], value))
          ? { metrics: Object.fromEntries(turned) }
          : { seq: 9 }
      },
    ]
    let same = 0
    fc.assert(
      fc.property(values, fc.nat(), (metrics, seed) => {
        const random = createRandom(mix(7, seed))
        const message = { ...identity, metrics }
        const other = { ...message, ...random.pick(changes)(message, random) }
        if (contentHash(other as typeof message) === contentHash(message)) same += 1
      }),
      { numRuns: 20_000, seed: 7 },
    )
    // 32 bits: by chance once in two hundred thousand such runs.
    expect(same).toBe(0)
  })
})
