// The small parts of a trial release: pseudonyms, hierarchies, grids, clips, common hours, figures of a bin.
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { profileById } from '../../../core/profiles/index.ts'
import { clipOf } from '../../../server/export/anonymize/bins.ts'
import { maskCommonHours } from '../../../server/export/anonymize/common-hours.ts'
import { HOUR_MS, NOTHING } from '../../../server/export/anonymize/extracts.ts'
import { gridOf, roundedSteps, stepsText } from '../../../server/export/anonymize/grid.ts'
import { ageCutsOf, ageLeaf, hierarchiesOf } from '../../../server/export/anonymize/hierarchies/hierarchies.ts'
import { destroyKey, pseudonymOf } from '../../../server/export/anonymize/pseudonyms.ts'
import { figuresOf } from '../../../server/export/anonymize/series.ts'
import { checkHierarchy } from '../../../server/export/anonymize/table/hierarchy.ts'
import { trialPolicy } from '../../../server/export/trial/policy.ts'

const key = Buffer.alloc(32, 7)

describe('pseudonyms', () => {
  test('are the first 26 letters of the HMAC in base32, domain and id parted by a zero byte', () => {
    const digest = createHmac('sha256', key).update(Buffer.from('subject\0resident1')).digest()
    const bits = [...digest].map(byte => byte.toString(2).padStart(8, '0')).join('')
    const letters = Array.from(
      { length: 26 },
      (_, i) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2)],
    )
    expect(pseudonymOf(key, 'subject', 'resident1')).toBe(letters.join(''))
    expect(pseudonymOf(key, 'device', 'resident1')).not.toBe(letters.join(''))
  })

  test('a destroyed key is gone where it lay', () => {
    const own = Buffer.alloc(32, 9)
    expect(destroyKey(own, () => 5)).toEqual({ atMs: 5, method: 'overwritten_in_memory', verified: true })
    expect(own.every(byte => byte === 0)).toBe(true)
  })
})

describe('hierarchies', () => {
  test.each([
    [64, 90],
    [74, 85],
    [69, 90],
  ])('nest whatever the cuts are, and hold every age (%i, %i)', (bottom, top) => {
    const hierarchies = hierarchiesOf({ bottom, top })
    for (const hierarchy of Object.values(hierarchies)) checkHierarchy(hierarchy)
    const leaves = new Set(hierarchies.age.values.map(([leaf]) => leaf))
    for (let age = 0; age <= 130; age++) expect(leaves.has(ageLeaf(age, { bottom, top }))).toBe(true)
  })

  test('cuts move inward until k ages lie beyond them', () => {
    const ages = (n: number, age: number) => Array<number>(n).fill(age)
    expect(ageCutsOf([...ages(3, 60), ...ages(12, 68), ...ages(3, 95), ...ages(12, 86)], 12)).toEqual({
      bottom: 69,
      top: 85,
    })
    expect(ageCutsOf([...ages(12, 60), ...ages(12, 92)], 12)).toEqual({ bottom: 64, top: 90 })
  })
})

describe('grids', () => {
  const heartRate = profileById('bed.sleep_mat')!.metrics['heart_rate' as never]!
  test('are never finer than the device shows, and have at most 400 steps', () => {
    expect(gridOf(heartRate, 600)).toEqual({ grid: { mantissa: 1, exponent: 0 }, unitsPerStep: 10 })
    expect(gridOf(heartRate, 8_001)).toEqual({ grid: { mantissa: 5, exponent: 0 }, unitsPerStep: 50 })
  })
  test('texts of steps are exact, without tails', () => {
    expect(stepsText(363, { mantissa: 1, exponent: -1 })).toBe('36.3')
    expect(stepsText(-1, { mantissa: 5, exponent: -2 })).toBe('-0.05')
    expect(stepsText(3, { mantissa: 2, exponent: 1 })).toBe('60')
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 40 }), (sum, count) => {
        expect(Math.abs(roundedSteps(sum, count, 10) * 10 * count - sum) * 2).toBeLessThanOrEqual(10 * count)
      }),
    )
  })
})

describe('values', () => {
  test('k people have values at or beyond either end of the clip', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 5 }), {
          minLength: 3,
          maxLength: 20,
        }),
        people => {
          const clip = clipOf(
            people.map(of => Int32Array.from(of)),
            3,
          )
          if (!clip) return
          const [low, high] = clip
          expect(low).toBeLessThanOrEqual(high)
          expect(people.filter(of => of.some(value => value <= low)).length).toBeGreaterThanOrEqual(3)
          expect(people.filter(of => of.some(value => value >= high)).length).toBeGreaterThanOrEqual(3)
        },
      ),
    )
  })

  test('quartiles have five people beyond them, or are not told', () => {
    const people = (n: number) =>
      figuresOf(
        Array.from({ length: n }, (_, i) => i),
        5,
      )
    expect(people(19)).toMatchObject({ low: null, high: null })
    expect(people(20)).toMatchObject({ low: 5, high: 14 })
  })

  test('one person far from all others moves the mean no further than the next one would', () => {
    const usual = Array.from({ length: 20 }, (_, i) => 100 + i)
    const far = figuresOf([...usual, 9_999], 5)
    const near = figuresOf([...usual, 120], 5)
    expect(far.sum).toBe(near.sum)
  })
})

test('an hour in which most of a facility is unlike itself is masked for all of it, and no other hour', () => {
  const profile = profileById('bed.sleep_mat')!
  const people = 8
  const days = 10
  const struck = 5 * 24 + 3
  const values = new Map(
    Array.from({ length: people }, (_, i) => [
      i,
      Int32Array.from(
        { length: days * 24 },
        (_, hour) => 600 + (hour % 24) + ((hour * 7 + i * 13) % 5) + (hour === struck && i < 6 ? 400 : 0),
      ),
    ]),
  )
  const participants = Array.from({ length: people }, (_, i) => ({
    id: `p${i}`,
    site: 'home',
    originMs: 1_000 * 24 * HOUR_MS,
    hours: days * 24,
    days,
  }))
  const metric = {
    profile,
    metric: 'heart_rate',
    definition: profile.metrics['heart_rate' as never],
    unitExponent: -1,
    values,
  }
  const masked = maskCommonHours(metric as never, participants, trialPolicy)
  expect(masked).toEqual([
    {
      facility: 'home',
      profile: 'bed.sleep_mat',
      metric: 'heart_rate',
      from_ms: participants[0]!.originMs + struck * HOUR_MS,
    },
  ])
  for (const of of values.values()) expect(of[struck]! > NOTHING + 1).toBe(false)
})
