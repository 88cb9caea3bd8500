/** Retention: each night, in each facility's own zone, what is older than its rule says is removed; also at once, with progress, and to be stopped. */
import { AppError } from '../../core/errors.ts'
import type { TelemetrySource } from '../../core/ports.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { RetentionRun } from '../../core/registry-retention.ts'
import { wallClock } from '../../core/time.ts'
import type { GatewayQueries } from '../gateway-queries.ts'
import { errorFields, type Log } from '../log.ts'
import { dueOf } from './due.ts'
import { type Preview, previewDue, type Removed, removeDue } from './run.ts'

export interface RetentionOptions {
  registry: Registry
  source: TelemetrySource
  queries: Pick<GatewayQueries, 'ask'>
  /** Runs it as the system's own work. */
  asSystem: <T>(work: () => Promise<T>) => Promise<T>
  clock: () => number
  log: Log
  everyMs?: number
  pauseMs?: number
}
export interface RunningRun extends Removed {
  startedMs: number
  /** 0–1. */
  progress: number
}

export interface Retention {
  start(): void
  /** Changes a facility's rule; counts from the next night, so that a mistake can be taken back until then. */
  set(facility: FacilityRecord, days: number | null, by: string): Promise<void>
  running(facility: string): RunningRun | null
  /** How much would go now, and what would stay; nothing is changed. */
  preview(
    facility: FacilityRecord,
    days: number,
    signal: AbortSignal,
  ): Promise<Preview & Awaited<ReturnType<typeof dueOf>>>
  /** Begins at once; throws `not_ready` where everything is kept, `conflict` while one is under way. */
  run(facility: FacilityRecord, by: string | null): Promise<void>
  /** Throws `not_ready` when none is under way. */
  cancel(facility: string): void
  /** Looks whose night it is; called by itself every ten minutes. */
  look(): Promise<void>
  stop(): Promise<void>
}

const EVERY_MS = 600_000
const PAUSE_MS = 60_000
/** The house sleeps, and few look at curves. */
const HOUR_OF_NIGHT = 2

export function createRetention(options: RetentionOptions): Retention {
  const { registry, source, queries, asSystem, clock, log } = options
  const under = new Map<string, RunningRun & { giveUp: AbortController; ended: Promise<void> }>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()

  function begin(facility: FacilityRecord, days: number, by: string | null): void {
    if (under.has(facility.id)) throw new AppError('conflict', 'A removal is under way already.')
    const giveUp = new AbortController()
    const told = { startedMs: clock(), progress: 0, messages: 0, kept: [], giveUp, ended: Promise.resolve() }
    under.set(facility.id, told)
    told.ended = asSystem(() => carryOut(facility, days, by, told, giveUp.signal))
      .catch((error: unknown) =>
        log.error({ facility: facility.id, ...errorFields(error) }, 'a removal was not recorded'),
      )
      .finally(() => under.delete(facility.id))
  }

  async function carryOut(
    facility: FacilityRecord,
    days: number,
    by: string | null,
    told: RunningRun,
    signal: AbortSignal,
  ): Promise<void> {
    const due = await dueOf(registry, facility, days, told.startedMs)
    told.kept.push(...due.kept)
    const end = { outcome: 'done' as RetentionRun['outcome'], failure: null as string | null }
    try {
      await removeDue(facility, due, told, { source, queries, pauseMs: options.pauseMs ?? PAUSE_MS }, signal)
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal'
      Object.assign(end, signal.aborted ? { outcome: 'cancelled' } : { outcome: 'failed', failure: code })
      if (!signal.aborted)
        log.error({ facility: facility.id, ...errorFields(error) }, 'a removal failed: the next night goes on')
    }
    const { startedMs, messages, kept } = told
    const run = { facility: facility.id, beforeMs: due.beforeMs, days, startedMs, endedMs: clock(), messages, kept }
    await registry.retention.ended({ ...run, ...end, startedBy: by })
    log.info(
      { facility: facility.id, outcome: end.outcome, messages },
      'measurements that are no longer kept were removed',
    )
  }

  async function look(): Promise<void> {
    for (const { facility: id, days } of await registry.retention.rules()) {
      const facility = days === null ? null : await registry.facilities.get(id)
      if (!facility || days === null || under.has(id)) continue
      if (wallClock(clock(), facility.zone).hour < HOUR_OF_NIGHT) continue
      if (await registry.retention.claim(id, dayOf(clock(), facility.zone))) begin(facility, days, null)
    }
  }

  const retention: Retention = {
    start() {
      const again = (): void => {
        looking = retention
          .look()
          .catch((error: unknown) => log.warn(errorFields(error), 'retention could not be looked at, trying again'))
      }
      // Who was off at night makes up for it.
      again()
      timer = setInterval(again, options.everyMs ?? EVERY_MS)
    },
    async set(facility, days, by) {
      const today = dayOf(clock(), facility.zone)
      await registry.retention.set(facility.id, days, today, { by, nowMs: clock() })
    },
    running: facility => under.get(facility) ?? null,
    async preview(facility, days, signal) {
      const due = await dueOf(registry, facility, days, clock())
      return { ...due, ...(await previewDue(facility, due, source, signal)) }
    },
    async run(facility, by) {
      const days = (await registry.retention.rule(facility.id))?.days ?? null
      if (days === null) throw new AppError('not_ready', 'This facility keeps everything: set its days first.')
      begin(facility, days, by)
    },
    cancel(facility) {
      const run = under.get(facility)
      if (!run) throw new AppError('not_ready', 'No removal is under way.')
      run.giveUp.abort()
    },
    look: () => asSystem(look),
    async stop() {
      clearInterval(timer)
      await looking
      for (const { giveUp } of under.values()) giveUp.abort()
      await Promise.all([...under.values()].map(({ ended }) => ended))
    },
  }
  return retention
}

function dayOf(ms: number, zone: string): string {
  const { year, month, day } = wallClock(ms, zone)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}`
}
