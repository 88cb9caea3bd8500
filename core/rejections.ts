/** The closed list of reasons for which the edge refuses, in the order in which they are reported. */
import { z } from 'zod'

const REJECTION_REASONS = [
  'too_large',
  'not_json',
  'schema',
  'version',
  'unknown_device',
  'wrong_facility',
  'not_own_topic',
  'unknown_metric',
  'out_of_range',
  'wrong_unit',
  'future_time',
  'too_old',
] as const
export const rejectionReasonSchema = z.enum(REJECTION_REASONS)
export type RejectionReason = z.infer<typeof rejectionReasonSchema>

/** These refuse one metric and keep the rest of its message. */
const METRIC_REASONS: ReadonlySet<RejectionReason> = new Set(['unknown_metric', 'out_of_range', 'wrong_unit'])
/** These can be cured on our side (enrol the device), so the device keeps the message and sends it again. */
const CURABLE_REASONS: ReadonlySet<RejectionReason> = new Set(['unknown_device', 'wrong_facility'])

export const refusesMetricOnly = (reason: RejectionReason): boolean => METRIC_REASONS.has(reason)
export const isCurable = (reason: RejectionReason): boolean => CURABLE_REASONS.has(reason)

/** The first of several reasons in the list's order; the list must not be empty. */
export const firstReason = (reasons: readonly RejectionReason[]): RejectionReason => {
  const first = REJECTION_REASONS.find(reason => reasons.includes(reason))
  if (!first) throw new Error('firstReason needs at least one reason')
  return first
}

/** Payload of a device's `rejected` topic. `detail` names rules and limits, never values. */
export const rejectedMessageSchema = z.object({
  boot: z.string().optional(),
  seq: z.int().optional(),
  /** SHA-256 of the MQTT payload as received, hex. */
  sha256: z.string(),
  reason: rejectionReasonSchema,
  /** All refused metrics of the message. */
  fields: z.array(z.string()).optional(),
  detail: z.string(),
  /** True: the device drops that message. False: it keeps it and sends it again later. */
  final: z.boolean(),
})
export type RejectedMessage = z.infer<typeof rejectedMessageSchema>
