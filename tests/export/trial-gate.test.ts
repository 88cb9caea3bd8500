/** The gate on trial packages: passes what the engine wrote, and catches every kind of violation planted into it, each by the check named for it. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TRIAL_CHECKS, type TrialCheck } from '../../server/export/gate/trial/finding.ts'
import { type BuiltTrial, builtTrial, gateOn, ODD_PERSON, type Planting, START_MS, trialOf } from './trial-package.ts'
import { CLAIMS, INPUT } from './trial-plantings/claims.ts'
import { AGGREGATES, EVENTS, SERIES } from './trial-plantings/content.ts'
import { FORM } from './trial-plantings/form.ts'
import { PEOPLE } from './trial-plantings/people.ts'
import type { Row } from './trial-plantings/plant.ts'

let built: BuiltTrial
beforeAll(async () => {
  built = await builtTrial(trialOf())
}, 120_000)
afterAll(() => built.stop())

const checksOf = async (...asked: Parameters<typeof gateOn> extends [unknown, ...infer Rest] ? Rest : never) => [
  ...new Set((await gateOn(built, ...asked)).map(({ check }) => check)),
]

test('finds nothing in what the engine wrote', async () => {
  expect(await gateOn(built, async () => {})).toEqual([])
})

describe.each<[string, Row[]]>([
  ['in the form', FORM],
  ['of the participants', PEOPLE],
  ['of what happened', EVENTS],
  ['of the series', SERIES],
  ['of the tables over all', AGGREGATES],
  ['in the claims', CLAIMS],
])('catches a planted violation %s:', (_of, rows) => {
  test.each(rows)(
    '%s',
    async (_what, check, plant, sealed) => {
      expect(await checksOf(plant, { sealed: sealed ?? true })).toContain(check)
    },
    60_000,
  )
})

describe('refuses the files when', () => {
  test.each(INPUT)(
    '%s',
    async (_what, check, plant) => {
      expect(await checksOf(plant)).toContain(check)
    },
    60_000,
  )
})

test('too little is kept to be of use', async () => {
  const kept = await checksOf(({ rows }) => rows('series', all => all.slice(0, 336)))
  const types = await checksOf(({ rows }) => rows('events', all => all.filter(row => /bed_exit/.test(row))))
  expect(kept).toContain('utility')
  expect(types).toContain('utility')
})

describe('fails closed when', () => {
  test.each<[string, (planting: Planting) => Promise<void>]>([
    ['there is no input', ({ job }) => rm(join(job, 'trial.json'))],
    ['the input is of another form', ({ job }) => writeFile(join(job, 'trial.json'), '{}')],
    ['the readings are gone', ({ job }) => rm(join(job, 'readings.parquet'))],
    ['the events are gone', ({ job }) => rm(join(job, 'events.parquet'))],
    ['nobody says what is behind the series', ({ job }) => rm(join(job, 'private'), { recursive: true })],
    ['the package is gone', ({ out }) => rm(out, { recursive: true }).then(() => mkdir(out))],
    ['a Parquet file is none', ({ out }) => writeFile(join(out, 'series.parquet'), 'PAR1')],
    ['the evidence is no JSON', ({ out }) => writeFile(join(out, 'evidence.json'), '{')],
  ])('%s', async (_what, plant) => {
    expect(await gateOn(built, plant)).not.toEqual([])
  })
})

test('has a planted violation for each of its checks', () => {
  const elsewhere: TrialCheck[] = ['unreadable', 'aggregate_solvable', 'calendar', 'identifiers', 'patterns', 'utility']
  const planted = [FORM, PEOPLE, EVENTS, SERIES, AGGREGATES, CLAIMS, INPUT].flat().map(([, check]) => check)
  expect([...new Set([...planted, ...elsewhere])].sort()).toEqual([...TRIAL_CHECKS].sort())
})

test('says where, never what', async () => {
  const findings = await gateOn(built, ({ edit }) =>
    edit('dictionary.json', text => text.replace('{', `{"n": "前田 花子 ${ODD_PERSON} ${START_MS}",`)),
  )
  expect(findings.length).toBeGreaterThan(0)
  expect(JSON.stringify(findings)).not.toMatch(/前田|person0|17\d{11}/)
})
