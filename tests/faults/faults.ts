/** The faults: what each does to the running system, how long, and how it ends. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultContext, FaultKind, Leg, Ongoing, Part } from './fault-kinds.ts'
import { aimedCut, cut, cutAfterKill, diskFull, killGateway, syncFails } from './gateway-faults.ts'
import type { Random } from './random.ts'
import type { StoreMood } from './store-proxy.ts'
import type { Toxics } from './tcp-proxy.ts'

const BOTH = ['embedded', 'outside'] as const
const OUTSIDE = ['outside'] as const
/** Gateway and broker never end together: what the broker then remembers of the gateway's life keeps the next one away for half a minute. */
const ENDS: readonly Part[] = ['gateway', 'broker', 'net gateway']
const nothing = async (): Promise<void> => undefined
export const FAULTS: readonly FaultKind[] = [
  { name: 'kill gateway', on: ENDS, weight: 6, topologies: BOTH, begin: killGateway },
  { name: 'power cut', on: ENDS, weight: 14, topologies: BOTH, begin: context => cut(context, 'power cut') },
  { name: 'power cut, aimed', on: ENDS, weight: 24, topologies: BOTH, begin: aimedCut },
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
