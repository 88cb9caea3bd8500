/** The wire schemas compiled into plain code for the hot path; whoever fails here is explained by zod. Hides ajv. */
import { Ajv } from 'ajv'
import { z } from 'zod'
import {
  batchEnvelopeSchema,
  batchedTelemetrySchema,
  eventMessageSchema,
  statusMessageSchema,
  telemetryMessageSchema,
} from '../core/messages.ts'

/** Whether a value is what the schema of the same name in core/messages.ts says: tests/fuzz holds the two against each other. */
export const CHECKS = {
  telemetry: compiled(telemetryMessageSchema),
  event: compiled(eventMessageSchema),
  status: compiled(statusMessageSchema),
  batched: compiled(batchedTelemetrySchema),
  envelope: compiled(batchEnvelopeSchema),
}

function compiled<T>(schema: z.ZodType<T>): (value: unknown) => value is T {
  // Lengths count UTF-16 units, as zod's do; ajv would rather not, and says so in its log at every start.
  const ajv = new Ajv({ unicode: false, logger: false })
  return ajv.compile<T>(z.toJSONSchema(schema, { target: 'draft-7' })) as (value: unknown) => value is T
}
