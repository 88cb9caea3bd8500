// What is told of events and outcomes: true of everybody of whom it is told, and the same of at least k people of one class.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventHistory, GROUP_BREAK, toldOf } from '../../../server/export/anonymize/events.ts'
import { toldOutcomes } from '../../../server/export/anonymize/outcomes.ts'
import { eventPower } from '../../../server/export/anonymize/power.ts'
import { partsOf, tellClass } from '../../../server/export/anonymize/told.ts'
import { trialPolicy } from '../../../server/export/trial/policy.ts'

const K = 3
const policy = { ...trialPolicy, k: K }
const TYPES = [
  'bed.* bed_exit',
  'bed.* sit_up',
  'room.* toilet_in',
  'room.* fall',
  'participant.* adverse_event',
  'participant.* death',
]

const history = (days: number, types: Record<string, number[]>): EventHistory => ({
  days,
  types: new Map(Object.entries(types).map(([type, of]) => [type, new Set(of)])),
})
const histories = (minLength: number) =>
  fc.array(
    fc
      .record({
        days: fc.integer({ min: 3, max: 60 }),
        types: fc.array(
          fc.tuple(fc.constantFrom(...TYPES), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 9 })),
          { maxLength: 6 },
        ),
      })
      .map(({ days, types }) =>
        history(
          days,
          Object.fromEntries(
            types.map(([type, from, step]) => [
              type,
              Array.from({ length: days }, (_, d) => d)
                .filter(d => d >= from % days && d % step === from % step)
                .concat(from % days),
            ]),
          ),
        ),
      ),
    { minLength, maxLength: 20 },
  )

/** Whether a told period is true of a person, by the layout's words. */
function isTrue({ types }: EventHistory, event: string, period: string): boolean {
  const days = [...types].flatMap(([type, of]) => (type.split(GROUP_BREAK).includes(event) ? [...of] : []))
  const width = { d: 1, w: 7, m: 28 }[period[0] as 'd' | 'w' | 'm']
  if (width === undefined || period === 'all') return days.length > 0
  const span = Number(period.slice(1)) - 1
  return days.some(day => Math.floor(day / width) === span)
}

describe('what is told of events', () => {
  test('every told event is true of everybody of whom it is told, and of whole days of all of them', () => {
    fc.assert(
      fc.property(histories(1), people => {
        for (const { event, periods } of toldOf(people))
          for (const period of periods) for (const person of people) expect(isTrue(person, event, period)).toBe(true)
      }),
    )
  })

  test('cells part the class, hold k people each, and say nothing of outcomes but beside their answer', () => {
    fc.assert(
      fc.property(histories(K), fc.boolean(), (people, withOutcomes) => {
        const members = people.map((_, i) => i)
        const cells = tellClass(members, partsOf(people), policy, new Set(), withOutcomes)
        expect(cells.flatMap(cell => cell.members).sort((a, b) => a - b)).toEqual(members)
        for (const { members: of, told, outcomes } of cells) {
          expect(of.length).toBeGreaterThanOrEqual(K)
          const events = told.map(({ event }) => event)
          if (outcomes[0] !== 'yes') expect(events).not.toContain('fall')
          if (outcomes[1] !== 'yes') expect(events.filter(event => event.startsWith('adverse'))).toEqual([])
          expect(events).not.toContain('death')
        }
        for (const at of [0, 1]) {
          const answers = cells.flatMap(({ members: of, outcomes }) => of.map(() => outcomes[at]))
          const yes = answers.filter(answer => answer === 'yes').length
          if (answers.some(answer => answer !== '*')) {
            expect(answers).not.toContain('*')
            expect(yes).toBeGreaterThanOrEqual(K)
            expect(yes * 2).toBeLessThanOrEqual(people.length)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a day is told only where no day is missing, so that a gap that all share is no date', () => {
    const every = Array.from({ length: 28 }, (_, day) => day)
    const gap = every.filter(day => day !== 9)
    const of = (days: number[]) => toldOf([0, 1, 2].map(() => history(28, { 'bed.* bed_exit': days })))[0]!.periods
    expect(of(every)).toHaveLength(28)
    expect(of(every)[0]).toBe('d001')
    expect(of(gap)).toEqual(['w01', 'w02', 'w03', 'w04'])
    expect(of([9])).toEqual(['m01'])
  })

  test('types of one group that nobody shares are told as their group', () => {
    const people = [history(28, { 'bed.* bed_exit': [2] }), history(28, { 'bed.* sit_up': [9] })]
    expect(toldOf(people)).toEqual([{ event: 'bed.*', periods: ['m01'] }])
  })
})

describe('outcomes', () => {
  test('each combination of answers is nobody’s or at least k people’s', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: K, maxLength: 30 }), people => {
        const outcomes = [people.map(([a]) => a), people.map(([, b]) => b)]
        const told = toldOutcomes(
          people.map((_, i) => i),
          outcomes,
          K,
          { numerator: 1, denominator: 2 },
        )
        const sizes = new Map<string, number>()
        for (const answers of told) sizes.set(answers.join(), (sizes.get(answers.join()) ?? 0) + 1)
        expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(K)
        for (const [i, answers] of told.entries())
          for (const [at, answer] of answers.entries())
            if (answer !== '*') expect(answer).toBe(outcomes[at]![i] ? 'yes' : 'no')
      }),
    )
  })
})

describe('people who share what may be known', () => {
  test('fewest for p events is what trying all combinations gives', () => {
    const sets = fc.array(
      fc.record({
        keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 6 }),
        persons: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        const { support } = eventPower(
          [
            { label: 'x', sets: one },
            { label: 'y', sets: other },
          ],
          12,
        )
        for (const { p, fewest } of support) {
          const found: number[] = []
          for (const of of [one, other]) {
            const keys = ['a', 'b', 'c', 'd', 'e', 'f'] as const
            for (let mask = 1; mask < 64; mask++) {
              const chosen = keys.filter((_, i) => mask & (1 << i))
              if (chosen.length > p) continue
              const persons = of
                .filter(set => chosen.every(key => set.keys.includes(key)))
                .reduce((n, set) => n + set.persons, 0)
              if (persons > 0) found.push(persons)
            }
          }
          expect(fewest).toBe(found.length > 0 ? Math.min(...found) : null)
        }
      }),
    )
  })
})
