/** The finest sets of people that earlier releases together tell apart, and how a next release would cut them. Pure. */
import type { View } from './views.ts'

/** People whom no earlier release tells apart. */
export interface Atom {
  /** False: in no earlier release. */
  told: boolean
  /** An erased person may belong here, who is in no later release. */
  short: boolean
  /** People of it whom the next release leaves out. */
  missing: string[]
  /** The others by what the next release says of them; null: everything. */
  cells: Map<string | null, string[]>
}

/**
 * Whatever can be computed by adding and subtracting what the views say is about a union of these atoms.
 * @param toldApart whom the next release tells apart from everybody
 */
export function atomsOf(
  views: readonly View[],
  next: ReadonlyMap<string, string>,
  toldApart: ReadonlySet<string> = new Set(),
  leavingAside: ReadonlySet<string> = new Set(),
): Atom[] {
  const atoms = new Map<string, Atom>()
  const people = new Set([...views.flatMap(({ labels }) => [...labels.keys()]), ...next.keys(), ...toldApart])
  for (const person of people) {
    if (leavingAside.has(person)) continue
    const labels = views.map(view => view.labels.get(person) ?? null)
    const key = JSON.stringify(labels)
    const atom = atoms.get(key) ?? {
      told: labels.some(label => label !== null),
      short: labels.some((label, at) => label !== null && views[at]?.short.has(label) === true),
      missing: [],
      cells: new Map<string | null, string[]>(),
    }
    atoms.set(key, atom)
    const label = toldApart.has(person) ? null : next.get(person)
    if (label === undefined) atom.missing.push(person)
    else {
      const cell = atom.cells.get(label) ?? []
      cell.push(person)
      atom.cells.set(label, cell)
    }
  }
  return [...atoms.values()]
}

export const presentIn = ({ cells }: Atom): string[] => [...cells.values()].flat()
