/** Spoils messages: their bytes, their JSON, their meaning. The same spoilage for the same chance. */
import type { Random } from '../faults/random.ts'
import { BEGIN_MS } from './house.ts'

/** Stands in payloads so that it can be looked for where no payload belongs. */
export const CANARY = 'zqCANARYqz'

type Json = Record<string, unknown>

/** Any one change of the bytes. */
export const byteMutations: Record<string, (random: Random, bytes: Buffer) => Buffer> = {
  flip: (random, bytes) => changed(bytes, copy => (copy[at(random, copy)]! ^= 1 << random.int(0, 7))),
  replace: (random, bytes) => changed(bytes, copy => (copy[at(random, copy)] = random.int(0, 255))),
  nul: (random, bytes) => changed(bytes, copy => (copy[at(random, copy)] = 0)),
  'invalid utf-8': (random, bytes) =>
    inserted(
      random,
      bytes,
      Buffer.from(random.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88], [0xe2, 0x82]])),
    ),
  insert: (random, bytes) => inserted(random, bytes, randomBytes(random, random.int(1, 8))),
  delete(random, bytes) {
    const from = at(random, bytes)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.int(1, 8))])
  },
  truncate: (random, bytes) => bytes.subarray(0, at(random, bytes)),
  repeat(random, bytes) {
    const from = at(random, bytes)
    const part = bytes.subarray(from, from + random.int(1, 60))
    return inserted(random, bytes, Buffer.concat(Array.from({ length: random.int(1, 20) }, () => part)))
  },
  splice: (random, bytes) => Buffer.concat([bytes.subarray(0, at(random, bytes)), bytes.subarray(at(random, bytes))]),
  noise: random => randomBytes(random, random.int(0, 200)),
  twice: (_random, bytes) => Buffer.concat([bytes, bytes]),
}

const RAW_VALUES = [
  ...['1e400', '-1e400', '-0', '1e-400', '5e-324', '9007199254740993', '-1', '1.5', '0', '1e21', '01', '.5', '+1'],
  ...['null', 'true', 'false', '""', '[]', '{}', '[[]]', 'NaN', 'Infinity', 'undefined', "'x'", '"\\x41"'],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u2028"', '"\u202e"', '"𝄞"', '"é"', '"e\\u0301"', '" "', '"\t"'],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{}}}', '{"length":5}', '{"toString":1}', '[1,2,3]'],
  ...[`"${CANARY}"`, `{"${CANARY}":1}`, `["${CANARY}"]`, `"${CANARY}\\n"`],
]
const KEYS = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', 'length', '', ' ', '0'],
  ...[
    'v',
    'boot',
    'seq',
    'ts',
    'metrics',
    'messages',
    'event',
    'attributes',
    'fw',
    'battery',
    'rssi',
    'state',
    'model',
  ],
  ...['heart_rate', 'bed_state', CANARY, `${CANARY}"`, 'é', '\ud800', '\u0000', 'x'.repeat(49), 'x'.repeat(5_000)],
]
const PLACE = '@@here@@'

/** Puts something in the place of any one value of the message. Returns JSON text, which may be none any more. */
export const jsonMutations: Record<string, (random: Random, message: Json) => string> = {
  value: (random, message) => withRaw(random, message, random.pick(RAW_VALUES)),
  'deep nesting'(random, message) {
    const depth = random.pick([10, 200, 3_000, 12_000, 60_000])
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
    return withRaw(random, message, `${open.repeat(depth)}1${close.repeat(depth)}`.slice(0, 262_000))
  },
  'long text': (random, message) =>
    withRaw(
      random,
      message,
      `"${random.pick(['x', CANARY, '\\u0041', '漢']).repeat(random.pick([7, 65, 900, 20_000]))}"`,
    ),
  key(random, message) {
    const holder = random.pick(holdersIn(message))
    const [known] = random.chance(0.5) ? [random.pick(Object.keys(holder))] : []
    const value = known === undefined ? random.int(-5, 300) : holder[known]
    if (known !== undefined) delete holder[known]
    // By assignment `__proto__` would be no key.
    Object.defineProperty(holder, random.pick(KEYS), { value, enumerable: true, configurable: true, writable: true })
    return JSON.stringify(message)
  },
  'missing key'(random, message) {
    const holder = random.pick(holdersIn(message))
    delete holder[random.pick(Object.keys(holder))]
    return JSON.stringify(message)
  },
  'duplicate key'(random, message) {
    const holder = random.pick(holdersIn(message))
    const key = random.pick([...Object.keys(holder), '__proto__'])
    holder[PLACE] = 0
    return JSON.stringify(message).replace(`"${PLACE}":0`, `${JSON.stringify(key)}:${random.pick(RAW_VALUES)}`)
  },
  'many keys'(random, message) {
    const holder = random.pick(holdersIn(message))
    for (let i = random.pick([20, 300, 3_000]); i > 0; i -= 1) holder[`m${i}`] = i
    return JSON.stringify(message)
  },
  'no object': random => random.pick(RAW_VALUES),
}

