/** Counts how many people share what someone may know of a person's events: of every one, two, three and four told events of a class. */

interface EventSets {
  label: string
  /** People with exactly the same told events. */
  sets: { keys: string[]; persons: number }[]
}

/** Above so many combinations of a class, so many are drawn instead of all counted; one and two are always all counted. */
const MOST = 1e7
const DRAWN = 10_000

export interface Support {
  /** Known events. */
  p: number
  method: 'all' | 'drawn'
  /** Fewest people that share a combination which occurs, within a class; null when none does. */
  fewest: number | null
}

type Pattern = readonly EventSets['sets'][number][]

/** @returns for p = 1 to 4 the fewest people within a class that share any p of the told events */
export function eventPower(classes: readonly EventSets[], k: number): { support: Support[]; safe: boolean } {
  const support = [1, 2, 3, 4].map((p): Support => {
    let [fewest, method] = [Number.POSITIVE_INFINITY, 'all' as Support['method']]
    for (const { sets } of classes) {
      const patterns = patternsOf(sets)
      const draw = p > 2 && patterns.length ** p > MOST
      if (draw) method = 'drawn'
      for (const shared of draw ? drawn(patterns, p) : combinations(patterns, p)) {
        const persons = shared.reduce((n, set) => n + set.persons, 0)
        if (persons > 0) fewest = Math.min(fewest, persons)
      }
    }
    return { p, method, fewest: Number.isFinite(fewest) ? fewest : null }
  })
  return { support, safe: support.every(({ fewest }) => fewest === null || fewest >= k) }
}

/** Events that the same sets of people have behave alike: a combination of p events is shared as one of at most p such patterns is. */
function patternsOf(sets: EventSets['sets']): Pattern[] {
  const having = new Map<string, number[]>()
  for (const [i, { keys }] of sets.entries())
    for (const key of new Set(keys)) having.set(key, [...(having.get(key) ?? []), i])
  const distinct = new Map([...having.values()].map(of => [of.join(), of.map(i => sets[i]!)]))
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, of]) => of)
}

const both = (a: Pattern, b: Pattern): Pattern => a.filter(set => b.includes(set))

/** What each choice of one to p patterns has in common. */
function* combinations(patterns: readonly Pattern[], p: number, from = 0, shared?: Pattern): Generator<Pattern> {
  for (let i = from; i < patterns.length; i++) {
    const now = shared ? both(shared, patterns[i]!) : patterns[i]!
    if (now.length === 0) continue
    yield now
    if (p > 1) yield* combinations(patterns, p - 1, i + 1, now)
  }
}

/** Always the same draws for the same patterns. */
function* drawn(patterns: readonly Pattern[], p: number): Generator<Pattern> {
  let state = 0x9e3779b9
  const next = (): Pattern => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return patterns[((state ^ (state >>> 13)) >>> 0) % patterns.length]!
  }
  for (let i = 0; i < DRAWN; i++) {
    let shared = next()
    for (let known = 1; known < p; known++) shared = both(shared, next())
    yield shared
  }
}
