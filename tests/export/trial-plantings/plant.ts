// Short ways to write down one violation: what is changed in which file of the package or of the job.
import type { TrialCheck } from '../../../server/export/gate/trial/finding.ts'
import { pseudonymOf } from '../../../server/export/gate/trial/pseudonyms.ts'
import { ODD_PERSON, type Planting, RELEASE_KEY } from '../trial-package.ts'

/** Cell of a row by place. */
export const cell = (row: string, at: number): string => row.split(',')[at] ?? ''
export const withCell = (row: string, at: number, value: string): string =>
  row
    .split(',')
    .map((old, i) => (i === at ? value : old))
    .join(',')
export const each = (change: (row: string, i: number) => string) => (rows: string[]) => rows.map(change)
export const first = (of: RegExp, change: (row: string) => string) => (rows: string[]) => {
  const at = rows.findIndex(row => of.test(row))
  return rows.map((row, i) => (i === at ? change(row) : row))
}
export const sorted = (rows: string[]): string[] => [...rows].sort()
export const [AGE, SITE, FELL, ADVERSE] = [1, 4, 7, 8]
export const [MEAN, SD, LOW, HIGH] = [3, 4, 5, 6]
export const ODD_PID = pseudonymOf(RELEASE_KEY, 'subject', ODD_PERSON)

export interface Evidence {
  subjects: {
    rows: number
    classes: number
    levels: Record<string, number>
    class_sizes: unknown[]
    risk: { after: Record<string, unknown> }
  }
  events: { support: { fewest: number }[] }
  aggregates: Record<string, number>
}
export const evidence =
  (change: (evidence: Evidence) => unknown) =>
  ({ edited }: Planting) =>
    edited('evidence.json', (json: Evidence) => {
      change(json)
      return json
    })
export const privately =
  (change: (facts: { series: { members: string[]; grid: number; group: string }[]; masked: unknown[] }) => unknown) =>
  ({ edit }: Planting) =>
    edit('job/private/series.json', text => {
      const facts = JSON.parse(text)
      change(facts)
      return JSON.stringify(facts)
    })

export type Row = [what: string, check: TrialCheck, plant: (planting: Planting) => Promise<void>, sealed?: false]
