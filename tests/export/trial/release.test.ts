// A whole release from a simulated trial's folder: what is written, what it depends on, and when it is refused.
import { createHash } from 'node:crypto'
import { access, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runTrialGate } from '../../../server/export/gate/trial/run.ts'
import { TRIAL_FILE, type TrialInput } from '../../../server/export/trial/input.ts'
import { trialPolicy } from '../../../server/export/trial/policy.ts'
import { eligibleProduct } from '../../../server/export/trial/product.ts'
import { buildTrialRelease, type TrialRelease } from '../../../server/export/trial/release.ts'
import { openDuckdb } from '../../../storage/duckdb.ts'
import { simulateTrial } from '../../trial/simulate.ts'

const keyOf = (text: string): Buffer => createHash('sha256').update(text).digest()
let root: string
let folder: string
let input: TrialInput
const built: Record<string, TrialRelease> = {}

const out = (name: string): string => join(root, name)
const build = (name: string, key: string, from = folder): Promise<TrialRelease> =>
  buildTrialRelease({ folder: from, out: out(name), releaseKey: keyOf(key) })
const csv = async (name: string, table: string): Promise<string[][]> =>
  (await readFile(join(out(name), `${table}.csv`), 'utf8'))
    .trimEnd()
    .split('\n')
    .map(line => line.split(','))

/** A job folder with the same extracts and a changed input. */
async function changed(name: string, change: (input: TrialInput) => unknown): Promise<string> {
  const to = join(root, name)
  await cp(folder, to, { recursive: true })
  await writeFile(join(to, TRIAL_FILE), JSON.stringify(change(structuredClone(input))))
  return to
}
async function withExtract(name: string, file: string, sql: string): Promise<string> {
  const to = await changed(name, same => same)
  const database = await openDuckdb({ file: ':memory:' })
  const connection = await database.connect()
  await connection.run(
    `copy (${sql.replace('$file', `'${join(folder, file)}'`)}) to '${join(to, file)}' (format parquet)`,
  )
  await database.close()
  return to
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trial-release-'))
  folder = join(root, 'trial')
  await simulateTrial({ trial: folder }, { seed: 'release', subjects: 60, weeks: 4, everyMinutes: 60, sites: 3 })
  input = JSON.parse(await readFile(join(folder, TRIAL_FILE), 'utf8')) as TrialInput
  built.first = await build('first', 'key')
}, 180_000)
afterAll(() => rm(root, { recursive: true, force: true }))

describe('a release of a trial', () => {
  test('passes the gate, which shares nothing with what wrote it but the formats', async () => {
    const database = await openDuckdb({ file: ':memory:', memoryLimitMb: 512 })
    const findings = await runTrialGate({
      connection: await database.connect(),
      packageFolder: out('first'),
      jobFolder: folder,
      releaseKey: keyOf('key'),
      policy: trialPolicy,
    })
    await database.close()
    // A trial of sixty and four weeks need not be worth as much as one of a hundred and twenty and eight.
    expect(findings.filter(({ check }) => check !== 'utility')).toEqual([])
    expect(built.first!.product).toBe('P1')
  }, 120_000)

  test('every row, joined with its events, is shared by k participants of its class', async () => {
    const told = new Map<string, string[]>()
    for (const [pid = '', ...event] of (await csv('first', 'events')).slice(1))
      told.set(pid, [...(told.get(pid) ?? []), event.join()])
    const alike = new Map<string, number>()
    for (const [pid = '', ...row] of (await csv('first', 'subjects')).slice(1)) {
      const key = JSON.stringify([row, told.get(pid)])
      alike.set(key, (alike.get(key) ?? 0) + 1)
    }
    expect(Math.min(...alike.values())).toBeGreaterThanOrEqual(trialPolicy.k)
    expect(built.first!.pids.size).toBe([...alike.values()].reduce((sum, n) => sum + n, 0))
  })

  test('nobody who is left out is in any file, and no id of the platform is', async () => {
    const files = await readdir(out('first'), { recursive: true, withFileTypes: true })
    for (const { parentPath, name } of files.filter(file => file.isFile())) {
      const bytes = await readFile(join(parentPath, name), 'latin1')
      for (const { id } of input.subjects) expect(bytes.includes(id)).toBe(false)
      for (const { id } of input.devices) expect(bytes.includes(id)).toBe(false)
      for (const { id } of input.sites) expect(bytes.includes(id)).toBe(false)
    }
  })

  test('the same input and key give the same bytes; another key gives other pseudonyms and nothing else', async () => {
    const again = await build('again', 'key')
    expect(again.manifestSha256).toBe(built.first!.manifestSha256)
    const other = await build('other', 'another key')
    expect(other.manifestSha256).not.toBe(built.first!.manifestSha256)
    expect(other.contentHash).toBe(built.first!.contentHash)
    for (const [subject, pid] of built.first!.pids) expect(other.pids.get(subject)).not.toBe(pid)
    expect(other.classOf).toEqual(built.first!.classOf)
    for (const table of ['series', 'aggregates']) expect(await csv('other', table)).toEqual(await csv('first', table))
    expect((await csv('other', 'subjects')).map(([, ...row]) => row.join()).sort()).toEqual(
      (await csv('first', 'subjects')).map(([, ...row]) => row.join()).sort(),
    )
  }, 120_000)

  test('nothing is left behind when it is cancelled', async () => {
    const abort = new AbortController()
    const building = buildTrialRelease({
      ...{ folder, out: out('cancelled'), releaseKey: keyOf('key'), signal: abort.signal },
      progress: ({ step }) => {
        if (step === 'read') abort.abort()
      },
    })
    await expect(building).rejects.toMatchObject({ code: 'export_cancelled' })
    await expect(access(out('cancelled'))).rejects.toThrow()
  })
})

