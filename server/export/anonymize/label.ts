/** The product label: what a set of tables is, concluded from the tables themselves, never from what was asked for. */
import { AppError } from '../../../core/errors.ts'
import type { P0Policy } from '../policy.ts'
import type { P0Tables } from './p0.ts'

/**
 * `P0` when every row of every table speaks of enough residents together, or of none.
 * @throws AppError `too_few_people` when there is no such row at all, `gate_refused` when the tables are no product.
 */
export function productOf(tables: P0Tables, policy: P0Policy): 'P0' {
  if (tables.published.length === 0)
    throw new AppError('too_few_people', 'No cell has enough residents; nothing can be published')
  if (tables.published.some(cell => cell.residents < policy.minResidents))
    throw new AppError('gate_refused', 'A row speaks of too few residents')
  return 'P0'
}
