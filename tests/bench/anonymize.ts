/** The anonymization engine on Adult beside an exhaustive search in the same run, on a million records, and on a trial's subjects. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { anonymize } from '../../server/export/anonymize/command/anonymize.ts'
import { loadTable } from '../../server/export/anonymize/command/load.ts'
import type { Model, TablePolicy } from '../../server/export/anonymize/table/policy.ts'
import { runSearch, searchTask } from '../../server/export/anonymize/table/run.ts'
import { adultFolder, adultPolicy, readAdult } from '../export/anonymize/adult.ts'
import { cdiscSubjects, weightedPolicy } from '../export/anonymize/cdisc.ts'
import { visitAllNodes } from '../export/anonymize/oracle.ts'
import { peakRssMb } from './support/processes.ts'
import { median, short, writeReport } from './support/report.ts'

const HELP = `npm run bench -- anonymize [--rounds 7] [--copies 34] [--out docs/results/anonymize]

Searches for the best recoding of Adult (30,162 records, 12,960 nodes), loading apart, and looks at all nodes once in the same run.
  --rounds   searches of each policy; the median counts
  --copies   of Adult in the table of the command's run as a process of its own (34: a million records); 0: none`

interface Case {
  name: string
  k: number
  /** Per mille. */
  limit: number
  goal?: string
  /** Too slow to be worth more rounds. */
  once?: boolean
  metric?: TablePolicy['metric']
  models?: Model[]
}
const column = 'occupation'
const CASES: Case[] = [
  { name: 'loss', k: 5, limit: 20, goal: '≤ 2,000 ms' },
  { name: 'loss', k: 12, limit: 50, goal: '≤ 2,500 ms' },
  { name: 'loss', k: 5, limit: 0 },
  { name: 'loss', k: 5, limit: 50 },
  { name: 'loss', k: 5, limit: 1_000, once: true },
  { name: 'loss', k: 12, limit: 20 },
  { name: 'discernibility', k: 5, limit: 20, metric: 'discernibility', once: true },
  { name: 'aecs', k: 5, limit: 20, metric: 'aecs', once: true },
  { name: 'entropy l=3', k: 5, limit: 50, models: [{ model: 'l_diversity', column, variant: 'entropy', l: 3 }] },
  {
    name: 't=0.2 equal',
    k: 5,
    limit: 50,
    models: [{ model: 't_closeness', column, variant: 'equal', t: 0.2 }],
    once: true,
  },
  {
    name: 'basic β=3',
    k: 5,
    limit: 50,
    models: [{ model: 'beta_likeness', column, variant: 'basic', beta: 3 }],
    once: true,
  },
]
/** What age, sex, race, ethnic group and site weigh. */
const WEIGHTS = [
  [1, 1, 1, 1, 1],
  [4, 4, 1, 1, 1],
  [4, 2, 0, 0, 1],
]

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args, options: { rounds: text, copies: text, out: text, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const [rounds, copies] = [Number(values.rounds ?? 7), Number(values.copies ?? 34)]
  const adult = readAdult()
  const folder = mkdtempSync(join(tmpdir(), 'bench-anonymize-'))
  try {
    const searches: Awaited<ReturnType<typeof measured>>[] = []
    for (const one of CASES) searches.push(await measured(one, rounds))
    const beganMs = performance.now()
    let nodes = 0
    visitAllNodes(adult, [5], () => nodes++)
    const exhaustiveMs = performance.now() - beganMs
    console.log(`exhaustive: ${nodes} nodes, ${short(exhaustiveMs)} ms`)
    const million = copies > 0 ? await manyCopies(folder, copies) : null
    const subjects: Awaited<ReturnType<typeof ofSubjects>>[] = []
    for (const weights of WEIGHTS) subjects.push(await ofSubjects(folder, weights))
    writeReport(values.out ?? 'docs/results/anonymize', {
      title: 'The anonymization engine',
      command: `npm run bench -- anonymize${rounds === 7 ? '' : ` --rounds ${rounds}`}`,
      method: [
        `Adult: 30,162 records, 9 quasi-identifiers, 12,960 nodes (8 and 4,320 where occupation is sensitive). Each policy ${rounds} times, the slow ones once; medians, least and most.`,
        'Load: reading the CSV into numbers. Search: from these numbers to the optimum, its proof and the records that are kept; both in one thread.',
        `Exhaustive: all 12,960 nodes in the same run, each counted from the raw rows, once: ${short(exhaustiveMs)} ms. It is the oracle of tests/export/anonymize/oracle.test.ts, which agrees with the engine on every node.`,
        'Checks: nodes that were looked at. CPU: of the whole process during the search, all threads; where it is far below the search, the machine was busy with something else.',
      ],
      tables: [
        {
          title: 'Search',
          columns: [
            'policy',
            'k',
            'left out at most',
            'levels',
            'loss',
            'left out',
            'checks',
            'load ms',
            'search ms',
            'least – most',
            'CPU ms',
            'aim',
            'exhaustive / search',
          ],
          rows: searches.map(row => [
            ...[
              row.name,
              String(row.k),
              `${row.limit / 10} %`,
              row.levels.join(),
              row.loss.toFixed(10),
              String(row.suppressed),
            ],
            ...[
              row.checks,
              row.loadMs,
              row.searchMs,
              `${short(row.leastMs)} – ${short(row.mostMs)}`,
              row.cpuMs,
              row.goal ?? '',
              // Of all nodes with all columns: of no use beside a search with fewer.
              row.nodes === nodes ? exhaustiveMs / row.searchMs : '',
            ],
          ]),
        },
        ...(million ? [million.table] : []),
        {
          title: 'Subjects of the CDISC pilot trial (179), k=12, at most 5 % left out, three arms in every class',
          columns: [
            'weights age, sex, race, ethnic, site',
            'levels',
            'loss',
            'classes',
            'left out',
            'smallest class',
            'average risk before',
            'after',
          ],
          rows: subjects.map(({ weights, report }) => [
            ...[
              weights.join(', '),
              report.levels.join(),
              report.loss.toFixed(4),
              report.classes,
              String(report.suppressed),
            ],
            ...[report.risk.after.smallest_class, report.risk.before.average, report.risk.after.average],
          ]),
        },
      ],
      data: { searches, exhaustiveMs, million: million?.data ?? null, subjects },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measured({ goal, once: single, ...one }: Case, rounds: number) {
  const policy = adultPolicy(readAdult(), one)
  const runs: (ReturnType<typeof runSearch> & { loadMs: number; cpuMs: number })[] = []
  for (let round = 0; round < (single ? 1 : rounds); round++) {
    const beganMs = performance.now()
    const { coded } = await loadTable(join(adultFolder, 'adult.csv'), ';', policy)
    const loadMs = performance.now() - beganMs
    const before = process.cpuUsage()
    const outcome = runSearch(searchTask(coded, policy))
    const { user, system } = process.cpuUsage(before)
    runs.push({ loadMs, ...outcome, cpuMs: (user + system) / 1_000 })
  }
  const [first] = runs
  const times = runs.map(({ searchMs }) => searchMs)
  const { levels, loss, suppressed, checks } = first!
  const result = {
    ...{ name: one.name, k: one.k, limit: one.limit, goal, levels, loss, suppressed, checks },
    nodes: policy.quasiIdentifiers.reduce((product, { hierarchy }) => product * hierarchy.values[0]!.length, 1),
    ...{ loadMs: median(runs.map(({ loadMs }) => loadMs)), searchMs: median(times), times },
    cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
    ...{ leastMs: Math.min(...times), mostMs: Math.max(...times) },
  }
  console.log(
    `${one.name} k=${one.k} ${one.limit / 10} %: ${short(result.searchMs)} ms (CPU ${short(result.cpuMs)}), ${checks} checks`,
  )
  return result
}

/** The command as a process, on Adult many times over. */
async function manyCopies(folder: string, copies: number) {
  const [data, policy, out] = [join(folder, 'many.csv'), join(folder, 'many.json'), join(folder, 'many')]
  const [header, ...rows] = readFileSync(join(adultFolder, 'adult.csv'), 'utf8').trimEnd().split(/\r?\n/)
  writeFileSync(data, `${header}\n${`${rows.join('\n')}\n`.repeat(copies)}`)
  const quasi_identifiers = header!.split(';').map(name => ({
    column: name,
    hierarchy: join(adultFolder, `adult_hierarchy_${name}.csv`),
  }))
  const models = [{ model: 'k_anonymity', k: 12 * copies }]
  writeFileSync(policy, JSON.stringify({ delimiter: ';', quasi_identifiers, models, suppression_limit: 0.05 }))
  const began = performance.now()
  const command = ['--import', 'tsx', 'server/export/anonymize/command/main.ts']
  const child = spawn(process.execPath, [...command, '--data', data, '--policy', policy, '--out', out], {
    stdio: 'ignore',
  })
  const closed = once(child, 'close')
  let peakMb = 0
  while (child.exitCode === null) {
    // Not a number once it has ended and nobody has been told yet.
    peakMb = Math.max(peakMb, peakRssMb(child.pid!) || 0)
    await sleep(50)
  }
  await closed
  const wholeMs = performance.now() - began
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
  const dataMb = Buffer.byteLength(readFileSync(data)) / 1e6
  const figures = { records: report.records, dataMb, wholeMs, peakMb, report }
  console.log(`${report.records} records: ${short(wholeMs)} ms, peak ${short(peakMb)} MB`)
  return {
    data: figures,
    table: {
      title: `npm run anonymize on ${copies} copies of Adult, k=${12 * copies}, at most 5 % left out`,
      columns: ['records', 'CSV MB', 'load ms', 'search ms', 'write ms', 'whole ms', 'peak RSS MB', 'levels', 'loss'],
      rows: [
        [
          ...[String(report.records), dataMb, report.load_ms, report.search_ms, report.write_ms, wholeMs, peakMb],
          ...[report.levels.join(), report.loss.toFixed(10)],
        ],
      ],
    },
  }
}

async function ofSubjects(folder: string, weights: readonly number[]) {
  const policy = join(folder, 'subjects.json')
  weightedPolicy(weights, policy)
  return { weights, report: await anonymize({ data: cdiscSubjects, policy, out: join(folder, 'subjects') }) }
}
