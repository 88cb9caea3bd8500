/** Faults of the process that holds the spool, and of its disk: kills, power cuts, failing syncs, no room. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Point } from './disk-orders.ts'
import type { FaultContext, Ongoing } from './fault-kinds.ts'
import { LUCK } from './power-cut.ts'

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

export async function killGateway({ rig, random, strikes }: FaultContext): Promise<Ongoing> {
  strikes()
  rig.gateway.mayEnd()
  await rig.gateway.process.kill()
  return { detail: 'SIGKILL', lastsMs: random.int(0, 300), end: async () => rig.gateway.start() }
}

export async function cut({ rig, random, strikes }: FaultContext, how: string): Promise<Ongoing> {
  strikes()
  const luck = random.pick(LUCK)
  const { lostBytes, lostNames } = await rig.gateway.cutPower(luck, random)
  const detail = `${how}, luck: ${luck}; ${lostBytes} bytes and ${lostNames} names gone`
  return { detail, dropped: lostBytes + lostNames, lastsMs: random.int(0, 200), end: async () => rig.gateway.start() }
}

/** The process dies at a certain step of making something durable, then the power is cut. */
export async function aimedCut(context: FaultContext): Promise<Ongoing> {
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
export async function cutAfterKill(context: FaultContext): Promise<Ongoing> {
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
export async function syncFails({ rig, random, strikes, violation }: FaultContext): Promise<Ongoing> {
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

export async function diskFull({ rig, random, strikes, violation }: FaultContext): Promise<Ongoing> {
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
