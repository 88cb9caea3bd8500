// A small trial made by hand, the package that the engine writes of it, and ways to plant a violation into a copy with its sums put right again.
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { profileById } from '../../core/profiles/index.ts'
import type { TrialFinding } from '../../server/export/gate/trial/finding.ts'
import { runTrialGate } from '../../server/export/gate/trial/run.ts'
import {
  EVENTS_FILE,
  READINGS_FILE,
  TRIAL_FILE,
  type TrialInput,
  trialInputSchema,
} from '../../server/export/trial/input.ts'
import { TRIAL_TABLES, type TrialTable } from '../../server/export/trial/layout.ts'
import { type TrialPolicy, trialPolicy } from '../../server/export/trial/policy.ts'
import { buildTrialRelease } from '../../server/export/trial/release.ts'
import { type DuckdbConnection, openDuckdb } from '../../storage/duckdb.ts'
import { fallRadar } from '../trial/fall-radar.ts'
import { type PlainReading, writeReadings } from './job-folder.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Midnight in Tokyo. */
export const START_MS = Date.UTC(2026, 1, 1) - 9 * HOUR_MS
const DAYS = 14
const SITES = [
  { id: 'sakura-en', prefecture: 'JP-13' },
  { id: 'hikari-sou', prefecture: 'JP-27' },
  { id: 'midori-home', prefecture: 'JP-40' },
] as const
/** So many in each site are alike enough for one class; half of them fall. */
const ALIKE = 26
/** Two more in the first site are like nobody. */
const ODD = 2

interface Person {
  id: string
  site: (typeof SITES)[number]['id']
  n: number
  odd: boolean
}
const PEOPLE: readonly Person[] = SITES.flatMap(({ id }, s) =>
  Array.from({ length: ALIKE + (s === 0 ? ODD : 0) }, (_, n) => ({
    id: `person${String(s)}${String(n).padStart(4, '0')}`,
    site: id,
    n,
    odd: n >= ALIKE,
  })),
)
export const ODD_PERSON = PEOPLE.find(({ odd }) => odd)?.id ?? ''
const matOf = ({ id }: Person): string => `mat-${id}-x1`
const radarOf = ({ id }: Person): string => `radar-${id}-x1`
/** An hour without current in one house. */
const POWER_CUT = { site: 'hikari-sou', day: 6, hour: 10 }

export function trialOf(changes: Partial<Record<keyof TrialInput, unknown>> = {}): TrialInput {
  const endMs = START_MS + DAYS * DAY_MS
  const placement = (device: string, { id, site }: Person) => ({
    ...{ device, facility: site, subject: id },
    ...{ from_ms: START_MS, to_ms: endMs },
  })
  return trialInputSchema.parse({
    ...{ format: 1, release: 'release0000000000abc', request: 'request0000000000abc', trial: 'trial000000000000abc' },
    ...{ product: 'P1', demonstration: false, maker: 'Demo Devices Co., Ltd.', zone: 'Asia/Tokyo' },
    ...{
      from_ms: START_MS,
      to_ms: endMs,
      snapshot_ms: endMs + DAY_MS,
      registry_version: 7,
      code_version: '0.1.0+test',
    },
    profiles: [profileById('bed.sleep_mat'), fallRadar],
    sites: SITES,
    subjects: PEOPLE.map(({ id, site, n, odd }) => ({
      ...{ id, site, from_ms: START_MS, to_ms: endMs },
      ...{
        age: odd ? 61 : 75 + (n % 10),
        sex: odd ? 'other' : 'female',
        care_level: odd ? 'independent' : `care_${3 + (n % 3)}`,
      },
      ...{ diagnosis_group: odd ? 'cancer' : 'dementia', stay_days: odd ? 20 : 400 },
    })),
    devices: PEOPLE.flatMap(person => [
      { id: matOf(person), facility: person.site, profile: 'bed.sleep_mat' },
      { id: radarOf(person), facility: person.site, profile: 'room.fall_radar' },
    ]),
    placements: PEOPLE.flatMap(person => [placement(matOf(person), person), placement(radarOf(person), person)]),
    subject_events: PEOPLE.filter(({ n }) => n % 13 === 0).map(({ id }) => ({
      ...{ subject: id, type: 'adverse_event', at_ms: START_MS + 3 * DAY_MS },
    })),
    earlier: [],
    p2_grounds: null,
    approvals: ['canary-steward-one@demo', 'canary-steward-two@demo'].map(by => ({
      role: 'steward',
      by,
      at_ms: endMs,
    })),
    private_names: [
      'さくら苑',
      'Sakura Garden Home',
      '前田 花子',
      'マエダ ハナコ',
      '101',
      '3階東',
      '久世',
      'まい',
      '中央',
    ],
    ...changes,
  })
}

