/** Whom a next release has to leave out so that nothing is told by what it adds to earlier ones. Pure. */
import { atomsOf, presentIn } from './atoms.ts'
import { comparisons, type EarlierRelease, toldApart, viewsOf } from './views.ts'

/**
 * People whom earlier releases do not tell apart come along all together or not at all: where one of them is missing (a consent withdrawn, a
 * person erased) the difference would be about that one, and about the sensitive values of however many of them are missing.
 * New people come k at a time into a class.
 * @param classOf subject → class in the next release, of all who would be in it
 */
export function mustLeaveOut(
  earlier: readonly EarlierRelease[],
  classOf: ReadonlyMap<string, string>,
  k: number,
): Set<string> {
  const left = new Map(classOf)
  if (earlier.length === 0) return new Set()
  const classes = viewsOf(earlier, comparisons.classes)
  const totals = viewsOf(earlier, comparisons.totals)
  const known = toldApart(earlier)
  for (let before = Number.POSITIVE_INFINITY; left.size < before; ) {
    before = left.size
    for (const atom of atomsOf(classes, left))
      if (atom.told && (atom.missing.length > 0 || atom.short)) remove(left, presentIn(atom))
    for (const atom of [...atomsOf(classes, left), ...atomsOf(classes, left, new Set(), known)])
      for (const people of atom.cells.values()) if (people.length < k) remove(left, people)
    // Totals have no classes that could come along whole: too few of those counted before, or too few others, are not hidden by anything.
    if (left.size === before)
      for (const atom of atomsOf(totals, new Map([...left.keys()].map(id => [id, 'in'])))) {
        const present = presentIn(atom)
        const lost = atom.told && atom.missing.length > 0 && atom.missing.length < k
        if (lost || present.length < k) remove(left, present)
      }
  }
  return new Set([...classOf.keys()].filter(person => !left.has(person)))
}

const remove = (left: Map<string, string>, people: readonly string[]): void => {
  for (const person of people) left.delete(person)
}

/**
 * Groups of one series (`profile/metric`) of a next release. Who shared a group stays in one; a group that lost somebody has no series any more; the others may be grouped
 * among themselves. Means over two groups that differ in a few people would tell of these few.
 */
export function seriesGroupsAfter(
  earlier: readonly EarlierRelease[],
  key: string,
  subjects: readonly string[],
): { fixed: Map<string, string>; without: Set<string>; free: string[] } {
  const fixed = new Map<string, string>()
  const without = new Set<string>()
  const free: string[] = []
  const present = new Map(subjects.map(subject => [subject, 'in']))
  const atoms = atomsOf(viewsOf(earlier, comparisons.series(key)), present)
  for (const [at, atom] of atoms.entries())
    for (const person of presentIn(atom))
      if (!atom.told) free.push(person)
      else if (atom.missing.length > 0 || atom.short) without.add(person)
      else fixed.set(person, `kept ${at}`)
  return { fixed, without, free }
}
