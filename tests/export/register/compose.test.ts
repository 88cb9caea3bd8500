/** What a next release leaves out so that it composes, and when it is refused. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compose } from '../../../server/export/register/compose.ts'
import { compositionBreaches } from '../../../server/export/register/composition.ts'
import { mustLeaveOut, seriesGroupsAfter } from '../../../server/export/register/leave-out.ts'
import { classesArbitrary, everySet, masksOf, nextP1, p0, p1, person, sizeOf, TRIAL } from './releases.ts'

const K = 3
const SERIES = 'bed.sleep_mat/heart_rate'
const letters = (text: string): string[] => text.split('')
const classOf = (classes: readonly (string | null)[]) =>
  new Map(classes.flatMap((label, n) => (label === null ? [] : [[person(n), label] as const])))
const membersOf = (classes: readonly (string | null)[]) => classes.map(label => (label === null ? null : 'in'))
const valid = (before: (string | null)[][]) =>
  [before, before.map(membersOf)].every(sets =>
    [...everySet(sets.flatMap(masksOf))].every(mask => sizeOf(mask) === 0 || sizeOf(mask) >= K),
  )

test('what is left after leaving out composes with every history, and without a history nobody is left out', () => {
  fc.assert(
    fc.property(
      fc.array(classesArbitrary, { maxLength: 3 }).filter(valid),
      fc.array(fc.nat(8), { maxLength: 5 }),
      classesArbitrary,
      (before, counted, next) => {
        const total = [...new Set(counted)]
        const earlier = [
          ...before.map((classes, n) => p1(`release${n}`, classes)),
          ...(total.length >= K ? [p0('total', total)] : []),
        ]
        const out = mustLeaveOut(earlier, classOf(next), K)
        const left = next.map((label, n) => (out.has(person(n)) ? null : label))
        expect(compositionBreaches(earlier, nextP1(left), K)).toEqual([])
        if (earlier.length === 0) expect(out.size).toBe(0)
      },
    ),
    { numRuns: 600 },
  )
})

test('what composes already, with nobody missing, is left as it is', () => {
  const earlier = [p1('one', letters('aaaabbbb'))]
  expect(mustLeaveOut(earlier, classOf(letters('aaaabbbb')), K).size).toBe(0)
  expect(mustLeaveOut(earlier, classOf(letters('xxxxxxxxxyyy')), K).size).toBe(1)
  expect(mustLeaveOut(earlier, classOf(letters('xxxxxxxxyyy')), K).size).toBe(0)
})

test('who was in a class with somebody who withdrew is left out with the class', () => {
  const out = mustLeaveOut([p1('one', letters('aaaabbbb'))], classOf([null, ...letters('xxxxxxx')]), K)
  expect([...out].sort()).toEqual([person(1), person(2), person(3)])
})

const forty = Array.from({ length: 40 }, (_, n) => person(n))
/** By tens, or as one where a level is asked for; suppresses nobody. */
const solve = async (subjects: readonly string[], _limit: unknown, lowest: Readonly<Record<string, number>>) => ({
  classOf: new Map(subjects.map(id => [id, (lowest.age ?? 0) > 0 ? '*' : `c${Math.floor(forty.indexOf(id) / 10)}`])),
})
const tens = forty.map((_, n) => `c${Math.floor(n / 10)}`)

test('a second release after a withdrawal leaves a class out, and is refused where that is more than the limit', async () => {
  const options = { trial: TRIAL, earlier: [p1('one', tens)], subjects: forty.slice(1), k: 5, solve }
  const wide = await compose({ ...options, suppressionLimit: { numerator: 25, denominator: 100 } })
  expect(wide.leftOut.size).toBe(9)
  await expect(compose({ ...options, suppressionLimit: { numerator: 5, denominator: 100 } })).rejects.toMatchObject({
    code: 'composition',
  })
})

test('the optimiser is given the lowest levels, what may still be left out, and nothing after a total', async () => {
  const asked: unknown[] = []
  const note = async (...given: Parameters<typeof solve>) => {
    asked.push([given[0].length, given[1], given[2]])
    return solve(...given)
  }
  const limit = { numerator: 1, denominator: 10 }
  const options = { trial: TRIAL, subjects: forty, k: 5, suppressionLimit: limit, solve: note }
  await compose({ ...options, earlier: [] })
  await compose({ ...options, earlier: [p1('one', Array(40).fill('*'), { levels: { age: 1 } })] })
  await compose({ ...options, earlier: [p0('one', [...forty.keys()])] })
  expect(asked).toEqual([
    [40, { numerator: 4, denominator: 40 }, {}],
    [40, { numerator: 4, denominator: 40 }, { age: 1 }],
    [40, { numerator: 0, denominator: 40 }, {}],
  ])
})

test('too few who joined since are left out, and what the optimiser does without them is looked at again', async () => {
  // Two of forty are new: alone they would stand in class c3.
  const earlier = [
    p1(
      'one',
      tens.map((label, n) => (n < 38 ? label : null)),
    ),
  ]
  const { leftOut } = await compose({
    trial: TRIAL,
    subjects: forty,
    earlier,
    k: 5,
    suppressionLimit: { numerator: 5, denominator: 100 },
    solve,
  })
  expect([...leftOut]).toEqual([person(38), person(39)])
})

test('groups of the series stay, but those that lost somebody, and new people are free', () => {
  const group = (n: number) => (n < 4 ? 'g1' : 'g2')
  const earlier = { ...p1('one', letters('aaaaaaaa')) }
  earlier.members = earlier.members.map((member, n) => ({ ...member, groups: { [SERIES]: group(n) } }))
  const { fixed, without, free } = seriesGroupsAfter([earlier], SERIES, [1, 2, 3, 4, 5, 6, 7, 8, 9].map(person))
  expect([...without]).toEqual([1, 2, 3].map(person))
  expect([...fixed.keys()]).toEqual([4, 5, 6, 7].map(person))
  expect(new Set(fixed.values()).size).toBe(1)
  expect(free).toEqual([8, 9].map(person))
})
