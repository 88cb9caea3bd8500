/** One round of the red team: a trial is simulated, released, released again, and attacked. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import { chanceOf } from '../../../device-sim/random.ts'
import { READINGS_FILE, TRIAL_FILE, type TrialInput, trialInputSchema } from '../../../server/export/trial/input.ts'
import { PRIVATE_FILE, type PrivateSeries } from '../../../server/export/trial/layout.ts'
import { trialPolicy } from '../../../server/export/trial/policy.ts'
import type { TrialOptions } from '../../trial/options.ts'
import { simulateTrial } from '../../trial/simulate.ts'
import type { Judge, Outcome, World } from './attack.ts'
import { attacks } from './attacks.ts'
import { CANARIES, linkExtracts, plantCanaries } from './canaries.ts'
import { knownOf } from './known.ts'
import { seePackage } from './seen.ts'
import { SMALL_TRIALS, type SmallAnswer } from './small.ts'
import { type Utility, utilityOf } from './utility.ts'

/** What the engine answers to a job's folder. */
export interface Built {
  product: TrialInput['product']
  pids: ReadonlyMap<string, string>
  classOf: ReadonlyMap<string, string>
  levels: Readonly<Record<string, number>> | null
}
export type Build = (options: { folder: string; out: string; releaseKey: Uint8Array }) => Promise<Built>

export interface Round {
  seed: string
  product: string
  /** In the order of `attacks`. */
  outcomes: Outcome[]
  utility: Utility
}

export type RoundOptions = Partial<TrialOptions> & { seed: string }

/** @param root an empty folder, filled with the job's folders and packages */
export async function attackTrial(
  root: string,
  options: RoundOptions,
  build: Build,
  progress: (step: string) => void = () => {},
): Promise<Round> {
  const { seed } = options
  progress('simulating')
  const folders = { trial: join(root, 'trial'), control: join(root, 'control') }
  const truth = await simulateTrial(folders, options)
  await plantCanaries(join(folders.trial, READINGS_FILE))
  progress('building')
  const first = await release(root, 'first', folders.trial, build)
  const second = await release(root, 'second', folders.trial, build)
  progress('asking again after a withdrawal, and for small trials')
  const withdrawn = [...first.built.classOf.keys()].sort()[0] ?? ''
  const later = [
    second,
    await askAgain(root, 'again', folders.trial, first.built, '', build),
    await askAgain(root, 'withdrawn', folders.trial, first.built, withdrawn, build),
  ]
  const small: SmallAnswer[] = []
  for (const asked of SMALL_TRIALS) small.push(await askSmall(join(root, `small-${asked}`), seed, asked, build))
  progress('reading what is known')
  const world: World = {
    ...{
      seen: first.seen,
      judge: first.judge,
      second,
      later,
      small,
      canaries: CANARIES,
      calendar: truth.common,
    },
    ...{ known: await knownOf(folders.trial), control: await knownOf(folders.control), k: trialPolicy.k },
    chance: chanceOf(seed, 'attacks'),
  }
  const outcomes: Outcome[] = []
  for (const attack of attacks) {
    progress(`attack ${attack.number} ${attack.name}`)
    outcomes.push(await attack.run(world))
  }
  return { seed, product: first.built.product, outcomes, utility: utilityOf(world.seen, world.known, world.judge) }
}

/** Keys are drawn from the round's seed, so that a round can be looked at again. */
const keyOf = (...parts: string[]): Buffer => createHash('sha256').update(parts.join('/')).digest()

async function release(root: string, name: string, folder: string, build: Build) {
  const { release: id } = await inputOf(folder)
  const out = join(root, name)
  const releaseKey = keyOf('key', name, id)
  // The build destroys the key that it is given.
  const built = await build({ folder, out, releaseKey: Uint8Array.from(releaseKey) })
  return { built, seen: await seePackage(out), judge: await judgeOf(folder, built, releaseKey) }
}

async function judgeOf(folder: string, built: Built, releaseKey: Buffer): Promise<Judge> {
  const facts = await readFile(join(folder, PRIVATE_FILE), 'utf8').then(
    text => JSON.parse(text) as PrivateSeries,
    () => null,
  )
  const members = new Map(
    (facts?.series ?? []).map(({ group, metric, members: of }) => [`${group} ${metric}`, of] as const),
  )
  return { pids: built.pids, classes: built.classOf, members, secrets: [releaseKey] }
}

/** The maker asks for the trial once more, with the first release in the register; @param withdrawn who takes part no more, or nobody */
async function askAgain(
  root: string,
  name: string,
  folder: string,
  first: Built,
  withdrawn: string,
  build: Build,
): Promise<World['later'][number]> {
  const input = await inputOf(folder)
  const facts = JSON.parse(await readFile(join(folder, PRIVATE_FILE), 'utf8')) as PrivateSeries
  const groups = (id: string): Record<string, string> =>
    Object.fromEntries(
      facts.series.filter(of => of.members.includes(id)).map(of => [`${of.profile}/${of.metric}`, of.group]),
    )
  const next: TrialInput = {
    ...input,
    release: `${input.release.slice(0, -1)}x`,
    subjects: input.subjects.filter(({ id }) => id !== withdrawn),
    placements: input.placements.filter(({ subject }) => subject !== withdrawn),
    subject_events: input.subject_events.filter(({ subject }) => subject !== withdrawn),
    earlier: [
      {
        release: input.release,
        trial: input.trial,
        product: first.product,
        levels: first.levels === null ? null : { ...first.levels },
        members: [...first.classOf].map(([subject, of]) => ({ subject, class: of, groups: groups(subject) })),
      },
    ],
  }
  const job = join(root, `${name}-job`)
  await mkdir(job)
  await linkExtracts(folder, job)
  await writeFile(join(job, TRIAL_FILE), JSON.stringify(trialInputSchema.parse(next)))
  return release(root, name, job, build).catch(refusedOr)
}

async function askSmall(folder: string, seed: string, asked: number, build: Build): Promise<SmallAnswer> {
  await simulateTrial(
    { trial: folder },
    { seed: `${seed}/${asked}`, subjects: asked, weeks: 2, everyMinutes: 60, sites: 3 },
  )
  const releaseKey = keyOf('key', seed, String(asked))
  return build({ folder, out: `${folder}-out`, releaseKey: Uint8Array.from(releaseKey) }).then(
    async (): Promise<SmallAnswer> => ({ asked, seen: await seePackage(`${folder}-out`) }),
    error => ({ asked, seen: refusedOr(error) }),
  )
}

/** Errors of the engine's own are refusals; anything else is a fault. */
function refusedOr(error: unknown): 'refused' {
  if (error instanceof AppError && REFUSALS.has(error.code)) return 'refused'
  throw error
}
const REFUSALS = new Set(['no_solution', 'too_few_people', 'gate_refused', 'composition'])

const inputOf = async (folder: string): Promise<TrialInput> =>
  trialInputSchema.parse(JSON.parse(await readFile(join(folder, TRIAL_FILE), 'utf8')))
