/** What releases tell together: against an attacker who tries everything, and case by case. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compositionBreaches, lowestLevels } from '../../../server/export/register/composition.ts'
import type { NextRelease } from '../../../server/export/register/views.ts'
import { classesArbitrary, everySet, masksOf, nextP1, PEOPLE, p0, p1, person, sizeOf, TRIAL } from './releases.ts'

const K = 3
const SERIES = 'bed.sleep_mat/heart_rate'
const tooFew = (mask: number): boolean => sizeOf(mask) > 0 && sizeOf(mask) < K
const codesOf = (...given: Parameters<typeof compositionBreaches>) =>
  compositionBreaches(...given).map(({ code, compared }) => `${compared} ${code}`)

/** Those in it, as one class. */
const membersOf = (classes: readonly (string | null)[]) => classes.map(label => (label === null ? null : 'in'))

const historyArbitrary = fc
  .tuple(fc.array(classesArbitrary, { minLength: 1, maxLength: 3 }), classesArbitrary)
  .filter(([before]) =>
    [before, before.map(membersOf)].every(sets => ![...everySet(sets.flatMap(masksOf))].some(tooFew)),
  )

test('a release is refused exactly when cutting and joining what is published gives a set of too few people', () => {
  const seen = { refused: 0, passed: 0 }
  fc.assert(
    fc.property(historyArbitrary, ([before, next]) => {
      const earlier = before.map((classes, n) => p1(`release${n}`, classes))
      const refused = compositionBreaches(earlier, nextP1(next), K).length > 0
      expect(refused).toBe([...everySet([...before, next].flatMap(masksOf))].some(tooFew))
      seen[refused ? 'refused' : 'passed']++
      if (!refused) expect(sumsAboutTooFew([...before, next].flatMap(masksOf))).toBe(0)
    }),
    { numRuns: 600 },
  )
  expect(Math.min(seen.refused, seen.passed)).toBeGreaterThan(50)
})

/** How many sums of published totals with coefficients -1, 0, 1 are about somebody, but too few. */
function sumsAboutTooFew(sets: readonly number[]): number {
  let found = 0
  for (let code = 0; code < 3 ** sets.length; code++) {
    const coefficients = sets.map((_, n) => (Math.floor(code / 3 ** n) % 3) - 1)
    const about = Array.from({ length: PEOPLE }, (_, bit) =>
      sets.reduce((sum, set, n) => sum + ((set >> bit) & 1) * (coefficients[n] ?? 0), 0),
    ).filter(weight => weight !== 0).length
    if (about > 0 && about < K) found++
  }
  return found
}

const A = 'aaaaaa'.split('')
const B = 'bbbbbb'.split('')

test('the same people in the same or in joined classes pass', () => {
  const earlier = [p1('one', [...A, ...B])]
  expect(codesOf(earlier, nextP1([...A, ...B]), K)).toEqual([])
  expect(codesOf(earlier, nextP1(Array(12).fill('x')), K)).toEqual([])
})

test('two people whom the classes of two releases tell apart are a breach', () => {
  const earlier = [p1('one', [...A, ...B])]
  expect(codesOf(earlier, nextP1([...'xxxxyy', ...'yyyyyy']), K)).toEqual(['classes composition_shared'])
})

test('one withdrawn consent is a breach, in classes, in coarser classes and in totals', () => {
  const earlier = [p1('one', [...A, ...B])]
  const breach = ['classes composition_left_out', 'totals composition_left_out']
  expect(codesOf(earlier, nextP1([null, ...A.slice(1), ...B]), K)).toEqual(breach)
  expect(codesOf(earlier, nextP1([null, ...Array(11).fill('x')]), K)).toEqual(breach)
  const total: NextRelease = { ...nextP1([null, ...A.slice(1), ...B]), product: 'P0' }
  for (const member of total.members.values()) member.class = null
  expect(codesOf([p0('one', [0, 1, 2, 3, 4, 5])], total, K)).toContain('totals composition_left_out')
})

test('a class that is left out wholly passes', () => {
  expect(codesOf([p1('one', [...A, ...B])], nextP1([...Array(6).fill(null), ...B]), K)).toEqual([])
})

