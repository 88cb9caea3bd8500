/** The time of torture in a round: faults in groups under traffic, and after each group a fresh message that must come through. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AlarmWatch } from './alarms.ts'
import type { Books } from './books.ts'
import type { FaultKind } from './fault-kinds.ts'
import { FAULTS } from './faults.ts'
import type { World } from './messages.ts'
import type { Random } from './random.ts'
import type { Rig } from './rig.ts'
import type { FaultRecord, RoundOptions, RoundResult } from './round-types.ts'
import { PROBE, type Traffic } from './traffic.ts'

export const FRESH_LIMIT_MS = 5_000
/** A system that has not done in this time what it should do in a moment stands still. */
export const GIVE_UP_MS = 90_000
const MAX_GROUP = 3
/** Gives the first rounds a pace before it is known how long a fault takes. */
const FIRST_SLOT_S = 3

export interface Run extends RoundOptions {
  alarms: AlarmWatch
  world: World
  rig: Rig
  books: Books
  traffic: Traffic
  random: Random
  result: RoundResult
  show(doing: string): void
}

export async function torture(run: Run): Promise<void> {
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
export async function fresh(run: Run, what: string): Promise<void> {
  const { rig, traffic, result } = run
  const endedMs = performance.now()
  const { deviceMs } = traffic.probe()
  await until(run, what, () => rig.isStored(PROBE, deviceMs), GIVE_UP_MS)
  if (result.faults.length === 0) return
  const tookMs = Math.round(performance.now() - endedMs)
  result.freshMs.push(tookMs)
  if (tookMs > FRESH_LIMIT_MS)
    result.late.push(
      `a fresh message was stored only after ${tookMs} ms, behind: ${result.faults
        .slice(-MAX_GROUP)
        .map(({ kind }) => kind)
        .join(', ')}`,
    )
}

export async function until(
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
