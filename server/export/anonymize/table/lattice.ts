/** The lattice of recodings: a node is one level for each quasi-identifier, numbered in mixed radix; more general is upwards. */

export interface Lattice {
  /** Levels of each attribute. */
  heights: readonly number[]
  /** What one level of an attribute adds to a node's number. */
  steps: readonly number[]
  /** Below 2^53. */
  nodes: number
}

export function latticeOf(heights: readonly number[]): Lattice {
  const steps: number[] = []
  let nodes = 1
  for (const height of heights) {
    steps.push(nodes)
    nodes *= height
  }
  return { heights, steps, nodes }
}

export const levelOf = ({ heights, steps }: Lattice, node: number, i: number): number =>
  Math.floor(node / steps[i]!) % heights[i]!

export const levelsAt = (lattice: Lattice, node: number): number[] =>
  lattice.heights.map((_, i) => levelOf(lattice, node, i))

/** Nodes one level higher in one attribute. */
export function above(lattice: Lattice, node: number): number[] {
  return lattice.steps.flatMap((step, i) => (levelOf(lattice, node, i) < lattice.heights[i]! - 1 ? [node + step] : []))
}

/** Nodes one level lower in one attribute. */
export function below(lattice: Lattice, node: number): number[] {
  return lattice.steps.flatMap((step, i) => (levelOf(lattice, node, i) > 0 ? [node - step] : []))
}
