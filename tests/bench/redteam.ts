/** Attacks written packages of simulated trials with known truth, in all ways on the list, and says whether they hold and are still worth something. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildTrialRelease } from '../../server/export/trial/release.ts'
import { attackTrial, type Round } from './redteam/campaign.ts'
import { campaignReport, holds } from './redteam/report.ts'
import { BUILDING_SEEDS, REPORTED_SEEDS } from './redteam/seeds.ts'
import { writeReport } from './support/report.ts'

const HELP = `npm run bench -- redteam [--seeds a,b,…] [--building] [--subjects 120] [--held-out 120] [--weeks 8] [--every 20] [--out file] [--keep folder]

  --seeds      one simulated trial each; default: the twenty that were not looked at while the engine was built
  --building   those that were
  --every      minutes between two samples of a periodic metric; the devices' own is 1
  --out        report without its ending; default: docs/results/redteam for the default seeds, none otherwise
  --keep       leaves job folders and packages there

Exit codes: 0 all attacks within their thresholds and utility above its floor, 1 not, 2 bad usage.`

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    args,
    options: {
      seeds: text,
      building: flag,
      subjects: text,
      'held-out': text,
      weeks: text,
      every: text,
      out: text,
      keep: text,
      help: flag,
    },
  })
  if (values.help) return console.log(HELP)
  const sizes = {
    subjects: Number(values.subjects ?? 120),
    heldOut: Number(values['held-out'] ?? 120),
    weeks: Number(values.weeks ?? 8),
    everyMinutes: Number(values.every ?? 20),
  }
  if (!Object.values(sizes).every(size => Number.isSafeInteger(size) && size > 0)) {
    console.error(HELP)
    process.exitCode = 2
    return
  }
  const seeds = values.seeds?.split(',') ?? (values.building ? BUILDING_SEEDS : REPORTED_SEEDS)
  const usual = values.seeds || values.building ? join(tmpdir(), 'redteam') : 'docs/results/redteam'
  const out = values.out ?? usual
  const rounds: Round[] = []
  for (const [i, seed] of seeds.entries()) {
    const root = values.keep ? join(values.keep, seed) : await mkdtemp(join(tmpdir(), 'redteam-'))
    const beganMs = performance.now()
    const say = (step: string) =>
      process.stderr.write(
        `${i + 1}/${seeds.length} ${seed} · ${((performance.now() - beganMs) / 1000).toFixed(0)} s · ${step}\n`,
      )
    rounds.push(await attackTrial(root, { seed, ...sizes }, buildTrialRelease, say))
    if (!values.keep) await rm(root, { recursive: true })
    // After each trial, so that a run that is broken off has told what it found.
    writeReport(out, campaignReport(rounds, sizes, args))
  }
  if (!holds(rounds)) process.exitCode = 1
}
