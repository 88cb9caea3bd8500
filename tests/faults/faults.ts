/** The faults: what each does to the running system, how long, and how it ends. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Point } from './disk.ts'
import { LUCK } from './power-cut.ts'
import type { Random } from './random.ts'
import type { Rig, Topology } from './rig.ts'
import type { StoreMood } from './store-proxy.ts'
import type { Toxics } from './tcp-proxy.ts'

export interface FaultContext {
  rig: Rig
  random: Random
  /** Called at the moment at which the fault strikes; at the worst of several it counts. */
  strikes(): void
  /** Sends a few messages, so that something is under way. */
  stir(): void
  /** Something that must not be was seen. */
  violation(what: string): void
}
export interface Ongoing {
  /** What exactly it did. */
  detail: string
  /** Of a power cut: unsynced bytes and names that were dropped. */
  dropped?: number
  lastsMs: number
  /** Puts an end to it; when it returns the fault has ended, and what was killed has been started again. */
  end(): Promise<void>
}
type Leg = 'device' | 'gateway' | 'store'
type Part = 'gateway' | 'broker' | 'store' | 'server' | 'store answers' | `net ${Leg}`
export interface FaultKind {
  name: string
  /** Two faults of one group never share a part. */
  on: readonly Part[]
  weight: number
  topologies: readonly Topology[]
  begin(context: FaultContext): Promise<Ongoing>
}

const BOTH = ['embedded', 'outside'] as const
const OUTSIDE = ['outside'] as const
/** Gateway and broker never end together: what the broker then remembers of the gateway's life keeps the next one away for half a minute. */
const ENDS: readonly Part[] = ['gateway', 'broker', 'net gateway']
const nothing = async (): Promise<void> => undefined
/** An aimed death may wait for an operation that does not come. */
const AIM_MS = 1_000
/** Where a process is made to die; most often where messages are being made durable. */
const AIMS: readonly { point: Point; weight: number }[] = [
  { point: 'written', weight: 6 },
  { point: 'sync', weight: 4 },
  { point: 'synced', weight: 4 },
  { point: 'create', weight: 1 },
  { point: 'write', weight: 2 },
  { point: 'rename', weight: 1 },
  { point: 'renamed', weight: 2 },
  { point: 'folder', weight: 2 },
  { point: 'foldered', weight: 1 },
  { point: 'remove', weight: 1 },
]
const FAIL_STOP_MS = 4_000
/** What is only kept to be quicker after the next start: no message depends on it. */
const CACHES = /^(board|registry-.*)\.json(\.tmp)?$/

export const FAULTS: readonly FaultKind[] = [
  { name: 'kill gateway', on: ENDS, weight: 6, topologies: BOTH, begin: killGateway },
  { name: 'power cut', on: ENDS, weight: 14, topologies: BOTH, begin: context => cut(context, 'power cut') },
  { name: 'power cut, aimed', on: ENDS, weight: 14, topologies: BOTH, begin: aimedCut },
  { name: 'power cut after kill', on: [...ENDS, 'net device'], weight: 5, topologies: BOTH, begin: cutAfterKill },
  { name: 'disk: sync fails', on: ENDS, weight: 5, topologies: BOTH, begin: syncFails },
  { name: 'disk full', on: ['gateway'], weight: 5, topologies: BOTH, begin: diskFull },
  ...(['broker', 'store', 'server'] as const).map(
    (program): FaultKind => ({
      name: `kill ${program}`,
      on: program === 'broker' ? ENDS : [program],
      weight: program === 'server' ? 4 : 6,
      topologies: OUTSIDE,
      begin: context => killProgram(context, program),
    }),
  ),
  { name: 'kill store, away for long', on: ['store'], weight: 0.7, topologies: OUTSIDE, begin: storeAway },
  ...(['device', 'gateway', 'store'] as const).flatMap(leg =>
    (['reset', 'slice', 'delay', 'narrow', 'black hole', 'refuse'] as const).map(
      (toxic): FaultKind => ({
        name: `net ${leg}: ${toxic}`,
        on: [`net ${leg}`],
        weight: leg === 'device' ? 2 : 1.5,
        topologies: leg === 'device' ? BOTH : OUTSIDE,
        begin: context => spoilConnection(context, leg, toxic),
      }),
    ),
  ),
  ...(
    [
      ['400 once', () => ({ kind: 'status', status: 400, times: 1 })],
      ['401', () => ({ kind: 'status', status: 401 })],
      ['404', () => ({ kind: 'status', status: 404 })],
      ['413', random => ({ kind: 'too-large', bytes: random.int(2_000, 20_000) })],
      ['422 once', () => ({ kind: 'status', status: 422, times: 1 })],
      ['429', () => ({ kind: 'status', status: 429, retryAfterS: 1 })],
      ['503', random => ({ kind: 'status', status: 503, ...(random.chance(0.5) ? { retryAfterS: 1 } : {}) })],
      ['500 after storing', () => ({ kind: 'stored-but', answer: 500 })],
      ['reset after storing', () => ({ kind: 'stored-but', answer: 'reset' })],
      ['hang, then pass', () => ({ kind: 'hang', afterwards: 'pass' })],
      ['hang, then reset', () => ({ kind: 'hang', afterwards: 'reset' })],
    ] satisfies [string, (random: Random) => StoreMood][]
  ).map(
    ([name, mood]): FaultKind => ({
      name: `store: ${name}`,
      on: ['store answers'],
      weight: 1.5,
      topologies: OUTSIDE,
      begin: context => spoilAnswers(context, mood(context.random)),
    }),
  ),
  ...([400, 422] as const).map(
    (status): FaultKind => ({
      name: `store: never takes a row, ${status}`,
      on: ['store answers'],
      weight: 2,
      topologies: OUTSIDE,
      begin: context => refuseARow(context, status),
    }),
  ),
]

