/** One round: a fresh system, traffic, its share of the faults, then the oracle's judgement. */
import { mkdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { deviceTopic } from '../../core/topics.ts'
import { watchAlarms } from './alarms.ts'
import { createBooks } from './books.ts'
import { openLinks } from './links.ts'
import { FACILITY } from './process-config.ts'
import { createRandom, mix } from './random.ts'
import { startEmbeddedRig } from './rig-embedded.ts'
import { startOutsideRig } from './rig-outside.ts'
import type { RoundOptions, RoundResult } from './round-types.ts'
import { fresh, GIVE_UP_MS, type Run, torture, until } from './torture.ts'
import { PROBE, startTraffic } from './traffic.ts'
import { missingAside, verify } from './verify.ts'

/** What refused and conflicting messages may take to be put aside. */
const ASIDE_MS = 20_000
/** What alarms may take to be published after the last message. */
const ALARMS_MS = 20_000
const MAX_ALARM_FAULTS = 20
const HEAVY = ['heavy-1', 'heavy-2']
const ALONE = ['alone-1', 'alone-2', 'alone-3']
const LIGHT = Array.from({ length: 30 }, (_, i) => `mat-${i + 1}`)
const TRAFFIC = [
  ...HEAVY.map(name => ({ name, weight: 12, rebootShare: 0.0005 })),
  ...ALONE.map(name => ({ name, weight: 2, rebootShare: 0.005 })),
  ...LIGHT.map(name => ({ name, weight: 1, rebootShare: 0.01 })),
]
const DEVICES = [PROBE, ...TRAFFIC.map(({ name }) => name)]

/** Throws when the system cannot be started, or when it stands still; an AbortError when told to stop. */
export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const { round, seed, topology, bundle, dir, sabotage } = options
  const beganMs = Date.now()
  const random = createRandom(mix(seed, round, 7))
  const network = createRandom(mix(seed, round, 8))
  mkdirSync(dir, { recursive: true })
  const start = topology === 'embedded' ? startEmbeddedRig : startOutsideRig
  const rig = await start({ bundle, dir, devices: DEVICES, sabotage, random: network.next })
  const world = { seed: mix(seed, round), beganMs }
  const books = createBooks(DEVICES.map(name => ({ name, plain: name === PROBE })))
  const alarms = watchAlarms(rig.brokerUrl)
  const told = rig.by === 'receipt' ? (['receipt', 'rejected'] as const) : []
  const links = openLinks({
    url: rig.url,
    alone: [PROBE, ...ALONE],
    shared: [...HEAVY, ...LIGHT],
    hubs: 4,
    subscribe: device => told.map(leaf => deviceTopic(FACILITY, device, leaf)),
  })
  const traffic = startTraffic({
    world,
    books,
    links,
    random: createRandom(mix(seed, round, 9)),
    by: rig.by,
    devices: TRAFFIC,
  })
  const result: RoundResult = {
    round,
    topology,
    counts: books.counts,
    faults: [],
    freshMs: [],
    verdict: {
      stored: 0,
      deadLettered: 0,
      both: 0,
      lost: 0,
      twice: 0,
      altered: 0,
      invented: 0,
      notKept: 0,
      examples: [],
    },
    totals: null,
    serverReads: 0,
    alarms: 0,
    violations: [],
    late: [],
    seconds: 0,
  }
  const show = (doing: string): void =>
    options.progress({
      acknowledged: books.counts.acknowledged,
      faults: result.faults.length,
      doing,
      freshMs: result.freshMs,
    })
  const run: Run = { ...options, world, alarms, rig, books, traffic, random, result, show }
  try {
    await fresh(run, 'the system to take messages')
    try {
      await torture(run)
      await settle(run)
    } catch (error) {
      // A system that stands still is a finding; what it holds is judged all the same.
      options.signal.throwIfAborted()
      result.violations.push(error instanceof Error ? error.message : String(error))
    }
    show('verifying')
    await rig.gateway.stop()
    const store = await rig.openStore()
    const aside = rig.gateway.aside()
    const garbageSafe = traffic.garbageSafe()
    const judged = await verify({
      world,
      books,
      source: store.source,
      aside,
      garbageSafe,
      inventedReceipts: traffic.invented(),
    })
    result.verdict = judged.verdict
    result.alarms = alarms.raised()
    result.violations.push(...alarms.faults(judged.events).slice(0, MAX_ALARM_FAULTS))
    await store.stop()
    if (sabotage === 'none') result.violations.push(...unbalanced(result))
  } finally {
    traffic.stop()
    await alarms.stop()
    await links.stop()
    result.serverReads = rig.serverReads()
    result.violations.push(...rig.gateway.surprises.map(why => `the gateway ended by itself: ${why}`))
    await rig.stop()
  }
  result.seconds = (Date.now() - beganMs) / 1_000
  if (isClean(result) || sabotage !== 'none') rmSync(dir, { recursive: true, force: true })
  return result
}

/** Nothing lost, twice, altered, made up, thrown away or late, and nothing else that must not be. */
export const isClean = ({ verdict, violations, late }: RoundResult): boolean =>
  verdict.lost + verdict.twice + verdict.altered + verdict.invented + verdict.notKept === 0 &&
  violations.length + late.length === 0

/** Everything that was sent becomes safe, stored and put aside. */
async function settle(run: Run): Promise<void> {
  const { rig, traffic, books, result, show } = run
  show('settling')
  traffic.finish()
  await until(run, 'every message to be safe', () => traffic.unacknowledged() === 0, GIVE_UP_MS)
  const drained = async (): Promise<boolean> => {
    result.totals = await rig.gateway.totals().catch(() => null)
    return result.totals?.spooled === 0
  }
  await until(run, 'the spool to be empty', drained, GIVE_UP_MS).catch(error => {
    throw new Error(`${error instanceof Error ? error.message : ''}: ${JSON.stringify(result.totals)}`)
  })
  const deadline = performance.now() + (run.sabotage === 'none' ? ASIDE_MS : 0)
  while (missingAside(books, rig.gateway.aside(), run.world) > 0 && performance.now() < deadline) await sleep(300)
  await hearAlarms(run)
  await until(run, 'the totals', drained, GIVE_UP_MS)
  if (books.counts.resent === 0) result.violations.push('nothing was sent twice: the run proves nothing')
}

/** All transitions are sent again, until nothing new has come for a while. */
async function hearAlarms({ alarms, signal, sabotage }: Run): Promise<void> {
  const deadline = performance.now() + (sabotage === 'none' ? ALARMS_MS : 0)
  for (let before = -1; performance.now() < deadline; ) {
    signal.throwIfAborted()
    alarms.ask()
    await sleep(1_000)
    if (alarms.complete() && alarms.heard() === before) return
    before = alarms.heard()
  }
}

/** The ledger's equations, against what was found. */
function unbalanced({ totals, verdict }: RoundResult): string[] {
  if (!totals) return ['the gateway gave no totals']
  const wrong = (name: string, left: number, right: number): string[] =>
    left === right ? [] : [`ledger: ${name}: ${left} is not ${right}`]
  return [
    ...wrong(
      'accepted = stored + spooled + dead-lettered',
      totals.accepted,
      totals.stored + totals.spooled + totals.dead_lettered,
    ),
    ...wrong(
      'stored = rows found, but for dead letters that are there too',
      totals.stored,
      verdict.stored - verdict.both,
    ),
    ...wrong('dead-lettered = dead letters found', totals.dead_lettered, verdict.deadLettered),
  ]
}
