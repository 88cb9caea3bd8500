/** Reports of benchmarks: figures with the machine they come from, as JSON to compare and as Markdown to read. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { influxd } from '../../servers/influxd.ts'
import { mosquitto } from '../../servers/mosquitto.ts'

export interface Table {
  title: string
  columns: string[]
  rows: (string | number)[][]
}

export interface Report {
  title: string
  /** The command that makes this report again. */
  command: string
  /** What was done, and how the figures are to be read. */
  method: string[]
  tables: Table[]
  /** Whatever the tables were made of. */
  data: unknown
}

/** Writes `<out>.json` and `<out>.md`, and prints the tables. */
export function writeReport(out: string, report: Report): void {
  const machine = machineFacts()
  const { tables, data, ...head } = report
  const json = { ...head, machine, data }
  const markdown = [
    `# ${report.title}`,
    `Made by \`${report.command}\` on ${machine.date}. Timings are noisy; the ratios count.`,
    report.method.map(line => `- ${line}`).join('\n'),
    ...tables.map(table => `## ${table.title}\n\n${markdownOf(table)}`),
    `## Machine\n\n${Object.entries(machine)
      .map(([name, fact]) => `- ${name}: ${fact}`)
      .join('\n')}`,
  ]
  mkdirSync(dirname(resolve(out)), { recursive: true })
  writeFileSync(`${out}.json`, `${JSON.stringify(json, null, 2)}\n`)
  writeFileSync(`${out}.md`, `${markdown.join('\n\n')}\n`)
  console.log(
    `\n${tables.map(table => `${table.title}\n\n${markdownOf(table)}`).join('\n\n')}\n\nreport: ${out}.md, ${out}.json`,
  )
}

function machineFacts() {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: said('git', ['rev-parse', '--short=12', 'HEAD']),
    processors: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 1e9)} GB`,
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    node: process.version,
    mosquitto: /version (\S+)/.exec(said(mosquitto.find(), ['-h']))?.[1] ?? 'none',
    influxdb: /influxd-([\d.]+)/.exec(influxd.find() ?? '')?.[1] ?? 'as given',
  }
}

export const median = (figures: readonly number[]): number => {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/**
 * Runs that took turns, peer, ours, peer, …: each of ours beside the mean of the peer's just before and just after it, so that what the machine
 * does otherwise falls on both.
 */
export function pairedRatios<Run>(
  runs: readonly Run[],
  side: (run: Run) => 'ours' | 'peer' | 'other',
  figure: (run: Run) => number,
): number[] {
  return runs.flatMap((run, i) => {
    const beside = [runs[i - 1], runs[i + 1]].filter(other => other !== undefined && side(other) === 'peer') as Run[]
    if (side(run) !== 'ours' || beside.length === 0) return []
    return (figure(run) * beside.length) / beside.reduce((sum, other) => sum + figure(other), 0)
  })
}

/** Of figures in rising order. */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Three figures that matter: 96,412 → 96,400; 7.4361 → 7.44. */
export const short = (figure: number): string =>
  Number(figure.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 })

function markdownOf({ columns, rows }: Table): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map(cell => (typeof cell === 'number' ? short(cell) : cell)).join(' | ')} |`
  return [line(columns), `|${columns.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`, ...rows.map(line)].join(
    '\n',
  )
}

/** Some programs tell their version and end with a failure. */
function said(program: string | undefined, args: string[]): string {
  if (!program) return ''
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? '')
  }
}
