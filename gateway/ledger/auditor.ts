/** Sees to it that the ledger is checked: recounts each closed hour and older ones in turn, watches the packets, keeps where it is red, alarms. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import { HOUR_MS } from '../../core/ledger.ts'
import { errorFields, type Log } from '../log.ts'
import { hourOf } from './counts.ts'
import type { Ledger } from './ledger.ts'
import type { PacketBalance } from './packet-balance.ts'
import type { Recount } from './recount.ts'
import { RED_KEPT_MS } from './state.ts'

export interface AuditorDeps {
  ledger: Ledger
  /** Null: there is no store to ask. */
  recount: Recount | null
  balance: PacketBalance
  storePosition(): number
  facilities(): Iterable<string>
  /** How many are still dead. */
  deadLetters(facility: string): number
  /** A technical alarm begins or ends. */
  raise(facility: string, code: 'ledger_unbalanced' | 'dead_letters', active: boolean, detail: string): void
  clock(): number
  log: Log
  /** How often is looked whether an hour is due. */
  everyMs?: number
}

export interface Auditor {
  start(): void
  /** Rows of the last 31 days in which an equation does not hold. */
  redRows(facility: string): number
  /** Has a closed hour recounted at the next occasion. */
  again(hour: number): Promise<void>
  stop(): Promise<void>
}

const EVERY_MS = 2_000
const STOP_MS = 2_000

export function createAuditor(deps: AuditorDeps): Auditor {
  const { ledger, recount, balance, clock, log } = deps
  const { state } = ledger
  const stopping = new AbortController()
  const raised = new Map<string, boolean>()
  let openRed = new Map<string, number>()
  let working: Promise<void> = Promise.resolve()
  let busy = false
  let timer: NodeJS.Timeout | undefined
  let storeAway = false
  ledger.onChange(markRed)

  return {
    start() {
      timer = setInterval(() => {
        if (!busy) working = look()
      }, deps.everyMs ?? EVERY_MS)
    },
    redRows,
    async again(hour) {
      const { pending } = state.get()
      if (!pending.includes(hour) && (await ledger.closed(hour))) await state.change({ pending: [...pending, hour] })
    },
    async stop() {
      stopping.abort()
      clearInterval(timer)
      // A store that hangs must not keep the gateway from ending.
      await Promise.race([working, sleep(STOP_MS, undefined, { ref: false })])
    },
  }

  function redRows(facility: string): number {
    const { red, packets } = state.get()
    const sinceMs = clock() - RED_KEPT_MS
    const closed = red.filter(entry => entry.facility === facility && entry.hour >= sinceMs)
    const differing = packets.filter(entry => entry.facility === facility && entry.hour >= sinceMs)
    return closed.reduce((sum, { rows }) => sum + rows, 0) + differing.length + (openRed.get(facility) ?? 0)
  }

  async function look(): Promise<void> {
    busy = true
    try {
      await takeDifferences()
      await lookAtOpen()
      alarm()
      await recountDue()
      alarm()
    } catch (error) {
      log.error(errorFields(error), 'the message ledger could not be checked, trying again')
    } finally {
      busy = false
    }
  }

  async function takeDifferences(): Promise<void> {
    const found = balance.differences()
    if (found.length === 0) return
    const hour = hourOf(clock())
    for (const { facility, difference } of found)
      log.error({ facility, difference }, 'packets acknowledged and packets committed differ')
    const kept = state.get().packets.filter(entry => entry.hour >= clock() - RED_KEPT_MS)
    await state.change({ packets: [...kept, ...found.map(entry => ({ ...entry, hour }))] })
  }

  /** The packets' rows are counted apart: they are red although nothing else of their hour may be. */
  async function redIn(facility: string, hour: number): Promise<number> {
    const rows = await ledger.rows(facility, hour)
    return rows.filter(row => row.red.some(equation => equation !== 'packets')).length
  }

  async function lookAtOpen(): Promise<void> {
    const red = new Map<string, number>()
    for (const hour of ledger.hours().slice(0, 3)) {
      if ((await ledger.closed(hour)) !== null) continue
      for (const facility of deps.facilities())
        red.set(facility, (red.get(facility) ?? 0) + (await redIn(facility, hour)))
    }
    openRed = red
  }

  async function markRed(hour: number, facilities: readonly string[]): Promise<void> {
    const found: { facility: string; hour: number; rows: number }[] = []
    for (const facility of facilities) {
      const rows = await redIn(facility, hour)
      if (rows > 0) found.push({ facility, hour, rows })
    }
    const { red } = state.get()
    const others = red.filter(
      entry => entry.hour >= clock() - RED_KEPT_MS && (entry.hour !== hour || !facilities.includes(entry.facility)),
    )
    if (found.length > 0 || others.length !== red.length) await state.change({ red: [...others, ...found] })
  }

  function alarm(): void {
    for (const facility of deps.facilities()) {
      tell(facility, 'ledger_unbalanced', redRows(facility), 'the message ledger does not balance')
      tell(facility, 'dead_letters', deps.deadLetters(facility), 'the store has refused messages')
    }
  }

  function tell(facility: string, code: 'ledger_unbalanced' | 'dead_letters', rows: number, text: string): void {
    const key = `${facility}/${code}`
    const active = rows > 0
    // What an earlier process raised may have ended with it: the first time it is told in any case.
    if (raised.get(key) === active) return
    raised.set(key, active)
    if (active) log.error({ facility, rows }, text)
    deps.raise(facility, code, active, `${rows} ${rows === 1 ? 'row' : 'rows'}`)
  }

  async function recountDue(): Promise<void> {
    if (!recount) return
    try {
      for (const hour of [...state.get().pending].sort((a, b) => a - b)) {
        if (stopping.signal.aborted) return
        const done = await recountHour(hour)
        if (done) await state.change({ pending: state.get().pending.filter(other => other !== hour) })
        // Each new hour is the occasion to look at one old one too.
        if (done) await rotate()
      }
      storeAway = false
    } catch (error) {
      if (!(error instanceof AppError) || !error.code.startsWith('store_')) throw error
      if (!storeAway) log.warn(errorFields(error), 'the store cannot be asked for a recount, trying again')
      storeAway = true
    }
  }

  /** @returns false while the hour is not done with */
  async function recountHour(hour: number): Promise<boolean> {
    const closed = await ledger.closed(hour)
    if (!closed) return !ledger.hours().includes(hour)
    if (deps.storePosition() < closed.to) return false
    for (const facility of closed.rows.keys()) await recount?.(facility, hour)
    return true
  }

  async function rotate(): Promise<void> {
    const { rotation, pending } = state.get()
    const oldest = clock() - RED_KEPT_MS
    const old = ledger.hours().filter(hour => hour >= oldest && hour < clock() - 2 * HOUR_MS && !pending.includes(hour))
    // Towards the past, then from the newest again.
    const next = old.find(hour => rotation === null || hour < rotation) ?? old[0]
    if (next === undefined) return
    if (await recountHour(next)) await state.change({ rotation: next })
  }
}
