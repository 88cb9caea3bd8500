/** Puts the release beside all earlier ones of the same people, and looks for fewer than k whom they tell apart together. */
import type { TrialInput } from '../../trial/input.ts'
import type { TrialFinding } from './finding.ts'
import type { TrialProduct } from './package-files.ts'

/** What the written release says of each person in it. */
export interface Written {
  product: TrialProduct
  /** Subject → class; empty for a product without. */
  classOf: ReadonlyMap<string, string>
  /** Series → subject → group. */
  groupsOf: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Whoever is counted in it. */
  people: ReadonlySet<string>
  levels: Readonly<Record<string, number>> | null
}

type Earlier = TrialInput['earlier'][number]
type Labels = ReadonlyMap<string, string>

export function checkComposition(
  earlier: readonly Earlier[],
  written: Written,
  trial: string,
  k: number,
): TrialFinding[] {
  const found = (where: string): TrialFinding => ({ check: 'composition', where })
  const views = earlier.filter(({ product }) => product !== 'P2')
  if (earlier.length === 0) return []
  const labelled = (of: (member: Earlier['members'][number]) => string | null | undefined): Labels[] =>
    views.map(
      ({ members }) =>
        new Map(
          members.flatMap(member => {
            const label = of(member)
            return member.subject === null || label === null || label === undefined ? [] : [[member.subject, label]]
          }),
        ),
    )
  const wrong: string[] = []
  if (written.product === 'P1') {
    if (
      !composes(
        labelled(member => member.class),
        written.classOf,
        k,
      )
    )
      wrong.push('classes')
    for (const [series, groups] of written.groupsOf)
      if (
        !composes(
          labelled(member => member.groups[series]),
          groups,
          k,
        )
      )
        wrong.push('series')
  }
  const everybody = new Map([...written.people].map(subject => [subject, 'in']))
  if (
    written.product !== 'P2' &&
    !composes(
      labelled(() => 'in'),
      everybody,
      k,
    )
  )
    wrong.push('totals')
  const finer = earlier.some(
    before =>
      before.trial === trial &&
      Object.entries(before.levels ?? {}).some(([column, level]) => (written.levels?.[column] ?? level) < level),
  )
  if (finer) wrong.push('levels')
  return [...new Set(wrong)].map(found)
}

/**
 * People are first put together as the earlier releases tell them. Of those whom these do not tell apart, the release must tell k or
 * more of each class, and must not lack a few: the difference would be about these.
 */
function composes(before: readonly Labels[], now: Labels, k: number): boolean {
  const together = new Map<string, { told: boolean; missing: number; classes: Map<string, number> }>()
  for (const person of new Set([...before.flatMap(labels => [...labels.keys()]), ...now.keys()])) {
    const seen = before.map(labels => labels.get(person) ?? null)
    const key = JSON.stringify(seen)
    const set = together.get(key) ?? { told: seen.some(label => label !== null), missing: 0, classes: new Map() }
    const label = now.get(person)
    if (label === undefined) set.missing += 1
    else set.classes.set(label, (set.classes.get(label) ?? 0) + 1)
    together.set(key, set)
  }
  return [...together.values()].every(({ told, missing, classes }) => {
    const enough = [...classes.values()].every(n => n >= k)
    return enough && (!told || classes.size === 0 || missing === 0 || missing >= k)
  })
}