test('an erased person of a class forbids that class and no other', () => {
  const lost = { subject: null, class: 'a', groups: {} }
  const before = p1('one', [...A, ...B])
  const erased = {
    ...before,
    members: [...before.members.slice(1), { subject: person(0), class: null, groups: {} }, lost],
  }
  expect(codesOf([erased], nextP1([null, ...A.slice(1), ...B]), K)).toContain('classes composition_left_out')
  expect(codesOf([erased], nextP1([...Array(6).fill(null), ...B]), K)).toEqual([])
})

test('new people pass by threes in each class, and not by twos', () => {
  const earlier = [p1('one', A)]
  expect(codesOf(earlier, nextP1([...A, ...'aaa']), K)).toEqual([])
  expect(codesOf(earlier, nextP1([...A, ...'aa']), K)).toEqual([
    'classes composition_added',
    'totals composition_added',
  ])
})

test('three totals of which each two pass are a breach when together they tell of one', () => {
  const [one, two] = [p0('one', [0, 1, 2, 3]), p0('two', [4, 5, 6, 7])]
  const next: NextRelease = {
    trial: TRIAL,
    product: 'P0',
    levels: null,
    members: new Map([0, 1, 2, 3, 4, 5, 6, 7, 8].map(n => [person(n), { class: null, groups: {} }])),
  }
  expect(codesOf([one], next, K)).toEqual([])
  expect(codesOf([two], next, K)).toEqual([])
  expect(codesOf([one, two], next, K)).toEqual(['totals composition_added'])
})

test('whoever is not in a pseudonymised release must not stand alone beside those who are', () => {
  const told = (people: number[]) => ({ ...p0('two', people), product: 'P2' as const })
  expect(codesOf([told([0, 1, 2, 3, 4])], nextP1(A), K)).toContain('classes composition_added')
  expect(codesOf([told([0, 1, 2])], nextP1(A), K)).toEqual([])
  const next: NextRelease = { ...nextP1(Array(5).fill(null)), product: 'P2' }
  const members = new Map([0, 1, 2, 3, 4].map(n => [person(n), { class: null, groups: {} }]))
  expect(codesOf([p1('one', A)], { ...next, members }, K)).toContain('classes composition_left_out')
})

test('groups of the series that differ in one person are a breach', () => {
  const grouped = (group: string, n: number) => [person(n), { class: 'a', groups: { [SERIES]: group } }] as const
  const earlier = [
    {
      ...p1('one', A),
      members: A.map((_, n) => ({ subject: person(n), class: 'a', groups: { [SERIES]: n < 3 ? 'g1' : 'g2' } })),
    },
  ]
  const same: NextRelease = { ...nextP1(A), members: new Map(A.map((_, n) => grouped(n < 3 ? 'x' : 'y', n))) }
  const other: NextRelease = { ...nextP1(A), members: new Map(A.map((_, n) => grouped(n < 4 ? 'x' : 'y', n))) }
  expect(codesOf(earlier, same, K)).toEqual([])
  expect(codesOf(earlier, other, K)).toEqual(['series composition_shared'])
})

test('finer classes for the same trial are a breach, for another trial they are not', () => {
  const levels = { age: 2, sex: 0 }
  const earlier = [p1('one', A, { levels })]
  expect(codesOf(earlier, nextP1(A, { age: 1, sex: 1 }), K)).toEqual(['classes composition_finer'])
  expect(codesOf(earlier, nextP1(A, { age: 2, sex: 1 }), K)).toEqual([])
  expect(codesOf(earlier, nextP1(A, { ...levels, stay: 3 }), K)).toEqual(['classes composition_finer'])
  expect(codesOf([p1('one', A, { levels, trial: 'trial0002' })], nextP1(A, { age: 0, sex: 0 }), K)).toEqual([])
  expect(lowestLevels([...earlier, p1('two', A, { levels: { age: 1, sex: 1 } })], TRIAL)).toEqual({ age: 2, sex: 1 })
})

test('a breach names nobody', () => {
  const found = compositionBreaches([p1('one', [...A, ...B])], nextP1([null, ...A.slice(1), ...B]), K)
  expect(JSON.stringify(found)).not.toContain('resident')
})
