// Each attack is shown to work: on a package that is bad in the way it looks for, it must succeed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chanceOf } from '../../../device-sim/random.ts'
import { simulateTrial } from '../../trial/simulate.ts'
import { verdictOf, type World } from './attack.ts'
import { attacks } from './attacks.ts'
import { type Known, type KnownPerson, knownOf } from './known.ts'
import { leakyEvidence, localTables, md5Of, naiveTables, nakedTables, type Weak, weakPackage } from './weak.ts'

let root: string
let known: Known
let base: Omit<World, 'seen' | 'judge'>
const worlds: Record<string, World> = {}

const withMembers = (people: readonly KnownPerson[], pidOf: (id: string, i: number) => string): Map<string, string[]> =>
  new Map(
    people.flatMap((person, i) =>
      [...person.series.keys()].map(
        metric => [`${pidOf(person.subject.id, i)} ${metric}`, [person.subject.id as string]] as const,
      ),
    ),
  )

/** The same, but that the last value before a gap is far off. */
const startled = (person: KnownPerson): KnownPerson => {
  const { series, ...rest } = steady(person)
  const off = (hours: Float64Array) => hours.map((value, i) => (Number.isNaN(hours[i + 1] ?? 0) ? value + 30 : value))
  return { ...rest, series: new Map([...series].map(([metric, hours]) => [metric, off(hours)])) }
}

/** As if everybody's values stayed put, as weight and height do; gaps stay where they were. */
const steady = (person: KnownPerson): KnownPerson => {
  const series = [...person.series].map(([metric, hours], i) => {
    const level = 50 + 10 * chanceOf(person.subject.id, i).next()
    return [metric, hours.map(value => (Number.isNaN(value) ? value : level))] as const
  })
  return { ...person, series: new Map(series) }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'redteam-'))
  const folders = { trial: join(root, 'trial'), control: join(root, 'control') }
  const truth = await simulateTrial(folders, {
    seed: 'weak',
    subjects: 60,
    heldOut: 40,
    weeks: 4,
    everyMinutes: 30,
    sites: 3,
  })
  known = await knownOf(folders.trial)
  const control = await knownOf(folders.control)
  const { people } = known
  base = {
    ...{ known, control, k: 12, calendar: truth.common, canaries: ['canary-boot'] },
    ...{ second: null, later: [], small: [], chance: chanceOf('weak') },
  }
  const naked = async (name: string, pidOf: (id: string, i: number) => string): Promise<Weak> =>
    weakPackage(
      join(root, name),
      nakedTables(people, pidOf),
      {
        pids: new Map(people.map((person, i) => [person.subject.id, pidOf(person.subject.id, i)])),
        members: withMembers(people, pidOf),
      },
      { evidence: leakyEvidence(known), notes: { host: 'canary-boot' } },
    )
  const hashed = await naked('naked', md5Of)
  const again = await naked('again', id => md5Of(`again${id}`))
  const counter = await naked('counter', (_, i) => `p${String(i).padStart(4, '0')}`)
  worlds.naked = { ...base, ...hashed, second: again }
  worlds.counter = { ...base, ...counter, second: counter }
  const naive = async (name: string, of: readonly KnownPerson[], standIns = false): Promise<Weak> => {
    const { tables, members } = naiveTables(of, standIns)
    const pids = new Map(of.map(({ subject }, i) => [subject.id as string, `p${String(i).padStart(4, '0')}`]))
    return weakPackage(join(root, name), tables, { pids, members })
  }
  worlds.naive = { ...base, ...(await naive('naive', people)), later: [await naive('later', people.slice(1))] }
  const local = new Map(people.map(({ subject }) => [subject.id as string, md5Of(subject.id)]))
  worlds.local = { ...base, ...(await weakPackage(join(root, 'local'), localTables(people, 12), { pids: local })) }
  worlds.steady = {
    ...base,
    ...(await naive('steady', people.map(steady))),
    known: { ...known, people: people.map(steady) },
  }
  const jumpy = people.map(startled)
  worlds.startled = { ...base, ...(await naive('startled', jumpy, true)), known: { ...known, people: jumpy } }
  worlds.small = { ...base, ...hashed, small: [{ asked: 13, seen: hashed.seen }] }
}, 300_000)
afterAll(() => rm(root, { recursive: true }))

/** Attack → package in which it has to succeed. */
const CASES: readonly [name: RegExp, world: string][] = [
  [/^linkage/, 'naked'],
  [/^log matching, series/, 'naked'],
  [/^log matching, events/, 'naked'],
  [/^cross-release linking: same pid/, 'counter'],
  [/^cross-release linking: (class|series)/, 'naked'],
  [/^intersection/, 'naive'],
  [/^event knowledge/, 'naked'],
  [/^date recovery: power cut/, 'naked'],
  [/^date recovery/, 'naive'],
  [/^re-anchoring/, 'naive'],
  [/^minimality/, 'local'],
  [/^membership: (record|every)/, 'naked'],
  [/^membership: usual day/, 'naked'],
  [/^membership: whole/, 'naive'],
  [/^attribute inference/, 'naked'],
  [/^homogeneity/, 'naked'],
  [/^pseudonym dictionary/, 'naked'],
  [/^pseudonym order/, 'counter'],
  [/^side channels/, 'naked'],
  [/^traces/, 'naked'],
  [/^identifiers/, 'naked'],
  [/^device fingerprint/, 'naked'],
  [/^small trials/, 'small'],
  [/^leakage of the report/, 'naked'],
  [/^differencing of neighbouring/, 'steady'],
  [/^differencing where/, 'startled'],
  [/^differencing, all/, 'naive'],
]

describe('on a package that is bad on purpose', () => {
  test.each(attacks.map(attack => [`${attack.number} ${attack.name}`, attack] as const))(
    'attack %s succeeds',
    async (_, attack) => {
      const found = CASES.find(([name]) => name.test(attack.name))
      const world = worlds[found?.[1] ?? ''] as World
      const verdict = verdictOf(attack, [await attack.run(world)])
      if (process.env.REDTEAM_SHOW) console.log(verdict)
      expect(verdict.tries).toBeGreaterThan(0)
      expect(verdict.passed).toBe(false)
      expect(verdict.successes).toBeGreaterThan(0)
    },
    60_000,
  )

  test('an attack that could try nothing has not passed', () => {
    const [attack] = attacks
    expect(verdictOf(attack as (typeof attacks)[number], [{ tries: 0, successes: 0, expected: 0 }]).passed).toBe(false)
  })
})
