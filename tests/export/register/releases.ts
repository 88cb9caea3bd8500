/** Releases of a few people for the tests of the register: made at random, or written down in one line. */
import fc from 'fast-check'
import type { EarlierRelease, NextRelease } from '../../../server/export/register/views.ts'

export const TRIAL = 'trial0001'
export const person = (n: number): string => `resident${n}`

/** `classes[n]` is the class of person n; null: not in it. */
export function p1(
  release: string,
  classes: readonly (string | null)[],
  more: Partial<EarlierRelease> = {},
): EarlierRelease {
  const members = classes.flatMap((inClass, n) =>
    inClass === null ? [] : [{ subject: person(n), class: inClass, groups: {} }],
  )
  return { release, trial: TRIAL, product: 'P1', levels: null, members, ...more }
}

export const p0 = (release: string, people: readonly number[]): EarlierRelease => ({
  release,
  trial: TRIAL,
  product: 'P0',
  levels: null,
  members: people.map(n => ({ subject: person(n), class: null, groups: {} })),
})

export const nextP1 = (classes: readonly (string | null)[], levels: NextRelease['levels'] = null): NextRelease => ({
  trial: TRIAL,
  product: 'P1',
  levels,
  members: new Map(
    classes.flatMap((inClass, n) => (inClass === null ? [] : [[person(n), { class: inClass, groups: {} }] as const])),
  ),
})

/** Who in the tests below is mostly treated alike: so that a good part of what is drawn at random is releasable. */
const BLOCKS = [0, 0, 0, 1, 1, 1, 2, 2, 2]
export const PEOPLE = BLOCKS.length

/** Which class each is in: by blocks, but for up to two people. */
export const classesArbitrary = fc
  .record({
    blocks: fc.array(fc.constantFrom(null, 'a', 'a', 'b', 'c'), { minLength: 3, maxLength: 3 }),
    moved: fc.array(fc.tuple(fc.nat(PEOPLE - 1), fc.constantFrom(null, 'a', 'b')), { maxLength: 2 }),
    exactly: fc.boolean(),
  })
  .map(({ blocks, moved, exactly }) => {
    const classes = BLOCKS.map(block => blocks[block] ?? null)
    if (!exactly) for (const [n, label] of moved) classes[n] = label
    return classes
  })

/** Sets of people by their label, as bit masks. */
export function masksOf(classes: readonly (string | null)[]): number[] {
  const masks = new Map<string, number>()
  for (const [n, label] of classes.entries()) if (label !== null) masks.set(label, (masks.get(label) ?? 0) | (1 << n))
  return [...masks.values()]
}

/** The attacker's whole arsenal: every set that comes of the given ones by cutting and joining. */
export function everySet(given: readonly number[]): Set<number> {
  const known = new Set(given)
  for (let before = 0; before < known.size; ) {
    before = known.size
    for (const a of [...known])
      for (const b of given) for (const made of [a & b, a & ~b, b & ~a, a | b]) known.add(made)
  }
  return known
}

export const sizeOf = (mask: number): number => {
  let size = 0
  for (let rest = mask; rest !== 0; rest >>= 1) size += rest & 1
  return size
}
