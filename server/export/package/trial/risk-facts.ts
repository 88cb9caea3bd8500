/** What the risk report of a trial's release is made of, taken from the finished tables; holds no count below k. */
import { createHash } from 'node:crypto'
import { columnPolicyRows } from '../../anonymize/columns.ts'
import { eventPower } from '../../anonymize/power.ts'
import type { ReportedColumn, RiskFacts } from '../../report/facts.ts'
import { riskBefore } from '../../report/risk.ts'
import type { TrialInput } from '../../trial/input.ts'
import type { TrialPackage } from './write.ts'

/** Column of the input → column of subjects.csv, whose level was chosen. */
const TOLD_AS: Readonly<Record<string, string>> = {
  'subjects.age': 'age',
  'subjects.sex': 'sex',
  'subjects.care_level': 'care_level',
  'subjects.site': 'site',
  'subjects.stay_days': 'stay',
  'subjects.diagnosis_group': 'diagnosis',
}

export function riskFactsOf(
  { input, policy, product, eligible, built }: Omit<TrialPackage, 'connection' | 'out' | 'inputSha256'>,
  contentSha256: string,
): RiskFacts {
  const { individuals, levels, published, series } = built
  const { k } = policy
  const threshold = policy.riskThreshold
  const isAnonymous = product === 'P1' && individuals !== undefined
  return {
    about: 'trial',
    product,
    reason: eligible.reason,
    demonstration: input.demonstration,
    release: input.release,
    recipient: input.maker,
    k,
    threshold,
    suppressionLimit: policy.suppressionLimit,
    records: built.tables.subjects.length,
    classSizes: isAnonymous ? [...individuals.classes.members.values()].map(({ length }) => length) : [],
    smallestInPopulation: null,
    before: isAnonymous ? riskBefore(combinationsOf(input), { threshold, k }) : null,
    columns: columnPolicyRows().map((row): ReportedColumn => {
      const told = TOLD_AS[`${row.table}.${row.column}`]
      return { ...row, level: (told === undefined ? undefined : levels?.[told]) ?? null }
    }),
    events: isAnonymous
      ? {
          ...published.eventTypes,
          known: eventPower(individuals.eventSets, k).support.map(({ p, method, fewest }) => ({ p, method, fewest })),
        }
      : null,
    series: {
      groups: product === 'P1' ? series.groups.length : 0,
      smallestGroup: policy.series.minPersons,
      bins: product === 'P1' ? published.seriesBins : null,
    },
    aggregates: product === 'P2' ? null : published.cells,
    composition: { earlier: input.earlier.length },
    attacks: null,
    utility: {
      loss: isAnonymous ? individuals.classes.solution.loss.toFixed(2) : null,
      optimal: isAnonymous ? individuals.classes.solution.optimal : null,
    },
    approvals: new Set(input.approvals.map(({ by }) => by)).size,
    keyDestroyed: product !== 'P2',
    contentSha256,
    policySha256: createHash('sha256').update(JSON.stringify(policy)).digest('hex'),
    software: `mimamori ${input.code_version}`,
  }
}

/** How many participants share each combination of what is recorded of them. */
function combinationsOf({ subjects }: TrialInput): number[] {
  const sizes = new Map<string, number>()
  for (const { age, sex, care_level, diagnosis_group, stay_days, site } of subjects) {
    const key = JSON.stringify([age, sex, care_level, diagnosis_group, stay_days, site])
    sizes.set(key, (sizes.get(key) ?? 0) + 1)
  }
  return [...sizes.values()]
}