describe('a pseudonymised release', () => {
  test('holds series of single participants, says how few values single one out, and passes the gate as what it is', async () => {
    const grounds = { contract: 'c-1', committee: 'board', members: 5, external: 2, at_ms: input.snapshot_ms }
    const to = await changed('p2', of => ({ ...of, product: 'P2', p2_grounds: grounds }))
    const release = await build('p2-out', 'key', to)
    expect(release.product).toBe('P2')
    const evidence = JSON.parse(await readFile(join(out('p2-out'), 'evidence.json'), 'utf8'))
    expect(evidence).toMatchObject({ product: 'P2', downloadable: false, committee: { members: 5, external: 2 } })
    const unique = evidence.series.unicity.map(({ unique }: { unique: string }) => Number(unique))
    expect(unique).toHaveLength(5)
    expect(unique[4]).toBeGreaterThan(unique[0])
    const pids = new Set(release.pids.values())
    expect((await csv('p2-out', 'series')).slice(1).every(([group = '']) => pids.has(group))).toBe(true)
    const database = await openDuckdb({ file: ':memory:', memoryLimitMb: 512 })
    const findings = await runTrialGate({
      ...{ connection: await database.connect(), packageFolder: out('p2-out'), jobFolder: to },
      ...{ releaseKey: keyOf('key'), policy: trialPolicy },
    })
    await database.close()
    expect(findings).toEqual([])
  }, 120_000)
})

describe('what is refused', () => {
  test('a column that no rule names ends the build', async () => {
    const to = await withExtract('column', 'readings.parquet', `select *, 'x' as note from read_parquet($file)`)
    await expect(build('column-out', 'key', to)).rejects.toMatchObject({ code: 'column_unknown' })
  })

  test('a text that is no value of its enum ends the build, and is not repeated in the message', async () => {
    const sql = `select * replace (case when text is not null then '佐藤和子' end as text) from read_parquet($file)`
    const to = await withExtract('text', 'readings.parquet', sql)
    const refused = build('text-out', 'key', to)
    await expect(refused).rejects.toMatchObject({ code: 'value_unknown' })
    await expect(refused).rejects.not.toThrow(/佐藤/)
  })

  test('an event type that its profile does not define ends the build', async () => {
    const to = await withExtract(
      'type',
      'events.parquet',
      `select * replace ('call_daughter' as type) from read_parquet($file)`,
    )
    await expect(build('type-out', 'key', to)).rejects.toMatchObject({ code: 'value_unknown' })
  })

  test('an input that contradicts itself ends the build', async () => {
    const to = await changed('twice', of => ({ ...of, subjects: [...of.subjects, of.subjects[0]] }))
    await expect(build('twice-out', 'key', to)).rejects.toMatchObject({ code: 'input_invalid' })
  })

  test('fewer than k participants give nothing, fewer than two classes only tables over all of them', async () => {
    const few = (n: number) => (of: TrialInput) => {
      const subjects = of.subjects.slice(0, n)
      const ids = new Set(subjects.map(({ id }) => id))
      const kept = <T extends { subject: string }>(rows: T[]) => rows.filter(({ subject }) => ids.has(subject))
      return { ...of, subjects, placements: kept(of.placements), subject_events: kept(of.subject_events) }
    }
    await expect(build('11-out', 'key', await changed('11', few(11)))).rejects.toMatchObject({ code: 'too_few_people' })
    const small = await build('23-out', 'key', await changed('23', few(23)))
    expect(small.product).toBe('P0')
    expect((await readdir(out('23-out'))).filter(name => name.endsWith('.csv'))).toEqual(['aggregates.csv'])
    for (const [, , , persons = ''] of (await csv('23-out', 'aggregates')).slice(1))
      if (persons !== '') expect(Number(persons)).toBeGreaterThanOrEqual(trialPolicy.k)
  }, 60_000)
})

describe('the product said before anyone waits', () => {
  const people = (n: number, sites: number, product: 'P0' | 'P1' | 'P2', grounds = false) => ({
    product,
    subjects: Array.from({ length: n }, (_, i) => ({
      ...input.subjects[0]!,
      id: `subject${i}`,
      site: `site-${i % sites}`,
    })),
    placements: Array.from({ length: n }, (_, i) => ({ ...input.placements[0]!, subject: `subject${i}` })),
    p2_grounds: grounds ? { contract: 'c', committee: 'c', members: 5, external: 2, at_ms: 0 } : null,
  })
  test.each([
    [23, 3, 'P1', false, 'P0', 'too_few_for_individuals'],
    [24, 3, 'P1', false, 'P1', 'as_asked'],
    [24, 2, 'P1', false, 'P0', 'too_few_sites'],
    [24, 3, 'P2', false, 'P1', 'no_grounds_for_pseudonymised'],
    [24, 3, 'P2', true, 'P2', 'as_asked'],
    [24, 3, 'P0', false, 'P0', 'as_asked'],
  ] as const)(
    '%i participants of %i facilities asking for %s (grounds %s) may get %s: %s',
    (n, sites, asked, grounds, product, reason) => {
      expect(eligibleProduct(people(n, sites, asked, grounds) as never)).toMatchObject({
        product,
        reason,
        downloadable: product !== 'P2',
      })
    },
  )
})
