/** Packages that are bad on purpose, one for each way of being bad, by which the attacks are shown to work. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QUASI_IDENTIFIERS, TRIAL_TABLES, type TrialTable } from '../../../server/export/trial/layout.ts'
import { openDuckdb } from '../../../storage/duckdb.ts'
import type { Judge } from './attack.ts'
import { truthOf } from './inference.ts'
import { DAY_HOURS, type Known, type KnownPerson } from './known.ts'
import { periodsOf } from './records.ts'
import { type Seen, seePackage } from './seen.ts'
import { dailyProfile } from './series.ts'
import { exactOf } from './values.ts'

type Row = Record<string, string>
export type WeakTables = Record<TrialTable, Row[]>
export interface Weak {
  seen: Seen
  judge: Judge
}

const SECRET = createHash('sha256').update('weak').digest()
export const md5Of = (text: string): string => createHash('md5').update(text).digest('hex')

/** Everybody's own rows under a hash of the id, in the order of admission, with raw means and the tails of division; two people lost their row but not their events. */
export function nakedTables(people: readonly KnownPerson[], pidOf: (id: string, i: number) => string): WeakTables {
  const kept = people.slice(2)
  const pid = new Map(people.map((person, i) => [person, pidOf(person.subject.id, i)]))
  const ages = new Map<string, number>()
  for (const person of people) ages.set(exactOf('age', person), (ages.get(exactOf('age', person)) ?? 0) + 1)
  return {
    subjects: kept.map(person => ({
      pid: pid.get(person) ?? '',
      ...Object.fromEntries(QUASI_IDENTIFIERS.map(column => [column, exactOf(column, person)])),
      fell: truthOf('fell', person),
      adverse_event: truthOf('adverse_event', person),
    })),
    events: people.flatMap(person =>
      [...new Set(person.events.map(({ type, hour }) => `${type}|${periodsOf(Math.floor(hour / DAY_HOURS))[0]}`))].map(
        key => {
          const [event = '', period = ''] = key.split('|')
          return { pid: pid.get(person) ?? '', event, period }
        },
      ),
    ),
    series: kept.flatMap(person =>
      [...person.series].flatMap(([metric, hours]) =>
        [...hours].flatMap((value, hour) =>
          Number.isNaN(value)
            ? []
            : [
                {
                  group: pid.get(person) ?? '',
                  metric,
                  hour: String(hour),
                  mean: String(value),
                  sd: '0',
                  low: '',
                  high: '',
                },
              ],
        ),
      ),
    ),
    aggregates: [...ages].map(([age, n]) => ({
      table: 'ages',
      row: age,
      column: 'persons',
      persons: String(n),
      value: '',
    })),
  }
}

/** Everybody in one class under a counter; with `standIns` whoever is not measured counts with the usual value, as an engine would; series of groups that began together, over whoever was measured, to the hundredth, nothing masked. */
export function naiveTables(
  people: readonly KnownPerson[],
  standIns = false,
): { tables: WeakTables; members: Map<string, string[]> } {
  const sorted = [...people].sort((a, b) => a.originMs - b.originMs)
  const groups: KnownPerson[][] = []
  for (let i = 0; i < sorted.length; i += 12) groups.push(sorted.slice(i, i + 12))
  const members = new Map<string, string[]>()
  const metrics = [...new Set(people.flatMap(({ series }) => [...series.keys()]))]
  const series = groups.flatMap((group, g) =>
    metrics.flatMap(metric => {
      const own = group.flatMap(person => person.series.get(metric) ?? [])
      if (own.length < 6) return []
      const usual = standIns ? own.map(hours => dailyProfile(hours, 1)) : []
      members.set(
        `g${g} ${metric}`,
        group.filter(person => person.series.has(metric)).map(({ subject }) => subject.id),
      )
      return Array.from({ length: Math.max(...own.map(({ length }) => length)) }, (_, hour) => {
        const values = own
          .map((hours, i) =>
            standIns && Number.isNaN(hours[hour] ?? Number.NaN)
              ? (usual[i]?.[hour % DAY_HOURS] ?? Number.NaN)
              : (hours[hour] ?? Number.NaN),
          )
          .filter(value => !Number.isNaN(value))
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length
        const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
        return {
          group: `g${g}`,
          metric,
          hour: String(hour),
          mean: mean.toFixed(2),
          sd: sd.toFixed(2),
          low: '',
          high: '',
        }
      }).filter(({ mean }) => mean !== 'NaN')
    }),
  )
  const anything = Object.fromEntries(QUASI_IDENTIFIERS.map(column => [column, '*']))
  return {
    members,
    tables: {
      subjects: people.map((_, i) => ({
        pid: `p${String(i).padStart(4, '0')}`,
        ...anything,
        fell: '*',
        adverse_event: '*',
      })),
      events: [],
      series,
      aggregates: [],
    },
  }
}

