/** Facts of made-up releases for the tests of the report. */
import type { RiskFacts } from '../../../server/export/report/facts.ts'
import { riskBefore } from '../../../server/export/report/risk.ts'

const k = 12
const threshold = { numerator: 9, denominator: 100 }

export const p1Facts: RiskFacts = {
  about: 'trial',
  product: 'P1',
  reason: 'as_asked',
  demonstration: true,
  release: 'a1b2c3d4e5f6a7b8c9d0',
  recipient: 'gaonmed',
  k,
  threshold,
  suppressionLimit: { numerator: 5, denominator: 100 },
  records: 118,
  classSizes: [13, 14, 16, 17, 25, 33],
  smallestInPopulation: null,
  before: riskBefore([...Array(96).fill(1), ...Array(12).fill(2)], { threshold, k }),
  columns: [
    { table: 'subjects', column: 'id', class: 'identifier', rule: 'pseudonymise', level: null },
    { table: 'subjects', column: 'age', class: 'quasi_identifier', rule: 'generalise', level: 2 },
    { table: 'subjects', column: 'sex', class: 'quasi_identifier', rule: 'generalise', level: 0 },
    { table: 'subject_events', column: 'type', class: 'sensitive', rule: 'keep_if_k', level: null },
    { table: 'readings', column: 'value', class: 'measure', rule: 'aggregate', level: null },
    { table: 'events', column: 'device_ms', class: 'technical', rule: 'relative_time', level: null },
  ],
  events: {
    occurred: 9,
    told: 6,
    known: [
      { p: 1, method: 'all', fewest: 13 },
      { p: 2, method: 'all', fewest: 12 },
      { p: 3, method: 'all', fewest: 12 },
      { p: 4, method: 'drawn', fewest: null },
    ],
  },
  series: { groups: 5, smallestGroup: 18, bins: { told: 1203, possible: 1344 } },
  aggregates: { told: 240, suppressed: 11 },
  composition: { earlier: 1 },
  attacks: null,
  utility: { loss: '0.41', optimal: true },
  approvals: 2,
  keyDestroyed: true,
  contentSha256: 'ab'.repeat(32),
  policySha256: 'cd'.repeat(32),
  software: 'mimamori 0.1.0',
}

export const p0Facts: RiskFacts = {
  ...p1Facts,
  product: 'P0',
  reason: 'too_few_sites',
  records: 0,
  classSizes: [],
  before: null,
  events: null,
  series: { groups: 0, smallestGroup: 12, bins: null },
  keyDestroyed: null,
}

export const tableFacts: RiskFacts = {
  ...p0Facts,
  about: 'table',
  product: null,
  reason: null,
  demonstration: false,
  release: null,
  recipient: null,
  records: 118,
  classSizes: p1Facts.classSizes,
  columns: [
    { table: '', column: 'age', class: 'quasi_identifier', rule: 'generalise', level: 1 },
    { table: '', column: 'occupation', class: 'sensitive', rule: 'keep', level: null },
  ],
  series: null,
  aggregates: null,
  composition: null,
  approvals: 0,
  contentSha256: null,
}
