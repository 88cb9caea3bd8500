/** The long fault run: every acknowledged message is found exactly once, whatever is killed, cut off or spoilt. Fails when one is not. */
import { parseArgs } from 'node:util'
import { type CampaignProgress, runCampaign } from '../faults/campaign.ts'
import { TOPOLOGIES, type Topology } from '../faults/rig.ts'
import { influxd } from '../servers/influxd.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const HELP = `npm run bench -- faults [--seed 1] [--messages 1000000] [--faults 500] [--topology embedded|outside|both] [--out <path>] [--resume]

  --seed       everything by chance follows from it (the machine's own timing does not)
  --messages   acknowledged messages, at least
  --faults     faults in all
  --topology   embedded: broker, gateway and DuckDB in one process; outside: Mosquitto, gateway, InfluxDB 2 and server
  --out        path without ending, default docs/results/faults-<seed>: .json and .md are written
  --resume     go on with the round behind the last one that was verified

Exit codes: 0 nothing was lost, 1 something was, or the run was broken off, 2 bad usage.`

export async function bench(args: string[]): Promise<void> {
  const options = read(args)
  if (typeof options === 'string') {
    if (options === HELP) return console.log(HELP)
    console.error(`faults: ${options}`)
    process.exitCode = 2
    return
  }
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (ending.signal.aborted) process.exit(1)
      console.error('\nstopping; --resume goes on with this round, the same signal again ends at once')
      ending.abort(new Error('stopped'))
    })
  const beganMs = performance.now()
  let shownMs = 0
  const progress = (state: CampaignProgress): void => {
    if (performance.now() - shownMs < 1_000) return
    shownMs = performance.now()
    process.stderr.write(`${lineOf(state, options.faults, beganMs)}${process.stderr.isTTY ? '\x1b[K\r' : '\n'}`)
  }
  try {
    const { clean, messages, faults, verdict, violations, late } = await runCampaign({
      ...options,
      signal: ending.signal,
      progress,
    })
    console.log(
      `\nseed ${options.seed}: ${messages.acknowledged} acknowledged, ${faults.counted} faults counted (${faults.powerCuts} power cuts): ` +
        `${verdict.lost} lost, ${verdict.twice} twice, ${verdict.altered} altered, ${verdict.invented} made up, ${verdict.notKept} not kept; ` +
        `${violations.length + late.length} other violations\nreport: ${options.out}.md`,
    )
    if (!clean) process.exitCode = 1
  } catch (error) {
    console.error(`\nfaults: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

function read(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const { values } = parseArgs({
      args,
      options: { seed: text, messages: text, faults: text, topology: text, out: text, resume: flag, help: flag },
    })
    if (values.help) return HELP
    const [seed, messages, faults] = [values.seed ?? '1', values.messages ?? '1000000', values.faults ?? '500'].map(
      Number,
    )
    if (![seed, messages, faults].every(n => Number.isSafeInteger(n) && (n ?? -1) >= 0))
      return 'seed, messages and faults are whole numbers'
    const wanted = values.topology ?? (mosquitto.find() && influxd.find() ? 'both' : 'embedded')
    const topologies = TOPOLOGIES.filter((topology): topology is Topology => wanted === 'both' || wanted === topology)
    if (topologies.length === 0) return `unknown topology ${wanted}`
    if (values.topology === undefined && topologies.length === 1)
      console.error('Mosquitto or influxd is missing: the embedded topology only')
    return {
      seed: seed ?? 1,
      messages: messages ?? 0,
      faults: faults ?? 0,
      topologies,
      out: values.out ?? `docs/results/faults-${seed}`,
      resume: values.resume === true,
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function lineOf(
  { round, rounds, topology, acknowledged, faults, doing, freshMs, unclean }: CampaignProgress,
  all: number,
  beganMs: number,
): string {
  const minutes = (performance.now() - beganMs) / 60_000
  const sorted = [...freshMs].sort((a, b) => a - b)
  const p50 = sorted[sorted.length >> 1] ?? 0
  return (
    `${minutes.toFixed(1)} min · round ${round + 1}/${rounds} ${topology} · ${acknowledged} acknowledged · fault ${faults}/${all} · ` +
    `fresh p50 ${p50} ms, max ${sorted.at(-1) ?? 0} ms · rounds not clean: ${unclean} · ${doing}`
  )
}
