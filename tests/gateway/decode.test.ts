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