function readings(): PlainReading[] {
  return PEOPLE.flatMap(person =>
    Array.from({ length: DAYS * 24 }, (_, hour): PlainReading[] => {
      const [day, clock] = [Math.floor(hour / 24), hour % 24]
      if (person.site === POWER_CUT.site && day === POWER_CUT.day && clock === POWER_CUT.hour) return []
      const own = {
        ...{ device: matOf(person), facility: person.site, profile: 'bed.sleep_mat' },
        ...{ boot: 'canary-boot-7f3a', marks: 'canary_mark' },
      }
      const rhythm = 8 * Math.sin((clock / 12) * Math.PI) + ((person.n * 7 + hour * 3) % 5)
      const at = (minute: number) => START_MS + hour * HOUR_MS + minute * 60_000
      return [
        { ...own, metric: 'heart_rate', value: 60 + (person.n % 9) + rhythm, deviceMs: at(5) },
        { ...own, metric: 'heart_rate', value: 61 + (person.n % 9) + rhythm, deviceMs: at(35) },
        { ...own, metric: 'resp_rate', value: 14 + (person.n % 4) + ((person.n + hour) % 3), deviceMs: at(5) },
        { ...own, metric: 'bed_state', value: clock < 6 ? 'asleep' : 'awake', deviceMs: at(1) },
      ]
    }).flat(),
  )
}

interface PlainEvent {
  facility: string
  device: string
  profile: string
  type: string
  deviceMs: number
}
const happenings = (): PlainEvent[] =>
  PEOPLE.flatMap(person => {
    const mat = { facility: person.site, device: matOf(person), profile: 'bed.sleep_mat' }
    const radar = { facility: person.site, device: radarOf(person), profile: 'room.fall_radar' }
    const daily = Array.from({ length: DAYS }, (_, day): PlainEvent[] => [
      { ...mat, type: 'bed_exit', deviceMs: START_MS + day * DAY_MS + (6 * 60 + person.n) * 60_000 },
      { ...mat, type: 'sit_up', deviceMs: START_MS + day * DAY_MS + (5 * 60 + person.n) * 60_000 },
      ...(day % 7 === person.n % 7
        ? [{ ...mat, type: 'restless', deviceMs: START_MS + day * DAY_MS + (60 + person.n) * 60_000 }]
        : []),
    ]).flat()
    const fall = {
      ...radar,
      type: 'fall',
      deviceMs: START_MS + (2 + (person.n % 9)) * DAY_MS + (3 * 60 + person.n) * 60_000,
    }
    return person.n % 2 === 0 ? [...daily, fall] : daily
  })

async function writeEvents(connection: DuckdbConnection, file: string, events: readonly PlainEvent[]): Promise<void> {
  await connection.run(
    `copy (select facility, device, profile, type, "deviceMs" as device_ms, '{"canary_attribute":"canary-in-attribute"}' as attributes
       from (select unnest(from_json($json, '[{"facility":"VARCHAR","device":"VARCHAR","profile":"VARCHAR","type":"VARCHAR","deviceMs":"BIGINT"}]'), recursive := true))
       order by device, device_ms) to '${file}' (format parquet)`,
    { json: JSON.stringify(events) },
  )
}

export const RELEASE_KEY = Buffer.from('a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f91', 'hex')

export interface BuiltTrial {
  root: string
  job: string
  out: string
  stop(): Promise<void>
  connection: DuckdbConnection
}

