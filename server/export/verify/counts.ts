/** Checks that a P0 package keeps its own rules: every cell is in exactly one table, none speaks of too few, the counts agree. */
import { z } from 'zod'
import type { PackageFiles } from './archive.ts'
import type { Fault } from './report.ts'
import { parseJson, type Rows } from './tables.ts'

const evidenceSchema = z.looseObject({
  product: z.literal('P0'),
  release: z.string(),
  policy: z.looseObject({ min_residents_per_cell: z.int().min(2) }),
  cells: z.strictObject({ published: z.int(), suppressed: z.int() }),
})
const HOURS = 24

export function checkCounts(files: PackageFiles, release: string, tables: ReadonlyMap<string, Rows>): Fault[] {
  const content = files.get('evidence.json')
  if (!content) return [{ code: 'document_missing', subject: 'evidence.json' }]
  const evidence = evidenceSchema.safeParse(parseJson(content))
  if (!evidence.success) return [{ code: 'document_malformed', subject: 'evidence.json' }]
  const published = tables.get('p0-hourly.csv')
  const suppressed = tables.get('suppressed.csv')
  const dictionary = tables.get('dictionary.csv')
  const absent = [published, suppressed, dictionary].indexOf(undefined)
  if (!published || !suppressed || !dictionary)
    return [{ code: 'document_missing', subject: ['p0-hourly.csv', 'suppressed.csv', 'dictionary.csv'][absent] ?? '' }]

  const faults: Fault[] = []
  const { cells, policy } = evidence.data
  if (published.length === 0) faults.push({ code: 'cells_none' })
  if (
    published.some(
      row =>
        Number(row.n_residents) < policy.min_residents_per_cell || Number(row.n_readings) < Number(row.n_residents),
    )
  )
    faults.push({ code: 'cells_too_few_residents' })
  const agreed =
    evidence.data.release === release && cells.published === published.length && cells.suppressed === suppressed.length
  if (!agreed) faults.push({ code: 'counts_disagree' })
  const seen = [...published, ...suppressed].map(row => `${row.metric} ${row.hour}`)
  const metrics = dictionary.filter(row => row.use === 'mean').map(row => row.metric)
  const expected = metrics.flatMap(metric => Array.from({ length: HOURS }, (_, hour) => `${metric} ${hour}`))
  if (seen.sort().join() !== expected.sort().join()) faults.push({ code: 'cells_incomplete' })
  return faults
}
