/** One round: a fresh system, traffic, its share of the faults, then the oracle's judgement. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deviceTopic } from '../../core/topics.ts'
import type { GatewayTotals } from '../../gateway/heartbeat.ts'
import { type Books, type Counts, createBooks } from './books.ts'
import type { Bundle } from './bundle.ts'
import { FAULTS, type FaultKind } from './faults.ts'
import { openLinks } from './links.ts'
import type { World } from './messages.ts'
import { FACILITY, type Sabotage } from './process-config.ts'
import { createRandom, mix, type Random } from './random.ts'
import type { Rig, Topology } from './rig.ts'
import { startEmbeddedRig } from './rig-embedded.ts'
import { startOutsideRig } from './rig-outside.ts'
import { PROBE, startTraffic, type Traffic } from './traffic.ts'
import { missingAside, type Verdict, verify } from './verify.ts'

export interface FaultRecord {
  kind: string
  detail: string
  /** Messages that no answer had come for when it struck; a fault counts only when there were any. */
  unacknowledged: number
  /** Of a power cut: unsynced bytes and names that were dropped. */
  dropped?: number
}

export interface RoundResult {
  round: number
  topology: Topology
  counts: Counts
  faults: FaultRecord[]
  /** Time from the end of each group of faults until a fresh message was found in the store. */
  freshMs: number[]
  verdict: Verdict
  totals: GatewayTotals | null
  serverReads: number
  violations: string[]
  seconds: number
}

export interface RoundOptions {
  round: number
  seed: number
  topology: Topology
  messages: number
  faults: number
  sabotage: Sabotage
  /** Names of the faults to choose from. */
  only: RegExp
  bundle: Bundle
  /** For everything that this round leaves on disk; removed when nothing was wrong. */
  dir: string
  signal: AbortSignal
  progress(state: { acknowledged: number; faults: number; doing: string; freshMs: readonly number[] }): void
}

export const FRESH_LIMIT_MS = 5_000
const GIVE_UP_MS = 90_000
/** What refused and conflicting messages may take to be put aside. */
const ASIDE_MS = 20_000
const MAX_GROUP = 3
/** Gives the first rounds a pace before it is known how long a fault takes. */
const FIRST_SLOT_S = 3

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
    violations: [],
    seconds: 0,
  }
  const show = (doing: string): void =>
    options.progress({
      acknowledged: books.counts.acknowledged,
      faults: result.faults.length,
      doing,
      freshMs: result.freshMs,
    })
  const run: Run = { ...options, world, rig, books, traffic, random, result, show }
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
    result.verdict = await verify({
      world,
      books,
      source: store.source,
      aside,
      garbageSafe,
      inventedReceipts: traffic.invented(),
    })
    await store.stop()
    if (sabotage === 'none') result.violations.push(...unbalanced(result))
  } finally {
    traffic.stop()
    await links.stop()
    result.serverReads = rig.serverReads()
    result.violations.push(...rig.gateway.surprises.map(why => `the gateway ended by itself: ${why}`))
    await rig.stop()
  }
  result.seconds = (Date.now() - beganMs) / 1_000
  if (isClean(result) || sabotage !== 'none') rmSync(dir, { recursive: true, force: true })
  return result
}

/** Nothing lost, twice, altered, made up or thrown away, and nothing else that must not be. */
export const isClean = ({ verdict, violations }: RoundResult): boolean =>
  verdict.lost + verdict.twice + verdict.altered + verdict.invented + verdict.notKept === 0 && violations.length === 0

interface Run extends RoundOptions {
  world: World
  rig: Rig
  books: Books
  traffic: Traffic
  random: Random
  result: RoundResult
  show(doing: string): void
}

async function torture(run: Run): Promise<void> {
  const { result, traffic, random, books, signal } = run
  const beganMs = performance.now()
  while (result.faults.length < run.faults) {
    signal.throwIfAborted()
    const done = result.faults.length
    const perFaultS = done > 0 ? (performance.now() - beganMs) / 1_000 / done : FIRST_SLOT_S
    const left = Math.max(0, run.messages - books.counts.acknowledged)
    traffic.pace(Math.min(20_000, Math.max(300, (left / ((run.faults - done) * perFaultS)) * 1.1)))
    await sleep(random.int(50, 500))
    const size = Math.min(run.faults - done, random.chance(0.65) ? 1 : random.int(2, MAX_GROUP))
    await strikeGroup(run, pickGroup(run, size))
    await fresh(run, 'a fresh message to be stored after the faults')
  }
  traffic.pace(5_000)
  await until(run, 'the number of messages asked for', () => books.counts.acknowledged >= run.messages, 600_000)
}

function pickGroup({ rig, random, only }: Run, size: number): FaultKind[] {
  const group: FaultKind[] = []
  const taken = new Set<string>()
  for (let tries = 0; group.length < size && tries < 50; tries += 1) {
    const kind = random.weighted(
      FAULTS.filter(({ name, topologies }) => topologies.includes(rig.topology) && only.test(name)),
    )
    if (kind.on.some(part => taken.has(part))) continue
    group.push(kind)
    for (const part of kind.on) taken.add(part)
  }
  return group
}

async function strikeGroup(run: Run, group: readonly FaultKind[]): Promise<void> {
  const { rig, random, traffic, result, show } = run
  show(group.map(({ name }) => name).join(' + '))
  await Promise.all(
    group.map(async kind => {
      const record: FaultRecord = { kind: kind.name, detail: '', unacknowledged: 0 }
      await sleep(random.int(0, 150))
      // It counts only when something is under way.
      traffic.burst(random.int(20, 60))
      await sleep(random.int(0, 12))
      const ongoing = await kind.begin({
        rig,
        random,
        strikes: () => {
          if (traffic.unacknowledged() === 0) traffic.burst(20)
          record.unacknowledged = Math.max(record.unacknowledged, traffic.unacknowledged())
        },
        stir: () => traffic.burst(3),
        violation: what => void result.violations.push(`${kind.name}: ${what}`),
      })
      await sleep(ongoing.lastsMs)
      await ongoing.end()
      record.detail = ongoing.detail
      if (ongoing.dropped !== undefined) record.dropped = ongoing.dropped
      result.faults.push(record)
    }),
  )
}

/** Sends a message and waits until the store has it. */
async function fresh(run: Run, what: string): Promise<void> {
  const { rig, traffic, result } = run
  const endedMs = performance.now()
  const { deviceMs } = traffic.probe()
  await until(run, what, () => rig.isStored(PROBE, deviceMs), GIVE_UP_MS)
  if (result.faults.length === 0) return
  const tookMs = Math.round(performance.now() - endedMs)
  result.freshMs.push(tookMs)
  if (tookMs > FRESH_LIMIT_MS)
    result.violations.push(
      `a fresh message was stored only after ${tookMs} ms, behind: ${result.faults
        .slice(-MAX_GROUP)
        .map(({ kind }) => kind)
        .join(', ')}`,
    )
}

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
  await until(run, 'the totals', drained, GIVE_UP_MS)
  if (books.counts.resent === 0) result.violations.push('nothing was sent twice: the run proves nothing')
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

async function until(
  run: Run,
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await holds())) {
    run.signal.throwIfAborted()
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${what} (${join(run.dir, 'gateway.log')})`)
    await sleep(30)
  }
}
