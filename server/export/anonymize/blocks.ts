/** Cuts a class into blocks of at least k people that have as many event types in common as a search finds, new types before known ones. */
import type { EventHistory } from './events.ts'

/** A type that no block tells yet counts as so many that some block does. */
const NEW = 100
/** Sets of types looked at for one block; after that the best so far is taken. */
const MOST_SETS = 50_000

/**
 * The people of a block: k who together have the set of event types of most weight that can be found.
 * @param people at least k
 * @param told types that blocks tell already
 */
export function blockOf(
  people: readonly number[],
  histories: readonly EventHistory[],
  k: number,
  told: ReadonlySet<string>,
): number[] {
  const { types, people: having } = bestSet(people, histories, k, told)
  return steadiest(having, types, histories)
    .slice(0, k)
    .sort((a, b) => a - b)
}

/** Types that all of these people have. */
export const commonTypes = (people: readonly number[], histories: readonly EventHistory[]): string[] =>
  typesOf(people, histories).filter(type => people.every(i => histories[i]!.types.has(type)))

const typesOf = (people: readonly number[], histories: readonly EventHistory[]): string[] =>
  [...new Set(people.flatMap(i => [...histories[i]!.types.keys()]))].sort()

/** Depth first, new and common types first, cut where it cannot win. */
function bestSet(people: readonly number[], histories: readonly EventHistory[], k: number, told: ReadonlySet<string>) {
  const having = typesOf(people, histories)
    .map(type => ({ type, of: people.filter(i => histories[i]!.types.has(type)), weight: told.has(type) ? 1 : NEW }))
    .filter(({ of }) => of.length >= k)
    .sort((a, b) => b.weight - a.weight || b.of.length - a.of.length)
    .map(type => ({ ...type, has: new Set(type.of) }))
  const rest = new Float64Array(having.length + 1)
  for (let i = having.length - 1; i >= 0; i--) rest[i] = rest[i + 1]! + having[i]!.weight
  let best = { weight: -1, types: [] as string[], people }
  let looked = 0
  const search = (from: number, weight: number, types: string[], among: readonly number[]): void => {
    looked += 1
    if (weight > best.weight) best = { weight, types, people: among }
    for (let i = from; i < having.length && looked < MOST_SETS; i++) {
      if (weight + rest[i]! <= best.weight) return
      const { type, has, weight: more } = having[i]!
      const both = among.filter(person => has.has(person))
      if (both.length >= k) search(i + 1, weight + more, [...types, type], both)
    }
  }
  search(0, 0, [], people)
  return best
}

/** Those first who have these types on most of their days, so that the block can tell them finely. */
function steadiest(people: readonly number[], types: readonly string[], histories: readonly EventHistory[]): number[] {
  const share = (i: number): number => {
    const { days, types: of } = histories[i]!
    return types.reduce((sum, type) => sum + of.get(type)!.size, 0) / Math.max(1, days)
  }
  return people
    .map(i => ({ i, at: share(i) }))
    .sort((a, b) => b.at - a.at || a.i - b.i)
    .map(({ i }) => i)
}