async function killGateway({ rig, random, strikes }: FaultContext): Promise<Ongoing> {
  strikes()
  rig.gateway.mayEnd()
  await rig.gateway.process.kill()
  return { detail: 'SIGKILL', lastsMs: random.int(0, 300), end: async () => rig.gateway.start() }
}

async function cut({ rig, random, strikes }: FaultContext, how: string): Promise<Ongoing> {
  strikes()
  const luck = random.pick(LUCK)
  const { lostBytes, lostNames } = await rig.gateway.cutPower(luck, random)
  const detail = `${how}, luck: ${luck}; ${lostBytes} bytes and ${lostNames} names gone`
  return { detail, dropped: lostBytes + lostNames, lastsMs: random.int(0, 200), end: async () => rig.gateway.start() }
}

/** The process dies at a certain step of making something durable, then the power is cut. */
async function aimedCut(context: FaultContext): Promise<Ongoing> {
  const { rig, random } = context
  const { point } = random.weighted(AIMS)
  rig.gateway.mayEnd()
  rig.gateway.order({ disk: 'die', point, after: random.int(1, 3) })
  await untilDead(context)
  return cut(context, rig.gateway.process.running() ? `at any moment (no ${point} came)` : `at ${point}`)
}

/** Under traffic: something should be on its way when the process dies. */
async function untilDead({ rig, stir }: FaultContext): Promise<void> {
  const deadline = performance.now() + AIM_MS
  while (rig.gateway.process.running() && performance.now() < deadline) {
    stir()
    await Promise.race([rig.gateway.process.ended(), sleep(15)])
  }
}

/**
 * What a killed process had written and not synced is taken up by the next one, and may be in the store before the power fails: the devices
 * are kept away meanwhile, so that no later sync covers it up.
 */
async function cutAfterKill(context: FaultContext): Promise<Ongoing> {
  const { rig, random } = context
  const point = random.pick(['written', 'written', 'sync', 'renamed', 'folder'] as const)
  rig.gateway.mayEnd()
  rig.gateway.order({ disk: 'die', point, after: 1 })
  await untilDead(context)
  context.strikes()
  rig.proxies.device.set({ hold: true })
  await rig.gateway.process.kill()
  rig.gateway.start()
  const deadline = performance.now() + 3_000
  while (!rig.gateway.ready() && performance.now() < deadline) await sleep(20)
  await sleep(random.int(100, 900))
  const ongoing = await cut(context, `after a kill at ${point}`)
  rig.proxies.device.set({})
  return ongoing
}

