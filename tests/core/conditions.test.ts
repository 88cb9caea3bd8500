// The rules of conditions: which events raise one, what a return is, and that names of technical conditions are nobody else's.
import { describe, expect, test } from 'vitest'
import { hasReturned, judgeEvent } from '../../core/conditions.ts'
import { profileSchema } from '../../core/profile.ts'
import { profileById } from '../../core/profiles/index.ts'
import { parseConditionTopic, parseReplayTopic } from '../../core/topics.ts'

const MINUTE = 60_000
const rxMs = Date.UTC(2026, 10, 23)
const bedExit = { severity: 'medium', alarm_window_s: 1800 } as const

describe('an event', () => {
  test.each([
    ['has just happened', 0, [], { sinceMs: rxMs, untilMs: rxMs + 30 * MINUTE, undecidable: false }],
    ['is late and within its window', 30, ['late'], { sinceMs: rxMs - 30 * MINUTE, untilMs: rxMs, undecidable: false }],
    ['lies a little ahead of the gateway', -4, [], { sinceMs: rxMs, undecidable: false }],
    ['has an age that cannot be told', 600, ['clock_suspect'], { sinceMs: rxMs, undecidable: true }],
    ['lies far ahead', -600, ['clock_suspect'], { sinceMs: rxMs, undecidable: true }],
  ] as const)('raises when it %s', (_, ageMin, marks, expected) => {
    const judged = judgeEvent(bedExit, { atMs: rxMs - ageMin * MINUTE, rxMs, marks })
    expect(judged).toMatchObject({ severity: 'medium', ...expected })
  })

  test('is historic when it was older than its window on arrival', () => {
    expect(judgeEvent(bedExit, { atMs: rxMs - 30 * MINUTE - 1, rxMs, marks: ['late'] })).toBeNull()
  })

  test('is only recorded when its type asks for no more', () => {
    expect(judgeEvent({ severity: null, alarm_window_s: 1800 }, { atMs: rxMs, rxMs, marks: [] })).toBeNull()
  })
})

test.each([
  ['out_of_bed', 'asleep', true],
  ['out_of_bed', 'sitting_up', true],
  ['out_of_bed', 'bed_edge', true],
  ['out_of_bed', 'out_of_bed', false],
  ['out_of_bed', 'toilet', false],
  ['out_of_bed', 'unclear', false],
  ['out_of_bed', 'offline', false],
  ['out_of_bed', 'stale', false],
  ['sitting_up', 'dozing', true],
  ['sitting_up', 'out_of_bed', false],
  ['unclear', 'out_of_bed', true],
] as const)('after %s the state %s is a return: %s', (told, now, expected) => {
  expect(hasReturned(told, now)).toBe(expected)
})

test('a profile is refused when an event has the name of a technical condition', () => {
  const profile = profileById('bed.sleep_mat')
  const event = profile?.events['bed_exit' as never]
  expect(profileSchema.safeParse({ ...profile, events: { too_warm: event } }).success).toBe(true)
  expect(profileSchema.safeParse({ ...profile, events: { clock_suspect: event } }).success).toBe(false)
})

test('topics of conditions are taken apart, and no others', () => {
  expect(parseConditionTopic('mimamori/v1/demo/condition/mat1/bed_exit')).toEqual({
    facility: 'demo',
    subject: 'mat1',
    code: 'bed_exit',
  })
  for (const other of [
    'mimamori/v1/demo/condition/replay',
    'mimamori/v1/demo/mat1/event',
    'mimamori/v1/x/condition/a/b',
  ])
    expect(parseConditionTopic(other)).toBeNull()
  expect(parseReplayTopic('mimamori/v1/demo/condition/replayed')).toEqual({ facility: 'demo', leaf: 'replayed' })
  expect(parseReplayTopic('mimamori/v1/demo/condition/replay/x')).toBeNull()
})
