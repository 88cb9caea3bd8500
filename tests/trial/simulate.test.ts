// The simulated trial itself: valid, the same from the same seed, and alive.
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Metric } from '../../core/profile.ts'
import { EVENTS_FILE, READINGS_FILE, TRIAL_FILE, trialInputSchema } from '../../server/export/trial/input.ts'
import { openDuckdb } from '../../storage/duckdb.ts'
import { simulateTrial, type TrialTruth } from './simulate.ts'

const SMALL = { seed: 'small', subjects: 24, heldOut: 8, weeks: 2, everyMinutes: 15, sites: 3 }
let root: string
let truth: TrialTruth
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'simulated-'))
  truth = await simulateTrial({ trial: join(root, 'a'), control: join(root, 'control') }, SMALL)
})
afterAll(() => rm(root, { recursive: true }))

const hashOf = async (folder: string, file: string) =>
  createHash('sha256')
    .update(await readFile(join(root, folder, file)))
    .digest('hex')
const inputOf = async (folder: string) =>
  trialInputSchema.parse(JSON.parse(await readFile(join(root, folder, TRIAL_FILE), 'utf8')))

describe('a simulated trial', () => {
  test('is the same to the byte when made again from its seed, and another from another', async () => {
    await simulateTrial({ trial: join(root, 'b') }, SMALL)
    await simulateTrial({ trial: join(root, 'c') }, { ...SMALL, seed: 'other' })
    for (const file of [TRIAL_FILE, READINGS_FILE, EVENTS_FILE]) {
      expect(await hashOf('b', file)).toBe(await hashOf('a', file))
      expect(await hashOf('c', file)).not.toBe(await hashOf('a', file))
    }
  })

  test('has every participant once, the held-out people apart, and no device placed twice at a time', async () => {
    const [trial, control] = [await inputOf('a'), await inputOf('control')]
    expect(trial.subjects).toHaveLength(24)
    expect(control.subjects).toHaveLength(8)
    expect(new Set([...trial.subjects, ...control.subjects].map(({ id }) => id)).size).toBe(32)
    const devices = new Set(trial.devices.map(({ id }) => id))
    expect(devices.size).toBe(trial.devices.length)
    for (const device of devices) {
      const spans = trial.placements.filter(p => p.device === device).sort((a, b) => a.from_ms - b.from_ms)
      for (const [i, span] of spans.entries()) expect(span.from_ms).toBeGreaterThanOrEqual(spans[i - 1]?.to_ms ?? 0)
    }
    for (const { device } of trial.placements) expect(devices).toContain(device)
  })

  test('has readings and events only of its devices, their metrics and their ranges', async () => {
    const trial = await inputOf('a')
    const database = await openDuckdb({ file: ':memory:' })
    const connection = await database.connect()
    const rows = await connection.rows(
      `select profile, metric, min(value) as low, max(value) as high, count(*) as n, count(distinct device) as devices,
        bool_or(text is not null) as texts from '${join(root, 'a', READINGS_FILE)}' group by all`,
    )
    expect(rows.reduce((sum, row) => sum + Number(row.n), 0)).toBe(truth.readings)
    for (const { profile, metric, low, high } of rows) {
      const metrics: Record<string, Metric> = trial.profiles.find(({ id }) => id === profile)?.metrics ?? {}
      const definition = metrics[metric as string]
      if (definition?.kind === 'number') {
        expect(low).toBeGreaterThanOrEqual(definition.range[0])
        expect(high).toBeLessThanOrEqual(definition.range[1])
      } else expect(definition?.kind).toMatch(/boolean|enum/)
    }
    const types = await connection.rows(
      `select profile, type, count(*) as n from '${join(root, 'a', EVENTS_FILE)}' group by all`,
    )
    for (const { profile, type } of types)
      expect(trial.profiles.find(({ id }) => id === profile)?.events).toHaveProperty(type as string)
    await database.close()
  })

  test('sees the earthquake: beds move then as they never do at that hour', async () => {
    const quake = truth.common.find(event => event.kind === 'earthquake')
    const database = await openDuckdb({ file: ':memory:' })
    const connection = await database.connect()
    const [row] = await connection.rows(
      `select avg(value) filter (device_ms between $from and $to) as then_, avg(value) filter (device_ms not between $from and $to) as else_
       from '${join(root, 'a', READINGS_FILE)}' where metric = 'activity'`,
      { from: BigInt(quake?.atMs ?? 0), to: BigInt((quake?.atMs ?? 0) + 12 * 60_000) },
    )
    expect(Number(row?.then_)).toBeGreaterThan(5 * Number(row?.else_))
    await database.close()
  })
})
