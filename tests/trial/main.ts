/** Writes a simulated trial into a folder, for a look at it: `npx tsx tests/trial/main.ts --out folder`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { TRIAL_DEFAULTS } from './options.ts'
import { simulateTrial } from './simulate.ts'

const HELP = `npx tsx tests/trial/main.ts --out <folder> [--seed trial] [--subjects 120] [--held-out 0] [--weeks 8] [--every 10] [--sites 4]

  --out       gets trial/ (job folder of the participants), control/ (of those held out) and truth.json
  --every     minutes between two samples of a periodic metric; the devices' own interval is 1

Exit codes: 0 written, 2 bad usage.`

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    ...{ out: text, seed: text, subjects: text, weeks: text, every: text, sites: text },
    'held-out': text,
    help: { type: 'boolean' },
  },
})
const whole = (given: string | undefined, usual: number): number => (given === undefined ? usual : Number(given))
const options = {
  seed: values.seed ?? TRIAL_DEFAULTS.seed,
  subjects: whole(values.subjects, TRIAL_DEFAULTS.subjects),
  heldOut: whole(values['held-out'], TRIAL_DEFAULTS.heldOut),
  weeks: whole(values.weeks, TRIAL_DEFAULTS.weeks),
  everyMinutes: whole(values.every, TRIAL_DEFAULTS.everyMinutes),
  sites: whole(values.sites, TRIAL_DEFAULTS.sites),
}
const numbers = Object.values(options).filter(value => typeof value === 'number')
if (values.help || !values.out || !numbers.every(value => Number.isSafeInteger(value) && value >= 0)) {
  console.log(HELP)
  process.exitCode = values.help ? 0 : 2
} else {
  const { out } = values
  const folders = { trial: join(out, 'trial'), ...(options.heldOut > 0 ? { control: join(out, 'control') } : {}) }
  const truth = await simulateTrial(folders, options)
  await writeFile(join(out, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`)
  console.log(`${truth.readings} readings and ${truth.events} events of ${options.subjects} participants in ${out}`)
}
