/** What taking a payload apart must survive. */
import { expect, test } from 'vitest'
import { decode } from '../../gateway/decode.ts'

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

test('a message of a batch is refused when it is nested too deeply to be written again', () => {
  const batch = (message: string): Buffer => Buffer.from(`{"v":1,"messages":[${message}]}`)
  for (const message of [nested(50_000), `{"boot":"b","seq":7,"ts":1,"metrics":{"heart_rate":${nested(50_000)}}}`])
    expect(decode('telemetry', batch(message))).toMatchObject([{ kind: 'unreadable', reason: 'schema' }])
})

test('a number that no device counts to is refused, and does not count as received', () => {
  const message = (seq: number): Buffer =>
    Buffer.from(JSON.stringify({ v: 1, boot: 'b', seq, ts: 1, metrics: { a: 1 } }))
  expect(decode('telemetry', message(2 ** 32 - 1))).toMatchObject([{ kind: 'telemetry' }])
  for (const seq of [2 ** 32, Number.MAX_SAFE_INTEGER])
    expect(decode('telemetry', message(seq))).toEqual([expect.not.objectContaining({ seq: expect.anything() })])
})

test('a metric named __proto__ is refused or judged, never dropped', () => {
  const message = (value: string): string => `"boot":"b","seq":1,"ts":1,"metrics":{"a":1,"__proto__":${value}}}`
  const decoded = (value: string) => [
    ...decode('telemetry', Buffer.from(`{"v":1,${message(value)}`)),
    ...decode('telemetry', Buffer.from(`{"v":1,"messages":[{${message(value)}]}`)),
  ]
  for (const one of decoded('{"polluted":1}'))
    expect(one).toMatchObject({
      kind: 'unreadable',
      reason: 'schema',
      detail: '__proto__: invalid_key',
      boot: 'b',
      seq: 1,
    })
  for (const one of decoded('1')) {
    expect(one.kind).toBe('telemetry')
    if (one.kind === 'telemetry') expect(Object.keys(one.message.metrics)).toEqual(['a', '__proto__'])
  }
})
