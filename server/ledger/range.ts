/** Stretches of time of the ledger: whole hours as asked, and the finished days that a maker may know of. */
import { AppError } from '../../core/errors.ts'
import { HOUR_MS } from '../../core/ledger.ts'
import { fromWallClock, parseRfc3339, wallClock } from '../../core/time.ts'

/** Epoch ms, half-open. */
export interface Range {
  fromMs: number
  toMs: number
}

const DAY_HOURS = 24
const MAX_HOURS = 7 * DAY_HOURS
const MAKER_DAYS = 7
const KEPT_MS = 30 * DAY_HOURS * HOUR_MS

/** Whole hours: those asked for, or this one and the 23 before it. Throws `bad_request`. */
export function hoursAsked(query: { from?: string | undefined; to?: string | undefined }, nowMs: number): Range {
  const toMs = Math.ceil((instant(query.to, 'to') ?? nowMs + 1) / HOUR_MS) * HOUR_MS
  const fromMs = Math.floor((instant(query.from, 'from') ?? toMs - DAY_HOURS * HOUR_MS) / HOUR_MS) * HOUR_MS
  if (fromMs >= toMs) throw new AppError('bad_request', 'from: must lie before to.')
  if (toMs - fromMs > MAX_HOURS * HOUR_MS)
    throw new AppError('bad_request', `from: at most ${MAX_HOURS} hours are answered at once.`)
  return { fromMs, toMs }
}

/** To the millisecond: as asked, or the last 24 hours. Nothing older than 30 days is kept. Throws `bad_request`. */
export function spanAsked(query: { from?: string | undefined; to?: string | undefined }, nowMs: number): Range {
  const toMs = instant(query.to, 'to') ?? nowMs + 1
  const fromMs = Math.max(instant(query.from, 'from') ?? toMs - DAY_HOURS * HOUR_MS, nowMs - KEPT_MS)
  if (fromMs >= toMs) throw new AppError('bad_request', 'from: must lie before to, and within the last 30 days.')
  return { fromMs, toMs }
}

/** The last seven days of the zone that are over: figures about them change no more, so that asking again and again tells no moment. */
export function finishedDays(nowMs: number, zone: string): Range {
  const toMs = startOfDay(nowMs, zone)
  let fromMs = toMs
  // From the noon before, so that a day of 23 or 25 hours is one day.
  for (let day = 0; day < MAKER_DAYS; day++) fromMs = startOfDay(fromMs - 12 * HOUR_MS, zone)
  return { fromMs, toMs }
}

const startOfDay = (ms: number, zone: string): number =>
  fromWallClock({ ...wallClock(ms, zone), hour: 0, minute: 0, second: 0 }, zone)

function instant(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const ms = parseRfc3339(text)
  if (ms === null) throw new AppError('bad_request', `${name}: no such time exists.`)
  return ms
}