export async function builtTrial(input: TrialInput): Promise<BuiltTrial> {
  const root = await mkdtemp(join(tmpdir(), 'trial-gate-'))
  const job = await mkdtemp(join(root, 'job-'))
  const out = join(root, 'out')
  const database = await openDuckdb({ file: ':memory:', memoryLimitMb: 512, threads: 1 })
  const connection = await database.connect()
  await writeFile(join(job, TRIAL_FILE), JSON.stringify(input))
  await writeReadings(join(job, READINGS_FILE), readings())
  await writeEvents(connection, join(job, EVENTS_FILE), happenings())
  await buildTrialRelease({ folder: job, out, releaseKey: Buffer.from(RELEASE_KEY) })
  const stop = async () => {
    await database.close()
    await rm(root, { recursive: true, force: true })
  }
  return { root, job, out, stop, connection }
}

export interface Planting {
  /** Folders of copies, free to be changed. */
  out: string
  job: string
  /** Changes a file's text; what is not changed was not planted, and is an error. */
  edit(file: string, change: (text: string) => string): Promise<void>
  /** Changes the rows of a table (header apart) in CSV and Parquet alike. */
  rows(table: TrialTable, change: (rows: string[]) => string[]): Promise<void>
  /** Writes the Parquet twin once more, from the CSV or from this query on it. */
  parquet(table: TrialTable, options?: string): Promise<void>
  edited(file: string, change: (json: never) => unknown): Promise<void>
}

/** Plants into copies of package and job, puts the manifest right unless that is what is planted, and asks the gate. */
export async function gateOn(
  { root, job, out, connection }: BuiltTrial,
  plant: (planting: Planting) => Promise<void>,
  { sealed = true, policy = trialPolicy }: { sealed?: boolean; policy?: TrialPolicy } = {},
): Promise<TrialFinding[]> {
  const folder = await mkdtemp(join(root, 'planted-'))
  const copy = { out: join(folder, 'out'), job: join(folder, 'job') }
  await cp(out, copy.out, { recursive: true })
  await cp(job, copy.job, { recursive: true })
  const fileOf = (name: string) => join(name.startsWith('job/') ? folder : copy.out, name)
  const edit: Planting['edit'] = async (name, change) => {
    const before = await readFile(fileOf(name), 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`nothing planted in ${name}`)
    await writeFile(fileOf(name), after)
  }
  const parquet: Planting['parquet'] = (table, options = '') => {
    const columns = TRIAL_TABLES[table].map(column => `'${column}': '${NUMBERS[column] ?? 'VARCHAR'}'`)
    return connection.run(
      `copy (select * from read_csv('${join(copy.out, `${table}.csv`)}', header = true, auto_detect = false, delim = ',', quote = '"',
         columns = {${columns.join(', ')}})) to '${join(copy.out, `${table}.parquet`)}' (format parquet, compression zstd ${options})`,
    )
  }
  await plant({
    ...copy,
    edit,
    parquet,
    edited: (name, change) => edit(name, text => `${JSON.stringify(change(JSON.parse(text) as never), null, 2)}\n`),
    async rows(table, change) {
      await edit(`${table}.csv`, text => {
        const [header = '', ...rows] = text.trimEnd().split('\n')
        return `${[header, ...change(rows)].join('\n')}\n`
      })
      await parquet(table)
    },
  })
  if (sealed) await seal(copy.out)
  const findings = await runTrialGate({
    connection,
    packageFolder: copy.out,
    jobFolder: copy.job,
    releaseKey: RELEASE_KEY,
    policy,
  })
  await rm(folder, { recursive: true })
  return findings
}

const NUMBERS: Partial<Record<string, string>> = {
  ...{
    hour: 'INTEGER',
    persons: 'INTEGER',
    mean: 'DOUBLE',
    sd: 'DOUBLE',
    low: 'DOUBLE',
    high: 'DOUBLE',
    value: 'DOUBLE',
  },
}

async function seal(folder: string): Promise<void> {
  const manifest = 'MANIFEST.sha256'
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && entry.name !== manifest)
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
  const sums = await Promise.all(
    names.map(async name =>
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
    ),
  )
  await writeFile(join(folder, manifest), names.map((name, i) => `${sums[i]}  ${name}\n`).join(''))
}