/** Fail-stop: after a failed sync the process must end, for a second one would lie. */
async function syncFails({ rig, random, strikes, violation }: FaultContext): Promise<Ongoing> {
  const { gateway } = rig
  const before = gateway.failures.length
  gateway.mayEnd()
  gateway.order({ disk: 'fail', on: 'sync', code: 'EIO', count: 1 })
  strikes()
  await Promise.race([gateway.process.ended(), sleep(FAIL_STOP_MS)])
  const failed = gateway.failures[before]
  if (gateway.process.running() && failed !== undefined && !CACHES.test(failed))
    violation(`the process went on after a failed sync of ${failed}`)
  const luck = random.pick(LUCK)
  const { lostBytes } = await gateway.cutPower(luck, random)
  return {
    detail: `EIO${failed === undefined ? ' (no sync came)' : ` on ${failed}`}; ${lostBytes} bytes gone`,
    lastsMs: 0,
    end: async () => gateway.start(),
  }
}

async function diskFull({ rig, random, strikes, violation }: FaultContext): Promise<Ongoing> {
  const ends = rig.gateway.surprises.length
  rig.gateway.order({ disk: 'fail', on: 'write', code: 'ENOSPC' })
  strikes()
  return {
    detail: 'ENOSPC on every write',
    lastsMs: random.int(200, 1_200),
    async end() {
      rig.gateway.order({ disk: 'well' })
      if (rig.gateway.surprises.length > ends) violation('the process ended on a full disk')
    },
  }
}

async function killProgram(
  { rig, random, strikes }: FaultContext,
  program: 'broker' | 'store' | 'server',
): Promise<Ongoing> {
  const child = rig.programs[program]
  if (!child) throw new Error(`there is no ${program}`)
  strikes()
  await child.kill()
  return { detail: 'SIGKILL', lastsMs: random.int(0, 400), end: () => child.restart() }
}

/** Long enough for the waits between tries to have grown. */
async function storeAway(context: FaultContext): Promise<Ongoing> {
  const ongoing = await killProgram(context, 'store')
  return { ...ongoing, lastsMs: context.random.int(5_000, 12_000) }
}

type Toxic = 'reset' | 'slice' | 'delay' | 'narrow' | 'black hole' | 'refuse'

async function spoilConnection({ rig, random, strikes }: FaultContext, leg: Leg, toxic: Toxic): Promise<Ongoing> {
  const proxy = rig.proxies[leg]
  if (!proxy) throw new Error(`there is no proxy for ${leg}`)
  const toxics: Record<Toxic, Toxics> = {
    reset: {},
    slice: { sliceBytes: random.int(1, 40) },
    delay: { delayMs: random.int(20, 200) },
    narrow: { bytesPerSecond: random.int(20_000, 200_000) },
    'black hole': { hold: true },
    refuse: { refuse: true },
  }
  strikes()
  proxy.set(toxics[toxic])
  // What was held may come through after all, or be cut off in the middle.
  const breaks = toxic === 'reset' || toxic === 'refuse' || (toxic !== 'delay' && random.chance(0.5))
  if (toxic === 'reset' || toxic === 'refuse') proxy.reset()
  return {
    detail: `${JSON.stringify(toxics[toxic])}${breaks ? ', reset' : ''}`,
    lastsMs: toxic === 'reset' ? 0 : random.int(200, 900),
    async end() {
      if (breaks && toxic !== 'reset') proxy.reset()
      proxy.set({})
    },
  }
}

async function spoilAnswers({ rig, random, strikes }: FaultContext, mood: StoreMood): Promise<Ongoing> {
  const proxy = rig.storeProxy
  if (!proxy) throw new Error('there is no store proxy')
  const before = proxy.spoilt()
  strikes()
  proxy.set(mood)
  await spoilt(proxy, before)
  const end = async (): Promise<void> => proxy.set({ kind: 'well' })
  return { detail: JSON.stringify(mood), lastsMs: random.int(0, 500), end }
}

async function refuseARow({ rig, random, strikes }: FaultContext, status: 400 | 422): Promise<Ongoing> {
  const proxy = rig.storeProxy
  if (!proxy) throw new Error('there is no store proxy')
  const before = proxy.spoilt()
  strikes()
  proxy.refuseARow(status)
  await spoilt(proxy, before)
  return { detail: `one row, ${status}`, lastsMs: random.int(0, 300), end: nothing }
}

/** Until it has hit a request; other faults of the group may keep requests away. */
async function spoilt(proxy: { spoilt(): number }, before: number): Promise<void> {
  const deadline = performance.now() + 1_500
  while (proxy.spoilt() === before && performance.now() < deadline) await sleep(20)
}
