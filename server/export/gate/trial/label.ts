/** Which product may be made of an input at most, and whether that is what the files are. */
import type { TrialInput } from '../../trial/input.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import type { TrialFinding } from './finding.ts'
import type { TrialProduct } from './package-files.ts'

/** From what tells least to what tells most. */
const RANK: readonly TrialProduct[] = ['P0', 'P1', 'P2']

export function checkLabel(
  { input }: { input: TrialInput },
  product: TrialProduct | undefined,
  policy: TrialPolicy,
): TrialFinding[] {
  const wrong: TrialFinding[] = [{ check: 'label', where: 'tables' }]
  if (!product) return [{ check: 'empty', where: 'tables' }]
  if (RANK.indexOf(product) > RANK.indexOf(input.product)) return wrong
  const placed = new Set(input.placements.map(({ subject }) => subject))
  const people = input.subjects.filter(({ id }) => placed.has(id))
  const sites = new Set(people.map(({ site }) => site))
  if (people.length < policy.k) return wrong
  if (product !== 'P0' && (people.length < policy.minSubjectsForP1 || sites.size < policy.minSites)) return wrong
  return product === 'P2' && input.p2_grounds === null ? wrong : []
}