const TIMES = [
  ...[
    0,
    -1,
    1.5,
    BEGIN_MS / 1_000,
    946_684_799_999,
    946_684_800_000,
    4_102_444_799_999,
    4_102_444_800_000,
    8.64e15,
    2 ** 53,
  ],
  ...['2026-11-20', '2026-11-20T03:30:00', '2026-11-20T03:30:00Z', '2026-11-20t03:30:00z', '2026-11-20T12:30:00+09:00'],
  ...[
    '2026-02-29T00:00:00Z',
    '2024-02-29T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T23:59:60Z',
    '0000-01-01T00:00:00Z',
  ],
  ...[
    '2026-11-20T03:30:00.123456789Z',
    '2026-11-20T03:30:00.1234567890Z',
    '2026-11-20T03:30:00.Z',
    '2026-11-20T03:30:00+14:01',
  ],
  ...[
    '２０２６-11-20T03:30:00Z',
    ' 2026-11-20T03:30:00Z',
    '2026-11-20T03:30:00Z ',
    '+002026-11-20T03:30:00Z',
    '20261120T033000Z',
  ],
]

/** Changes what a message says, and leaves it JSON. */
export const meaningMutations: Record<string, (random: Random, message: Json) => Json> = {
  seq: (random, message) =>
    inEach(message, one => {
      one.seq = random.pick([
        0,
        1,
        -1,
        3_999,
        50_000,
        2 ** 32 - 1,
        2 ** 32,
        2 ** 53 - 1,
        2 ** 53,
        0.5,
        Number(one.seq) + random.int(-50, 50),
      ])
    }),
  boot: (random, message) =>
    inEach(message, one => {
      one.boot = random.pick([
        'b0',
        'b1',
        'B1',
        '',
        '.',
        '..',
        '__proto__',
        'constructor',
        'x'.repeat(32),
        'x'.repeat(33),
        'a b',
        7,
      ])
    }),
  time: (random, message) =>
    inEach(message, one => {
      one.ts = random.pick(TIMES)
    }),
  'time shifted': (random, message) =>
    inEach(message, one => {
      one.ts = BEGIN_MS + random.pick([-400, -320, -30, -1, 0.9, 1.1, 2, 400]) * 86_400_000 + random.int(0, 600_000)
    }),
  version: (random, message) => ({ ...message, v: random.pick([0, 2, 1.5, '1', null, true, -1]) }),
  values: (random, message) =>
    inEach(message, one => {
      const values = (one.metrics ?? one.attributes) as Json | undefined
      for (const name of Object.keys(values ?? {}))
        values![name] = random.pick([-1e308, 1e308, 0, -0, 1, true, false, 'asleep', '', CANARY, 12.5, values![name]])
    }),
  event: (random, message) => ({
    ...message,
    event: random.pick(['bed_exit', 'fall', 'toString', '__proto__', 'Fall', '', CANARY]),
  }),
  'huge batch'(random, message) {
    const one = structuredClone(Array.isArray(message.messages) ? message.messages[0] : message) as Json
    delete one.v
    const messages = Array.from(
      { length: random.chance(0.1) ? random.pick([499, 500, 501, 3_000]) : random.int(0, 20) },
      (_, i) => ({ ...one, seq: i }),
    )
    return { v: 1, messages }
  },
  'repeated in a batch'(random, message) {
    if (!Array.isArray(message.messages)) return message
    const { messages } = message
    return {
      ...message,
      messages: [...messages, ...messages, { ...messages[0], ts: random.pick(TIMES) }].slice(0, 500),
    }
  },
  nothing: (_random, message) => message,
}

function at(random: Random, bytes: Uint8Array): number {
  return random.int(0, Math.max(0, bytes.length - 1))
}
function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) change(copy)
  return copy
}
function inserted(random: Random, bytes: Buffer, more: Buffer): Buffer {
  const place = random.int(0, bytes.length)
  return Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)])
}
export const randomBytes = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.int(0, 255)))

/** All objects in the message that have keys. */
function holdersIn(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return []
  const deeper = Object.values(value).flatMap(holdersIn)
  return Array.isArray(value) || Object.keys(value).length === 0 ? deeper : [value as Json, ...deeper]
}

function withRaw(random: Random, message: Json, raw: string): string {
  const holder = random.pick(holdersIn(message))
  holder[random.pick(Object.keys(holder))] = PLACE
  return JSON.stringify(message).replace(`"${PLACE}"`, () => raw)
}

function inEach(message: Json, change: (one: Json) => void): Json {
  for (const one of Array.isArray(message.messages) ? (message.messages as Json[]) : [message]) change(one)
  return message
}
