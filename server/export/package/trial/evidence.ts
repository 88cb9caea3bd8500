/** What was done to a trial's data and under which rules, for a reviewer's program; holds no count below k and no date. */
import { createHash } from 'node:crypto'
import { columnPolicyRows } from '../../anonymize/columns.ts'
import { HIERARCHIES_VERSION } from '../../anonymize/hierarchies/data.ts'
import { eventPower } from '../../anonymize/power.ts'
import { WEIGHTS } from '../../anonymize/subject-table.ts'
import type { TrialPackage } from './write.ts'

type Parts = Omit<TrialPackage, 'connection' | 'out'>

/**
 * Persons appear by role only; how many were left out is not told, only that it is within the limit, and figures from which that could be computed
 * are rounded.
 */
export function trialEvidenceOf({ input, inputSha256, policy, product, eligible, built }: Parts, contentHash: string) {
  const { individuals, series, published } = built
  return {
    format: 1,
    product,
    product_by: 'concluded by the engine from the finished tables',
    asked_for: input.product,
    reason: eligible.reason,
    downloadable: product !== 'P2',
    demonstration: input.demonstration,
    release: input.release,
    request: input.request,
    trial: input.trial,
    recipient: input.maker,
    attacker: {
      risk: 'prosecutor',
      knows: ['who took part', 'the facilities', 'raw logs of the devices with serial numbers and real times'],
    },
    device_types: input.profiles.map(({ id, version }) => ({ id, version })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    policy: { ...policy, sha256: sha256(JSON.stringify(policy)) },
    columns: columnPolicyRows(),
    content_hash: contentHash,
    ...(individuals
      ? {
          subjects: {
            rows: built.tables.subjects.length,
            suppressed_within_limit: true,
            levels: built.levels,
            weights: WEIGHTS,
            hierarchies: { version: HIERARCHIES_VERSION, sha256: individuals.hierarchiesSha256 },
            class_size_asked: individuals.classSizeAsked,
            classes: published.classes,
            class_sizes: histogramOf(
              [...individuals.classes.members.values()].map(({ length }) => length),
              policy.k,
            ),
            loss: individuals.classes.solution.loss.toFixed(2),
            optimal: individuals.classes.solution.optimal,
            risk: riskOf(
              [...individuals.classes.members.values()].map(({ length }) => length),
              policy,
            ),
          },
          events: {
            types: published.eventTypes,
            ...eventPower(individuals.eventSets, policy.k),
          },
        }
      : {}),
    series: {
      groups: new Set(series.groups.map(({ group }) => group)).size,
      group_size: { at_least: policy.series.minPersons },
      metrics: series.metrics,
      left_out: series.leftOut,
      bins: product === 'P0' ? null : published.seriesBins,
      ...(individuals?.unicity ? { unicity: individuals.unicity } : {}),
      usual_values_stand_for: 'hours not measured, and hours in which most of a facility changed together',
    },
    aggregates: { cells: published.cells.told, suppressed: published.cells.suppressed },
    release_key: {
      pseudonyms: 'HMAC-SHA-256, a key for this release alone',
      kept:
        product === 'P2'
          ? 'in escrow, released by two persons'
          : 'never written down; overwritten in memory once the gate has passed',
    },
    inputs: { 'trial.json': inputSha256 },
    software: { name: 'mimamori', version: input.code_version },
    registry_version: input.registry_version,
    approvals: input.approvals.map(({ role }) => ({ role })),
    ...(product === 'P2' && input.p2_grounds
      ? { committee: { members: input.p2_grounds.members, external: input.p2_grounds.external } }
      : {}),
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** How many classes are how big; a size says nothing of anybody that the rows do not. */
function histogramOf(sizes: readonly number[], k: number): { from: number; to: number | null; classes: number }[] {
  const bounds = [k, Math.ceil(1.5 * k), 2 * k, 3 * k]
  return bounds.map((from, i) => {
    const to = bounds[i + 1] ?? Number.POSITIVE_INFINITY
    return { from, to: Number.isFinite(to) ? to - 1 : null, classes: sizes.filter(n => n >= from && n < to).length }
  })
}

function riskOf(sizes: readonly number[], { riskThreshold, k }: TrialPackage['policy']) {
  const smallest = Math.min(...sizes)
  const rows = sizes.reduce((sum, n) => sum + n, 0)
  const atRisk = sizes
    .filter(n => riskThreshold.denominator > n * riskThreshold.numerator)
    .reduce((sum, n) => sum + n, 0)
  return {
    model: 'prosecutor',
    threshold: `${riskThreshold.numerator}/${riskThreshold.denominator}`,
    before: 'every combination of the columns may be one person’s',
    after: { highest: `1/${smallest}`, average: `${sizes.length}/${rows}`, records_at_risk: atRisk, k },
  }
}
