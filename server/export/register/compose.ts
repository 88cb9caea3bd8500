/** Finds classes for a release that compose with all earlier ones, or says that there are none; the optimiser comes as an argument. */
import { AppError } from '../../../core/errors.ts'
import type { Ratio } from '../trial/policy.ts'
import { lowestLevels } from './composition.ts'
import { mustLeaveOut } from './leave-out.ts'
import type { EarlierRelease } from './views.ts'

export interface ComposeOptions<S> {
  trial: string
  subjects: readonly string[]
  earlier: readonly EarlierRelease[]
  k: number
  /** Largest share of the subjects that may be left out, by whatever reason. */
  suppressionLimit: Ratio
  /** @param lowest column → lowest level that may be used; a column that is not named may have any */
  solve: (subjects: readonly string[], limit: Ratio, lowest: Readonly<Record<string, number>>) => Promise<S>
}

/**
 * @returns the solution, and whom it had to leave out before it was looked for.
 * @throws AppError `composition` when too many would have to be left out; whatever `solve` throws
 */
export async function compose<S extends { classOf: ReadonlyMap<string, string> }>({
  trial,
  subjects,
  earlier,
  k,
  suppressionLimit: { numerator, denominator },
  solve,
}: ComposeOptions<S>): Promise<{ solution: S; leftOut: Set<string> }> {
  const allowed = Math.floor((subjects.length * numerator) / denominator)
  const lowest = lowestLevels(earlier, trial)
  // Who was counted in a total cannot be left out of classes by few: the difference of the two would be about these.
  const counted = new Set(
    earlier.flatMap(({ product, members }) => (product === 'P0' ? members.flatMap(m => m.subject ?? []) : [])),
  )
  const leftOut = mustLeaveOut(earlier, new Map(subjects.map(subject => [subject, 'all'])), k)
  for (;;) {
    if (leftOut.size > allowed)
      throw new AppError(
        'composition',
        'Beside what was released before, this release would tell of too few people: somebody who was in an earlier one takes part no more, or too few have joined since',
      )
    const rest = subjects.filter(subject => !leftOut.has(subject))
    const budget = rest.some(subject => counted.has(subject)) ? 0 : allowed - leftOut.size
    const solution = await solve(rest, { numerator: budget, denominator: Math.max(1, rest.length) }, lowest)
    const more = mustLeaveOut(earlier, solution.classOf, k)
    if (more.size === 0) return { solution, leftOut }
    for (const subject of more) leftOut.add(subject)
  }
}
