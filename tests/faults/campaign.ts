/** A whole fault run: rounds one after another, each verified at its end, so that a run that was broken off goes on with its next round. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundlePrograms } from './bundle.ts'
import type { Sabotage } from './process-config.ts'
import { type Report, reportOf, toMarkdown } from './report.ts'
import type { Topology } from './rig.ts'
import { isClean, runRound } from './round.ts'
import type { RoundResult } from './round-types.ts'

export interface CampaignOptions {
  seed: number
  messages: number
  faults: number
  /** Taken in turns. */
  topologies: readonly Topology[]
  sabotage?: Sabotage
  /** Names of the faults to choose from; all unless given. */
  only?: RegExp
  /** Path without ending; `.json` and `.md` are written, and `.state.json` while the run is under way. Absent: nothing is written. */
  out?: string
  /** Go on where the state file was left. */
  resume?: boolean
  faultsPerRound?: number
  signal: AbortSignal
  progress?(state: CampaignProgress): void
}
export interface CampaignProgress {
  round: number
  rounds: number
  topology: Topology
  acknowledged: number
  faults: number
  doing: string
  freshMs: readonly number[]
  /** Of the rounds that are over. */
  unclean: number
}

interface State {
  seed: number
  messages: number
  faults: number
  rounds: RoundResult[]
}

const FAULTS_PER_ROUND = 25

/** Rejects with the signal's reason when told to stop; what was done until then can be resumed. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const { seed, messages, faults, topologies, signal } = options
  const stateFile = options.out === undefined ? null : `${options.out}.state.json`
  const state = begin(options, stateFile)
  const rounds = Math.max(topologies.length, Math.ceil(faults / (options.faultsPerRound ?? FAULTS_PER_ROUND)))
  const bundle = await bundlePrograms()
  const root = mkdtempSync(join(tmpdir(), 'mimamori-faults-'))
  let whole = false
  try {
    while (state.rounds.length < rounds) {
      const round = state.rounds.length
      const topology = topologies[round % topologies.length]!
      const share = (total: number): number =>
        Math.floor((total * (round + 1)) / rounds) - Math.floor((total * round) / rounds)
      const before = sums(state.rounds)
      const result = await runRound({
        round,
        seed,
        topology,
        messages: share(messages),
        faults: share(faults),
        sabotage: options.sabotage ?? 'none',
        only: options.only ?? /./,
        bundle,
        dir: join(root, `round-${round}`),
        signal,
        progress: ({ acknowledged, faults: struck, doing, freshMs }) =>
          options.progress?.({
            round,
            rounds,
            topology,
            acknowledged: before.acknowledged + acknowledged,
            faults: before.faults + struck,
            doing,
            freshMs: [...before.freshMs, ...freshMs],
            unclean: before.unclean,
          }),
      })
      state.rounds.push(result)
      if (stateFile) replace(stateFile, JSON.stringify(state))
    }
    whole = true
  } finally {
    bundle.remove()
    // What went wrong can be looked into; a round that was clean has removed its own.
    if (options.sabotage || signal.aborted || (whole && state.rounds.every(isClean)))
      rmSync(root, { recursive: true, force: true })
  }
  const report = reportOf(options, state.rounds)
  if (options.out !== undefined) {
    replace(`${options.out}.json`, `${JSON.stringify(report, null, 2)}\n`)
    replace(`${options.out}.md`, toMarkdown(report))
    rmSync(`${options.out}.state.json`, { force: true })
  }
  return report
}

function begin(options: CampaignOptions, stateFile: string | null): State {
  const { seed, messages, faults } = options
  const fresh: State = { seed, messages, faults, rounds: [] }
  if (!stateFile) return fresh
  mkdirSync(dirname(stateFile), { recursive: true })
  if (!options.resume || !existsSync(stateFile)) return fresh
  const state = JSON.parse(readFileSync(stateFile, 'utf8')) as State
  if (state.seed !== seed || state.messages !== messages || state.faults !== faults)
    throw new Error(
      `${stateFile} belongs to another run: seed ${state.seed}, ${state.messages} messages, ${state.faults} faults`,
    )
  return state
}

function sums(rounds: readonly RoundResult[]) {
  return {
    acknowledged: rounds.reduce((sum, { counts }) => sum + counts.acknowledged, 0),
    faults: rounds.reduce((sum, round) => sum + round.faults.length, 0),
    freshMs: rounds.flatMap(({ freshMs }) => freshMs),
    unclean: rounds.filter(round => !isClean(round)).length,
  }
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.tmp`, text)
  renameSync(`${file}.tmp`, file)
}
