/** The judgement of messages: each reason, partial refusal, marks, and that no input at all makes it throw. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JudgeContext, judgeEvent, judgeTelemetry } from '../../core/judge.ts'
import { batchedTelemetrySchema, eventMessageSchema } from '../../core/messages.ts'
import { bedSleepMat } from '../../core/profiles/bed-sleep-mat.ts'
import { vitalSpotSet } from '../../core/profiles/vital-spot-set.ts'

const now = Date.UTC(2026, 10, 23, 6, 28)
const context: JudgeContext = { rxMs: now, activeFromMs: now - 86_400_000 }
const telemetry = (metrics: Record<string, unknown>, ts: string | number = now) =>
  batchedTelemetrySchema.parse({ boot: 'b1', seq: 0, ts, metrics })
const event = (name: string, attributes: Record<string, unknown> = {}, ts: string | number = now) =>
  eventMessageSchema.parse({ v: 1, boot: 'b1', seq: 0, ts, event: name, attributes })

test('a good message is accepted whole, booleans as 1 and 0', () => {
  expect(
    judgeTelemetry(telemetry({ heart_rate: 72, bed_state: 'asleep', agitation: true }), bedSleepMat, context),
  ).toEqual({
    ok: true,
    deviceMs: now,
    values: { heart_rate: 72, bed_state: 'asleep', agitation: 1 },
    marks: [],
    refusal: null,
  })
})

test('bounds are inclusive', () => {
  expect(judgeTelemetry(telemetry({ skin_temp: 45 }), vitalSpotSet, context).ok).toBe(true)
  expect(judgeTelemetry(telemetry({ skin_temp: 45.001 }), vitalSpotSet, context).ok).toBe(false)
})

test('the rest is kept when one metric is refused', () => {
  const judged = judgeTelemetry(telemetry({ heart_rate: 72, resp_rate: 99, colour: 1 }), bedSleepMat, context)
  expect(judged).toMatchObject({
    ok: true,
    values: { heart_rate: 72 },
    marks: ['partly_refused'],
    refusal: { reason: 'unknown_metric', fields: ['resp_rate', 'colour'] },
  })
})

test.each([
  ['out_of_range', { heart_rate: 300 }, now],
  ['out_of_range', { heart_rate: '72' }, now],
  ['out_of_range', { bed_state: 'flying' }, now],
  ['out_of_range', { bed_state: 'toString' }, now],
  ['unknown_metric', { constructor: 1 }, now],
  ['schema', {}, now],
  ['schema', { heart_rate: 72 }, 'yesterday'],
  ['future_time', { heart_rate: 72 }, now + 86_400_001],
  ['too_old', { heart_rate: 72 }, now - 31 * 86_400_000 - 1],
])('refused as %s when %o at %s', (reason, metrics, ts) => {
  expect(judgeTelemetry(telemetry(metrics, ts), bedSleepMat, context)).toMatchObject({ ok: false, refusal: { reason } })
})

test('details never hold values', () => {
  const judged = judgeTelemetry(telemetry({ heart_rate: 71_234 }), bedSleepMat, context)
  expect(JSON.stringify(judged)).not.toContain('71234')
})

test.each([
  [120_000, []],
  [120_001, ['late']],
  [-300_000, []],
  [-300_001, ['clock_suspect']],
])('a 60 s metric that is %i ms old is marked %o', (age, marks) => {
  expect(judgeTelemetry(telemetry({ heart_rate: 72 }, now - age), bedSleepMat, context)).toMatchObject({
    ok: true,
    marks,
  })
})

test.each([
  [-200_000, []],
  [-600_000, ['clock_suspect']],
])('a clock that is known to be %i ms off does not make a message late, and is marked %o', (skewMs, marks) => {
  expect(
    judgeTelemetry(telemetry({ heart_rate: 72 }, now + skewMs), bedSleepMat, { ...context, skewMs }),
  ).toMatchObject({ marks })
})

test('events: known ones are accepted, bad attributes left out, unknown ones refused', () => {
  expect(judgeEvent(event('no_return', { away_min: 31 }), bedSleepMat, context)).toMatchObject({
    ok: true,
    values: { away_min: 31 },
  })
  expect(judgeEvent(event('no_return', { away_min: -1 }), bedSleepMat, context)).toMatchObject({
    ok: true,
    values: {},
    marks: ['partly_refused'],
  })
  expect(judgeEvent(event('explosion'), bedSleepMat, context)).toMatchObject({
    ok: false,
    refusal: { reason: 'unknown_metric' },
  })
})

test('whatever the schema lets through gets one judgement and never throws', () => {
  const value = fc.oneof(fc.double(), fc.boolean(), fc.string({ maxLength: 64 }))
  const name = fc.oneof(
    fc.constantFrom(...Object.keys(bedSleepMat.metrics)),
    fc.string({ maxLength: 48 }),
    fc.constant('__proto__'),
  )
  fc.assert(
    fc.property(fc.dictionary(name, value), fc.oneof(fc.string({ maxLength: 40 }), fc.integer()), (metrics, ts) => {
      const parsed = batchedTelemetrySchema.safeParse({ boot: 'b', seq: 0, ts, metrics })
      if (!parsed.success) return
      const judged = judgeTelemetry(parsed.data, bedSleepMat, context)
      if (judged.ok) expect(Object.keys(judged.values).length).toBeGreaterThan(0)
      else expect(judged.refusal.reason).toBeTruthy()
    }),
  )
})
