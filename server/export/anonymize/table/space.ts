/** What is known of the nodes of a lattice, and in which order they are taken. */
import { leadingDigits } from './exact.ts'
import { above, below, type Lattice, levelOf, levelsAt } from './lattice.ts'

export const [UNKNOWN, PASSES] = [0, 2] as const
const [FAILS, DONE] = [1, 3] as const
export type State = 0 | 1 | 2 | 3

export interface Space {
  /** Leading digits of the measure's bound. */
  bound(node: number): number
  /** All nodes, from the smallest bound up. */
  inOrder(): Iterable<number>
  /** False when `inOrder` came to its end before its time, for want of memory. */
  exhausted(): boolean
  stateOf(node: number): State
  /** So do all nodes below. */
  fails(node: number): void
  /** It passes, and all nodes above; it needs no second look. */
  done(node: number): void
}

type Bound = (levels: readonly number[]) => number

/** Every node has its place in arrays. */
export function wholeSpace(lattice: Lattice, boundOf: Bound): Space {
  const bounds = Float64Array.from({ length: lattice.nodes }, (_, node) =>
    leadingDigits(boundOf(levelsAt(lattice, node))),
  )
  const states = new Uint8Array(lattice.nodes)
  const spread = (from: number, state: State, next: (lattice: Lattice, node: number) => number[]) => {
    const open = [from]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const other of next(lattice, node)) {
        if (states[other] !== UNKNOWN) continue
        states[other] = state
        open.push(other)
      }
    }
  }
  return {
    bound: node => bounds[node]!,
    inOrder: () => Uint32Array.from(bounds.keys()).sort((a, b) => bounds[a]! - bounds[b]! || a - b),
    exhausted: () => true,
    stateOf: node => states[node] as State,
    fails(node) {
      states[node] = FAILS
      spread(node, FAILS, below)
    },
    done(node) {
      const settled = states[node] === PASSES
      states[node] = DONE
      if (!settled) spread(node, PASSES, above)
    },
  }
}

/** Open nodes that are remembered at most: 16 bytes each. */
const MOST_OPEN = 8_000_000
/** Failures that settle nodes below them; with more of them it takes longer to ask than to look. */
const MOST_FAILURES = 1_000

/**
 * Only what has been met is remembered. A node is opened by the one that is a level lower in its last attribute that is not at the bottom:
 * so each is met once, and never before one with a smaller bound.
 */
export function openSpace(lattice: Lattice, boundOf: Bound): Space {
  const bound = (node: number) => leadingDigits(boundOf(levelsAt(lattice, node)))
  const looked = new Map<number, State>()
  const failures: number[][] = []
  const heap = createHeap()
  let complete = true
  return {
    bound,
    *inOrder() {
      heap.push(0, bound(0))
      for (let node = heap.pop(); node !== undefined; node = heap.pop()) {
        yield node
        for (let i = lattice.heights.length - 1; i >= 0; i--) {
          const level = levelOf(lattice, node, i)
          const next = node + lattice.steps[i]!
          if (level < lattice.heights[i]! - 1) heap.push(next, bound(next))
          if (level > 0) break
        }
        if (heap.size() > MOST_OPEN) {
          complete = false
          return
        }
      }
    },
    exhausted: () => complete,
    stateOf(node) {
      const state = looked.get(node)
      if (state !== undefined) return state
      const levels = levelsAt(lattice, node)
      return failures.some(failure => levels.every((level, i) => level <= failure[i]!)) ? FAILS : UNKNOWN
    },
    fails(node) {
      looked.set(node, FAILS)
      failures.unshift(levelsAt(lattice, node))
      if (failures.length > MOST_FAILURES) failures.pop()
    },
    done: node => void looked.set(node, DONE),
  }
}

function createHeap() {
  let nodes = new Float64Array(1_024)
  let bounds = new Float64Array(1_024)
  let size = 0
  const put = (at: number, node: number, bound: number) => {
    nodes[at] = node
    bounds[at] = bound
  }
  return {
    size: () => size,
    push(node: number, bound: number) {
      if (size === nodes.length) {
        const grown = (from: Float64Array) => {
          const larger = new Float64Array(2 * from.length)
          larger.set(from)
          return larger
        }
        ;[nodes, bounds] = [grown(nodes), grown(bounds)]
      }
      let at = size++
      for (let parent = (at - 1) >> 1; at > 0 && bounds[parent]! > bound; parent = (at - 1) >> 1) {
        put(at, nodes[parent]!, bounds[parent]!)
        at = parent
      }
      put(at, node, bound)
    },
    pop(): number | undefined {
      if (size === 0) return undefined
      const top = nodes[0]!
      const [node, bound] = [nodes[--size]!, bounds[size]!]
      let at = 0
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && bounds[child + 1]! < bounds[child]!) child++
        if (bounds[child]! >= bound) break
        put(at, nodes[child]!, bounds[child]!)
        at = child
      }
      put(at, node, bound)
      return top
    },
  }
}
