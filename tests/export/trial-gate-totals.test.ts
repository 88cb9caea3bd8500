/** The gate on packages that hold only tables over all participants, and on those of a simulated trial as the engine writes them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runTrialGate } from '../../server/export/gate/trial/run.ts'
import { trialPolicy } from '../../server/export/trial/policy.ts'
import { buildTrialRelease } from '../../server/export/trial/release.ts'
import { simulateTrial } from '../trial/simulate.ts'
import { type BuiltTrial, builtTrial, gateOn, type Planting, RELEASE_KEY, trialOf } from './trial-package.ts'
import { first, type Row, withCell } from './trial-plantings/plant.ts'

let built: BuiltTrial
beforeAll(async () => {
  built = await builtTrial(trialOf({ product: 'P0' }))
}, 120_000)
afterAll(() => built.stop())

test('finds nothing in tables over all that the engine wrote', async () => {
  expect(await gateOn(built, async () => {})).toEqual([])
}, 60_000)

const SITE = 'participants_by_sex_and_site'
const table =
  (change: (rows: string[]) => string[]) =>
  ({ rows }: Planting) =>
    rows('aggregates', change)

const TOTALS: Row[] = [
  [
    'a count kept back alone',
    'aggregate_solvable',
    table(first(/by_sex_and_site,female[^,]*,kanto/, row => withCell(row, 3, ''))),
  ],
  [
    'a margin off by one',
    'aggregate_values',
    table(first(/by_sex_and_site,total,total/, row => withCell(row, 3, '81'))),
  ],
  [
    'a value in two columns',
    'aggregate_values',
    table(rows => rows.map(row => row.replace(`${SITE},total,kinki`, `${SITE},total,kanto|kinki`))),
  ],
  [
    'a word of no level',
    'aggregate_values',
    table(rows => rows.map(row => (row.includes(SITE) ? row.replace('kanto', 'tokyo') : row))),
  ],
  [
    'a participant’s table',
    'files',
    ({ out }) => import('node:fs/promises').then(fs => fs.cp(join(out, 'aggregates.csv'), join(out, 'subjects.csv'))),
  ],
]

describe('catches a planted violation of tables over all:', () => {
  test.each(TOTALS)(
    '%s',
    async (_what, check, plant) => {
      expect((await gateOn(built, plant)).map(finding => finding.check)).toContain(check)
    },
    60_000,
  )
})

describe('finds nothing in a simulated trial that is released as', () => {
  test.each(['P0', 'P1'] as const)(
    '%s',
    async product => {
      const root = await mkdtemp(join(tmpdir(), 'trial-gate-'))
      const [job, out] = [join(root, 'job'), join(root, 'out')]
      await simulateTrial({ trial: job }, { seed: 'gate', weeks: 4, everyMinutes: 60 }, { product })
      const released = await buildTrialRelease({ folder: job, out, releaseKey: Buffer.from(RELEASE_KEY) })
      const findings = await runTrialGate({
        ...{
          connection: built.connection,
          packageFolder: out,
          jobFolder: job,
          releaseKey: RELEASE_KEY,
          policy: trialPolicy,
        },
      })
      await rm(root, { recursive: true })
      expect(released.product).toBe(product)
      expect(findings).toEqual([])
    },
    180_000,
  )
})
