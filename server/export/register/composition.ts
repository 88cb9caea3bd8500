/** Whether a release, put beside all earlier ones of the same people, tells of fewer than k of them. Pure. */
import { type Atom, atomsOf } from './atoms.ts'
import {
  type Compared,
  comparisons,
  type EarlierRelease,
  labelsOf,
  type NextRelease,
  seriesOf,
  toldApart,
  viewsOf,
} from './views.ts'

/** Says what would be told of too few, never of whom nor of how many. */
export interface Breach {
  code:
    | 'composition_shared' // people whom the releases together tell apart from all others
    | 'composition_left_out' // people who were not told apart from the rest of their class, and whom the next release lacks
    | 'composition_added' // people who are new in a class
    | 'composition_finer' // the same trial's people in finer classes than before
  compared: Compared
  /** The earlier release; null: all of them together. */
  release: string | null
}

/**
 * Empty: every set of people that can be computed from all releases by adding and subtracting has nobody in it or at least k.
 * People who are in none of the earlier releases have to be k in each class too. Sets that the earlier ones tell already are not held
 * against the next one, as long as it says nothing of them.
 */
export function compositionBreaches(earlier: readonly EarlierRelease[], next: NextRelease, k: number): Breach[] {
  if (earlier.length === 0) return []
  const known = toldApart(earlier)
  const told = next.product === 'P2' ? new Set(next.members.keys()) : new Set<string>()
  const { classes, totals, series } = comparisons
  const breaches = [classes, totals, ...seriesOf(earlier).map(series)].flatMap(comparison => {
    const views = viewsOf(earlier, comparison)
    const labels = labelsOf(next, comparison)
    // Once for who has no pseudonymised release, once for who has all of them.
    const atoms = [...atomsOf(views, labels, told), ...(known.size === 0 ? [] : atomsOf(views, labels, told, known))]
    return [...new Set(atoms.flatMap(atom => faultsOf(atom, k)))].map(
      (code): Breach => ({ code, compared: comparison.compared, release: null }),
    )
  })
  return [...breaches, ...finer(earlier, next)]
}

function faultsOf({ told, short, missing, cells }: Atom, k: number): Breach['code'][] {
  const faults: Breach['code'][] = []
  for (const [label, people] of cells)
    if (label !== null && people.length < k) faults.push(told ? 'composition_shared' : 'composition_added')
  if (told && cells.size > 0 && (missing.length > 0 || short) && missing.length < k) faults.push('composition_left_out')
  return faults
}

const finer = (earlier: readonly EarlierRelease[], { trial, levels }: NextRelease): Breach[] =>
  earlier
    .filter(before => before.trial === trial && before.levels !== null && levels !== null)
    .filter(before =>
      Object.entries(levels ?? {}).some(([column, level]) => level < (before.levels?.[column] ?? Infinity)),
    )
    .map(({ release }) => ({ code: 'composition_finer', compared: 'classes', release }))

/** Lowest level of each column that a next release of the trial may have. */
export function lowestLevels(earlier: readonly EarlierRelease[], trial: string): Record<string, number> {
  const lowest: Record<string, number> = {}
  for (const before of earlier)
    if (before.trial === trial)
      for (const [column, level] of Object.entries(before.levels ?? {}))
        lowest[column] = Math.max(level, lowest[column] ?? 0)
  return lowest
}
