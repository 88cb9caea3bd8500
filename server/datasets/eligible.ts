/** Refuses a dataset that cannot come out, with the reason, before anyone waits for it. */
import { AppError } from '../../core/errors.ts'
import { type ExportInput, eligibleResidents } from '../export/input.ts'
import { p0Policy } from '../export/policy.ts'

/** Throws `too_few_people` without saying how few: the number itself could tell who is in. */
export function requirePublishable(input: ExportInput): void {
  if (eligibleResidents(input) >= p0Policy.minResidents) return
  throw new AppError(
    'too_few_people',
    `Fewer than ${p0Policy.minResidents} residents with consent used these devices in this period: nothing could be published. Choose a longer period or more device types.`,
  )
}
