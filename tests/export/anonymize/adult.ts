/** UCI Adult as ARX uses it, for tests and benchmarks: rows, hierarchies, and policies in which only what differs is said. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metric, Model, TablePolicy } from '../../../server/export/anonymize/table/policy.ts'
import { recordingFolder } from '../../device-sim/recordings.ts'

export const ADULT = 'adult_arx'
export const adultFolder = recordingFolder(ADULT)

export interface Adult {
  columns: string[]
  rows: string[][]
  /** Column → leaf → level. */
  hierarchies: ReadonlyMap<string, string[][]>
}

/** No value of these files is quoted. */
const cellsOf = (file: string): string[][] =>
  readFileSync(join(adultFolder, file), 'utf8')
    .split(/\r?\n/)
    .filter(line => line !== '')
    .map(line => line.split(';'))

export function readAdult(): Adult {
  const [columns = [], ...rows] = cellsOf('adult.csv')
  return {
    columns,
    rows,
    hierarchies: new Map(columns.map(column => [column, cellsOf(`adult_hierarchy_${column}.csv`)])),
  }
}

export interface AdultPolicy {
  k: number
  /** Per mille of the records that may be left out. */
  limit: number
  metric?: Metric
  /** Beside k-anonymity; with any, occupation is sensitive and no quasi-identifier. */
  models?: readonly Model[]
}

export function adultPolicy(
  { columns, hierarchies }: Adult,
  { k, limit, metric, models = [] }: AdultPolicy,
): TablePolicy {
  const sensitive = models.length > 0 ? ['occupation'] : []
  return {
    quasiIdentifiers: columns
      .filter(column => !sensitive.includes(column))
      .map(column => ({ column, weight: 1, hierarchy: { name: column, values: hierarchies.get(column)! } })),
    sensitive,
    models: [{ model: 'k_anonymity', k }, ...models],
    suppressionLimit: { numerator: limit, denominator: 1_000 },
    metric: metric ?? 'loss',
  }
}
