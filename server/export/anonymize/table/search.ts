/**
 * The search. Two facts carry it. A more general node has no more records in classes that are too small: a node that fails settles all
 * nodes below it, and one that passes all above. And no node costs less than its bound, which grows upwards: what is bound to cost more
 * than the best solution need not be looked at, however it would turn out.
 */
import { leadingDigits } from './exact.ts'
import type { Examiner } from './examine.ts'
import { above, below, type Lattice } from './lattice.ts'
import type { Measure } from './metrics/measure.ts'
import { PASSES, type Space, UNKNOWN } from './space.ts'

export interface Found {
  node: number
  /** Its leading digits: what solutions are compared by. */
  rank: number
  score: number
  suppressed: number
}

export interface SearchState {
  best: Found | null
  /** No solution can be better than this. */
  bound: number
  /** Nodes looked at. */
  checks: number
}

export interface SearchOptions {
  lattice: Lattice
  space: Space
  examiner: Examiner
  measure: Measure
  /** Most records that may be left out. */
  limit: number
  /** True when records left out for whatever reason never become more upwards; else only those in classes that are too small. */
  monotone: boolean
  /** False ends the search. */
  goOn?: (state: SearchState) => boolean
}

/**
 * Takes the nodes from the smallest bound up. From one that is not settled a chain goes upwards as far as nodes could still be the best;
 * its top is looked at first, because where solutions are rare it fails and settles the whole chain and all that lies below.
 * Of equal scores the one with fewer suppressed records is best, then the one with the smaller number.
 */
export function search(options: SearchOptions): SearchState & { optimal: boolean } {
  const { lattice, space, examiner, measure, limit, monotone, goOn = () => true } = options
  let best: Found | null = null
  let [bound, checks] = [0, 0]
  const worthwhile = (node: number): boolean => best === null || space.bound(node) <= best.rank

  /** @returns whether the node passes */
  const look = (node: number): boolean => {
    checks++
    const settled = space.stateOf(node) === PASSES
    if (!settled && !monotone && examiner.tooSmall(node) > limit) {
      space.fails(node)
      return false
    }
    const release = examiner.release(node)
    if (monotone && release.suppressed > limit) {
      space.fails(node)
      return false
    }
    space.done(node)
    if (release.suppressed > limit || release.kept === 0) return true
    const score = measure.score(release)
    const found = { node, score, rank: leadingDigits(score), suppressed: release.suppressed }
    if (best === null || isBetter(found, best)) best = found
    return true
  }
  const chainFrom = (node: number): number[] => {
    const chain = [node]
    for (let at: number | undefined = node; at !== undefined; ) {
      const steps: number[] = above(lattice, at).filter(next => space.stateOf(next) === UNKNOWN && worthwhile(next))
      at = steps.sort((a, b) => space.bound(a) - space.bound(b) || a - b)[0]
      if (at !== undefined) chain.push(at)
    }
    return chain
  }
  /** Looks until it is known where on the chain nodes begin to pass. */
  const settle = (chain: readonly number[]): void => {
    let [low, high] = [0, chain.length - 1]
    for (let at = high; low <= high; at = (low + high) >> 1) {
      if (look(chain[at]!)) high = at - 1
      else low = at + 1
    }
  }
  /** Steps down from the best node as long as one of them is better: where time may run out, a good solution is wanted soon. */
  const improve = (): void => {
    for (let from: Found | null = null; best !== null && best !== from; ) {
      from = best as Found
      for (const node of below(lattice, from.node)) {
        if (best === from && worthwhile(node) && space.stateOf(node) === UNKNOWN) look(node)
      }
    }
  }

  for (const node of space.inOrder()) {
    bound = space.bound(node)
    if (!worthwhile(node)) return { best, bound: best!.score, checks, optimal: true }
    if (!goOn({ best, bound, checks })) return { best, bound, checks, optimal: false }
    const before: Found | null = best
    const state = space.stateOf(node)
    if (state === UNKNOWN) settle(chainFrom(node))
    else if (state === PASSES) look(node)
    if (best !== before) improve()
  }
  return { best, bound, checks, optimal: space.exhausted() }
}

const isBetter = (a: Found, b: Found): boolean =>
  (a.rank - b.rank || a.suppressed - b.suppressed || a.node - b.node) < 0
