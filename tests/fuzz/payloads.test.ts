/** Spoilt payloads through a whole gateway: each is done with once and has its fates, whatever is in it; and the fuzzer sees it when that is not so. */
import { expect, test } from 'vitest'
import type { PacketJudge } from '../../gateway/judge-packet.ts'
import { runPayloads } from './payload-run.ts'
import { fuzzPacket } from './payloads.ts'

/** Of the closed list, all that a payload or topic can be refused for. */
const REASONS = [
  ...['too_large', 'not_json', 'schema', 'version', 'unknown_device', 'wrong_facility', 'not_own_topic'],
  ...['unknown_metric', 'out_of_range', 'future_time', 'too_old'],
]

test('20,000 spoilt payloads have their fates, and reach every reason for a refusal', async () => {
  const { totals, rows, reasons, how } = await runPayloads({ seed: 1, payloads: 20_000, phase: 10_000 })
  expect(Object.keys(reasons)).toEqual(expect.arrayContaining(REASONS))
  expect(Object.keys(how).length).toBeGreaterThan(25)
  expect(rows).toBe(totals.stored)
  for (const fate of ['accepted', 'duplicate', 'conflicting', 'refused'] as const)
    expect(totals[fate]).toBeGreaterThan(100)
}, 60_000)

test('a packet is the same for the same seed and index', () => {
  expect(fuzzPacket(7, 1_234)).toEqual(fuzzPacket(7, 1_234))
})

/** Something wrong at the hundredth packet and those that are as long. */
const atOne = (index: number) => {
  const { length } = fuzzPacket(2, index).packet.payload
  return ({ payload }: { payload: Buffer }): boolean => payload.length === length
}

test.each<[what: string, found: RegExp, fault: Partial<Parameters<typeof runPayloads>[0]>]>([
  [
    'an acknowledgement is lost',
    /seed 2, payload \d+ .*never done with/,
    { ingest: ingest => (packet, done, ticket) => ingest(packet, atOne(100)(packet) ? () => undefined : done, ticket) },
  ],
  [
    'an acknowledgement comes twice',
    /seed 2, payload \d+ .*done with 2 times/,
    {
      ingest: ingest => (packet, done, ticket) => {
        const twice: typeof done = (given, outcome) => {
          done(given, outcome)
          if (atOne(100)(packet)) done(given, outcome)
        }
        ingest(packet, twice, ticket)
      },
    },
  ],
  [
    'an input makes it throw',
    /seed 2, payload \d+ .*it threw: Error: planted/,
    {
      around: judge => ({
        judge(packet, rxMs) {
          if (atOne(100)(packet)) throw new Error('planted')
          return judge.judge(packet, rxMs)
        },
      }),
    },
  ],
  [
    'a packet is dropped before it is judged',
    /seed 2, payload \d+ .*0 messages have a fate, not/,
    { around: judge => ({ judge: (packet, rxMs) => judgedOr(judge, packet, rxMs, atOne(100)(packet)) }) },
  ],
  [
    'a payload is logged',
    /seed 2, payload \d+ .*the log holds a payload/,
    {
      around: judge => ({
        judge(packet, rxMs) {
          planted?.info({ payload: packet.payload.toString() }, 'a packet came')
          return judge.judge(packet, rxMs)
        },
      }),
      log: log => {
        planted = log
      },
    },
  ],
])('the fuzzer finds out when %s', async (_what, found, fault) => {
  const run = runPayloads({ seed: 2, payloads: 2_000, phase: 1_000, deadlineMs: 2_000, ...fault })
  await expect(run).rejects.toThrow(found)
  await expect(run).rejects.toThrow(/\n[A-Za-z0-9+/]+=*$/)
})

let planted: { info(fields: object, text: string): void } | undefined

function judgedOr(judge: PacketJudge, packet: Parameters<PacketJudge['judge']>[0], rxMs: number, drop: boolean) {
  // Judged as if it had come from elsewhere: nothing of it remains where it belongs.
  return judge.judge(drop ? { ...packet, topic: 'mimamori/v1/elsewhere/x/event' } : packet, rxMs)
}
