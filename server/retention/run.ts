/** Carries one facility's retention out, stretch by stretch, by asking its gateway; and tells beforehand how much it would be. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { TelemetrySource } from '../../core/ports.ts'
import type { FacilityRecord } from '../../core/registry.ts'
import type { RetentionKept } from '../../core/registry-retention.ts'
import type { GatewayQueries } from '../gateway-queries.ts'
import { type Counted, countIn, type Due, portionsOf, takenOf } from './due.ts'
import type { Span } from './spans.ts'

export interface RunDeps {
  source: TelemetrySource
  queries: Pick<GatewayQueries, 'ask'>
  /** Pause before a gateway or store that does not answer is asked again. */
  pauseMs: number
}
export interface Removed {
  messages: number
  kept: RetentionKept[]
}

/** Devices that are named in one question. */
const NAMED = 500
/** A gateway may be restarted, a store be away for a while. */
const TRIES = 30
/** A day of a large house on a slow disk. */
const TIMEOUT_MS = 600_000

/** `told` is filled as it goes on, so that whoever gives up knows what went. Throws AppErrors, and the signal's reason. */
export async function removeDue(
  facility: FacilityRecord,
  due: Due,
  told: Removed & { progress: number },
  { source, queries, pauseMs }: RunDeps,
  signal: AbortSignal,
): Promise<void> {
  const unsettled = new Set<string>()
  for (const piece of due.pieces) {
    const taken = takenOf(piece, due.devices)
    if (!taken) continue
    const count = (span: Span) => patiently(() => countIn(source, facility, span, taken))
    for await (const span of portionsOf(piece, due.oldestMs, count)) {
      for (const named of namesOf(taken)) await removeOne(span, named)
      told.progress = Math.max(0, (span.toMs - due.oldestMs) / Math.max(1, due.beforeMs - due.oldestMs))
    }
  }

  async function removeOne({ fromMs, toMs }: Span, named: { devices?: string[] }): Promise<void> {
    const filter = { from: fromMs, to: toMs, ...named }
    const { items } = await patiently(() => queries.ask(facility.id, 'remove', { filter, timeoutMs: TIMEOUT_MS }))
    for (const { messages, kept } of items) {
      told.messages += messages
      for (const { device } of kept) unsettled.add(device)
      if (kept.length > 0) noteUnsettled(told.kept, unsettled.size, { fromMs, toMs })
    }
  }

  async function patiently<T>(action: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      signal.throwIfAborted()
      try {
        return await action()
      } catch (error) {
        if (!(error instanceof AppError) || !error.retryable || tries >= TRIES) throw error
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }
}

/** One line for all that the ledger held back. */
function noteUnsettled(kept: RetentionKept[], devices: number, { fromMs, toMs }: Span): void {
  const known = kept.find(({ reason }) => reason === 'ledger')
  if (!known) kept.push({ reason: 'ledger', id: null, devices, fromMs, toMs })
  else Object.assign(known, { devices, fromMs: Math.min(known.fromMs, fromMs), toMs: Math.max(known.toMs, toMs) })
}

function* namesOf({ devices }: { devices?: string[] }): Iterable<{ devices?: string[] }> {
  if (!devices) yield {}
  for (let at = 0; devices && at < devices.length; at += NAMED) yield { devices: devices.slice(at, at + NAMED) }
}

export interface Preview {
  removed: Counted
  keptCounts: Counted
  /** Nothing of what would go is older; null: nothing would. */
  foundMs: number | null
}

/** Counts only. */
export async function previewDue(
  facility: FacilityRecord,
  due: Due,
  source: TelemetrySource,
  signal: AbortSignal,
): Promise<Preview> {
  const nothing = () => ({ telemetry: 0, events: 0 })
  const found: Preview = { removed: nothing(), keptCounts: nothing(), foundMs: null }
  for (const piece of due.pieces) {
    const taken = takenOf(piece, due.devices)
    const counting = (devices: { devices?: readonly string[] }) => (span: Span) => {
      signal.throwIfAborted()
      return countIn(source, facility, span, devices)
    }
    if (taken)
      for await (const portion of portionsOf(piece, due.oldestMs, counting(taken))) {
        found.foundMs ??= portion.fromMs
        add(found.removed, portion)
      }
    if (piece.held.size > 0)
      for await (const portion of portionsOf(piece, due.oldestMs, counting({ devices: [...piece.held] })))
        add(found.keptCounts, portion)
  }
  return found
}

function add(sum: Counted, more: Counted): void {
  sum.telemetry += more.telemetry
  sum.events += more.events
}
