/** The report of a fault run: what was done to the system, and what became of the messages. */
import { cpus } from 'node:os'
import type { Counts } from './books.ts'
import type { CampaignOptions } from './campaign.ts'
import { isClean } from './round.ts'
import type { RoundResult } from './round-types.ts'
import { FRESH_LIMIT_MS } from './torture.ts'
import type { Verdict } from './verify.ts'

export interface Report {
  seed: number
  finishedAt: string
  clean: boolean
  machine: { node: string; cpus: number }
  seconds: number
  messages: Counts
  verdict: Omit<Verdict, 'examples'>
  /** Faults that struck unacknowledged messages; only they count. */
  faults: {
    counted: number
    struckNothing: number
    powerCuts: number
    cutsThatDropped: number
    byKind: Record<string, number>
  }
  fresh: { measured: number; p50Ms: number; p99Ms: number; maxMs: number; over5s: number }
  serverReads: number
  alarms: number
  violations: string[]
  late: string[]
  examples: string[]
  rounds: RoundResult[]
}

export function reportOf({ seed }: CampaignOptions, rounds: readonly RoundResult[]): Report {
  const all = rounds.flatMap(({ faults }) => faults)
  const counted = all.filter(({ unacknowledged }) => unacknowledged > 0)
  const byKind: Record<string, number> = {}
  for (const { kind } of counted) byKind[kind] = (byKind[kind] ?? 0) + 1
  const fresh = rounds.flatMap(({ freshMs }) => freshMs).sort((a, b) => a - b)
  const at = (share: number): number => fresh[Math.min(fresh.length - 1, Math.floor(fresh.length * share))] ?? 0
  const { examples: _, ...verdict } = sum(rounds.map(round => round.verdict))
  return {
    seed,
    finishedAt: new Date().toISOString(),
    clean: rounds.every(isClean),
    machine: { node: process.version, cpus: cpus().length },
    seconds: Math.round(rounds.reduce((total, { seconds }) => total + seconds, 0)),
    messages: sum(rounds.map(({ counts }) => counts)),
    verdict,
    faults: {
      counted: counted.length,
      struckNothing: all.length - counted.length,
      powerCuts: counted.filter(({ kind }) => kind.startsWith('power cut')).length,
      cutsThatDropped: counted.filter(({ dropped = 0 }) => dropped > 0).length,
      byKind: Object.fromEntries(Object.entries(byKind).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    fresh: {
      measured: fresh.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: fresh.at(-1) ?? 0,
      over5s: fresh.filter(ms => ms > FRESH_LIMIT_MS).length,
    },
    alarms: rounds.reduce((total, { alarms }) => total + alarms, 0),
    serverReads: rounds.reduce((total, { serverReads }) => total + serverReads, 0),
    late: rounds.flatMap(({ round, late }) => late.map(what => `round ${round}: ${what}`)),
    violations: rounds.flatMap(({ round, violations }) => violations.map(what => `round ${round}: ${what}`)),
    examples: rounds.flatMap(({ round, verdict: { examples } }) => examples.map(what => `round ${round}: ${what}`)),
    rounds: [...rounds],
  }
}

/** Adds up all numbers of like objects. */
function sum<T extends object>(items: readonly T[]): T {
  const total: Record<string, unknown> = { ...items[0] }
  for (const item of items.slice(1))
    for (const [name, value] of Object.entries(item))
      if (typeof value === 'number') total[name] = (total[name] as number) + value
  return total as T
}

export function toMarkdown(report: Report): string {
  const { messages, verdict, faults, fresh } = report
  const n = (value: number): string => value.toLocaleString('en-US')
  const rows = (pairs: [string, string][]): string => pairs.map(([name, value]) => `| ${name} | ${value} |`).join('\n')
  const list = (title: string, lines: readonly string[]): string =>
    lines.length === 0
      ? ''
      : `\n## ${title}\n\n${lines
          .slice(0, 40)
          .map(line => `- ${line}`)
          .join('\n')}\n`
  return `# Fault run, seed ${report.seed}

${report.clean ? 'Nothing was lost, stored twice or altered.' : '**The guarantee was broken: see below.**'} ${report.finishedAt}, Node ${report.machine.node}, ${report.machine.cpus} cores, ${n(report.seconds)} s in ${report.rounds.length} rounds.

| messages | |
|---|---|
${rows([
  ['acknowledged', n(messages.acknowledged)],
  ['of them lost', n(verdict.lost)],
  ['stored twice', n(verdict.twice)],
  ['altered', n(verdict.altered)],
  ['stored, but never sent or to be refused', n(verdict.invented)],
  ['refused or conflicting, acknowledged and not kept', n(verdict.notKept)],
  ['rows in the store', n(verdict.stored)],
  ['dead letters', n(verdict.deadLettered)],
  ['sent again', `${n(messages.resent)} (${((messages.resent / messages.sent) * 100).toFixed(1)} %)`],
  ['of them more than 10,000 messages old', n(messages.resentOld)],
  ['same identity, other content', n(messages.conflicts)],
  ['unreadable payloads', n(messages.garbage)],
  ['events', n(messages.events)],
  ['batches', n(messages.batches)],
  ['skipped and sent later', n(messages.lateFilled)],
  ['reboots, many with the clock set back', n(messages.reboots)],
])}

A fault counts only if it struck while messages were unacknowledged: ${n(faults.counted)} counted, ${n(faults.powerCuts)} of them power cuts (${n(faults.cutsThatDropped)} dropped unsynced bytes or names); ${n(faults.struckNothing)} struck nothing.
A fresh message was in the store after the end of each group of faults: p50 ${n(fresh.p50Ms)} ms, p99 ${n(fresh.p99Ms)} ms, at most ${n(fresh.maxMs)} ms (${n(fresh.measured)} measured, ${n(fresh.over5s)} above 5 s).
Events raised ${n(report.alarms)} alarms, each once, numbered without holes${report.violations.length > 0 ? ', but for what is named below' : ''}. The server answered ${n(report.serverReads)} times from the store meanwhile.

| fault | times |
|---|---|
${rows(Object.entries(faults.byKind).map(([kind, times]) => [kind, n(times)]))}
${list('Violations', [...report.violations, ...report.late])}${list('Examples', report.examples)}`
}
