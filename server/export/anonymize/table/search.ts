/**
 * The exact search. Two facts carry it: a more general node has no more records in classes that are too small (so one look settles all
 * nodes below a failure and above a success), and no node costs less than its bound, which grows upwards (so what is bound to cost more
 * than the best solution need not be looked at, however it would turn out).
 */
import type { Examiner } from './examine.ts'
import { above, below, type Lattice, levelsAt } from './lattice.ts'
import type { Measure, Release } from './metrics/measure.ts'

export interface Found {
  node: number
  score: number
  suppressed: number
}

export interface SearchResult {
  best: Found | null
  /** No solution can be better than this; the best one's score when the search is complete. */
  bound: number
  checks: number
  optimal: boolean
}

export interface SearchOptions {
  lattice: Lattice
  examiner: Examiner
  measure: Measure
  /** Most records that may be left out. */
  limit: number
  /** True when a more general node never has more records to leave out, whatever the reason. */
  monotone: boolean
  /** Called after each look; false ends the search. */
  goOn?: (state: { best: Found | null; bound: number; checks: number }) => boolean
}

const [UNKNOWN, FAILS, PASSES, DONE] = [0, 1, 2, 3]

/** For lattices whose nodes can all be numbered and sorted. Equal scores: fewer suppressed, then the smaller number. */
export function searchAll(options: SearchOptions): SearchResult {
  const { lattice, examiner, measure, limit, monotone, goOn = () => true } = options
  const bounds = Float64Array.from({ length: lattice.nodes }, (_, node) => measure.bound(levelsAt(lattice, node)))
  const order = Uint32Array.from(bounds.keys()).sort((a, b) => bounds[a]! - bounds[b]! || a - b)
  const states = new Uint8Array(lattice.nodes)
  let best: Found | null = null
  let checks = 0

  const spread = (node: number, state: number, next: (lattice: Lattice, node: number) => number[]) => {
    const open = [node]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const other of next(lattice, at)) {
        if (states[other] !== UNKNOWN) continue
        states[other] = state
        open.push(other)
      }
    }
  }
  const consider = (node: number, { levels, classes, out, suppressed, kept }: Release) => {
    if (suppressed > limit || kept === 0) return
    const found = { node, suppressed, score: measure.score({ levels, classes, out, suppressed, kept }) }
    if (best === null || isBetter(found, best)) best = found
  }
  const worthwhile = (node: number) => best === null || bounds[node]! <= best.score
  /** @returns whether the node passes, as far as is settled for its neighbours too */
  const look = (node: number): boolean => {
    checks++
    const known = states[node] === PASSES
    const passes = known || (monotone ? true : examiner.tooSmall(node) <= limit)
    if (!passes) {
      states[node] = FAILS
      spread(node, FAILS, below)
      return false
    }
    const release = examiner.release(node)
    if (monotone && release.suppressed > limit) {
      states[node] = FAILS
      spread(node, FAILS, below)
      return false
    }
    consider(node, release)
    states[node] = DONE
    if (!known) spread(node, PASSES, above)
    return true
  }
  /** Up from a node, always by the cheapest step, while it is unknown and could still be better. */
  const chainFrom = (node: number): number[] => {
    const chain = [node]
    for (let at: number | undefined = node; at !== undefined; ) {
      const steps: number[] = above(lattice, at).filter(next => states[next] === UNKNOWN && worthwhile(next))
      at = steps.sort((a, b) => bounds[a]! - bounds[b]! || a - b)[0]
      if (at !== undefined) chain.push(at)
    }
    return chain
  }

  for (const node of order) {
    const bound = bounds[node]!
    if (!worthwhile(node)) return { best, bound: best!.score, checks, optimal: true }
    if (!goOn({ best, bound, checks })) return { best, bound, checks, optimal: false }
    if (states[node] === PASSES) look(node)
    else if (states[node] === UNKNOWN) {
      const chain = chainFrom(node)
      let [low, high] = [0, chain.length - 1]
      while (low <= high) {
        const middle = (low + high) >> 1
        if (look(chain[middle]!)) high = middle - 1
        else low = middle + 1
      }
      if (states[node] === PASSES) look(node)
    }
  }
  return { best, bound: best ? (best as Found).score : Number.POSITIVE_INFINITY, checks, optimal: true }
}

const isBetter = (a: Found, b: Found): boolean =>
  a.score !== b.score
    ? a.score < b.score
    : a.suppressed !== b.suppressed
      ? a.suppressed < b.suppressed
      : a.node < b.node