/** Only ages are told, each as finely as twelve people allow: the coarse ones are known not to be among the fine ones. */
export function localTables(people: readonly KnownPerson[], k: number): WeakTables {
  const counts = new Map<string, number>()
  for (const person of people)
    counts.set(exactOf('care_level', person), (counts.get(exactOf('care_level', person)) ?? 0) + 1)
  const told = (person: KnownPerson): string => {
    const exact = exactOf('care_level', person)
    return (counts.get(exact) ?? 0) >= k ? exact : '*'
  }
  return {
    subjects: people.map(person => ({
      pid: md5Of(person.subject.id),
      ...Object.fromEntries(QUASI_IDENTIFIERS.map(column => [column, column === 'care_level' ? told(person) : '*'])),
      fell: '*',
      adverse_event: '*',
    })),
    events: [],
    series: [],
    aggregates: [],
  }
}

/** A report that tells what it should not. */
export function leakyEvidence({ input, extremes }: Known): unknown {
  return {
    started: new Date(input.from_ms).toISOString(),
    contact: 'trial-desk@sakura-en.example.jp',
    names: input.private_names.slice(0, 2),
    devices: input.devices.slice(0, 2).map(({ id }) => id),
    key: SECRET.toString('hex'),
    left_out: { persons: 2 },
    raw: Object.fromEntries([...extremes].map(([metric, range]) => [metric, range])),
  }
}

/** Writes the tables as a package and reads it again. @param notes key and value that the Parquet files get */
export async function weakPackage(
  folder: string,
  tables: WeakTables,
  judged: { pids: Judge['pids']; members?: Judge['members'] },
  more: { evidence?: unknown; notes?: Record<string, string> } = {},
): Promise<Weak> {
  await mkdir(folder, { recursive: true })
  const database = await openDuckdb({ file: ':memory:', threads: 1 })
  try {
    const connection = await database.connect()
    const manifest: string[] = []
    for (const [table, columns] of Object.entries(TRIAL_TABLES) as [TrialTable, readonly string[]][]) {
      const csv = join(folder, `${table}.csv`)
      await writeFile(
        csv,
        [columns, ...tables[table].map(row => columns.map(name => row[name] ?? ''))]
          .map(line => `${line.join(',')}\n`)
          .join(''),
      )
      const notes = Object.entries(more.notes ?? {}).map(([key, value]) => `${key}: '${value}'`)
      await connection.run(
        `copy (select * from read_csv('${csv}', all_varchar = true, header = true)) to '${join(folder, `${table}.parquet`)}'
         (format parquet${notes.length > 0 ? `, kv_metadata {${notes.join(', ')}}` : ''})`,
      )
      manifest.push(`0  ${table}.csv\n`, `0  ${table}.parquet\n`)
    }
    await writeFile(join(folder, 'evidence.json'), JSON.stringify(more.evidence ?? {}))
    await writeFile(join(folder, 'MANIFEST.sha256'), [...manifest, '0  evidence.json\n'].join(''))
  } finally {
    await database.close()
  }
  const { pids, members = new Map() } = judged
  const classes = new Map([...pids.keys()].map(id => [id, '']))
  return { seen: await seePackage(folder), judge: { pids, classes, members, secrets: [SECRET] } }
}
