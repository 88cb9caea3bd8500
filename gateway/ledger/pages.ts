/** Pages of the ledger: newest hour first, devices in order; recounted first where that is asked for. */
import { AppError } from '../../core/errors.ts'
import { HOUR_MS, type LedgerRow, type QueryMessage } from '../../core/ledger.ts'
import { type AnswerPage, createPage } from '../answer-page.ts'
import { hourOf } from './counts.ts'
import type { Ledger } from './ledger.ts'
import type { Recount } from './recount.ts'

/** Throws `bad_query` where `after` is no continuation, `store_unavailable` when a recount is asked for and the store does not answer. */
export async function ledgerPage(
  ledger: Ledger,
  recount: Recount | null,
  facility: string,
  { filter, limit, after }: Pick<QueryMessage, 'filter' | 'limit' | 'after'>,
): Promise<AnswerPage<LedgerRow>> {
  const { device, from, to } = filter
  const start = after === undefined ? null : placeOf(after)
  const page = createPage<LedgerRow>(limit)
  let scanned = 0
  for (const hour of ledger.hours()) {
    if (from !== undefined && hour < hourOf(from)) break
    if ((to !== undefined && hour >= to) || (start && hour > start.hour)) continue
    // A device that has few rows must not make us read five years for one page.
    if (++scanned > MAX_HOURS) return page.end(`${hour + HOUR_MS}/${BEHIND_ALL}`)
    if (filter.recount) {
      if (!recount) throw new AppError('store_unavailable', 'there is no store to ask')
      await recount(facility, hour)
    }
    for (const row of await ledger.rows(facility, hour)) {
      if (device !== undefined && row.device !== device) continue
      if (start?.hour === hour && row.device <= start.device) continue
      if (!page.add(row, `${hour}/${row.device}`)) return page.end()
    }
  }
  return page.end()
}

const MAX_HOURS = 1_000
/** Sorts behind every name. */
const BEHIND_ALL = '~'

function placeOf(after: string): { hour: number; device: string } {
  const [, hour, device] = /^(\d{1,15})\/(.{0,64})$/.exec(after) ?? []
  if (hour === undefined || device === undefined) throw new AppError('bad_query', 'after is no continuation')
  return { hour: Number(hour), device }
}
