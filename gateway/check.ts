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

const PLAIN_TYPES = ['string', 'integer', 'number', 'boolean']

/**
 * Whether a value is surely what the schema of the same name in core/messages.ts says: tests/fuzz holds the two against each other. A text
 * that is too long in UTF-16 units but not in code points, which zod counts, is left to zod.
 */
export const CHECKS = {
  telemetry: compiled(telemetryMessageSchema),
  event: compiled(eventMessageSchema),
  status: compiled(statusMessageSchema),
  batched: compiled(batchedTelemetrySchema),
  envelope: compiled(batchEnvelopeSchema),
}

function compiled<T>(schema: z.ZodType<T>): (value: unknown) => value is T {
  // Counting code points would walk through every text of every message; ajv would rather do so, and says it in its log at every start.
  const ajv = new Ajv({ unicode: false, allowUnionTypes: true, logger: false })
  const json = z.toJSONSchema(schema, { target: 'draft-7', override: ({ jsonSchema }) => joinTypes(jsonSchema) })
  return ajv.compile<T>(json) as (value: unknown) => value is T
}

/**
 * Makes one schema of several types out of alternatives of one plain type each, which say nothing about each other's: for an alternative
 * that fails the compiled code would make an error object, at every message.
 */
function joinTypes(schema: { anyOf?: object[]; type?: unknown }): void {
  const alternatives = (schema.anyOf ?? []) as { type?: string }[]
  const types = alternatives.map(({ type }) => type)
  const plain = types.every(type => type !== undefined && PLAIN_TYPES.includes(type))
  if (types.length === 0 || !plain || new Set(types).size < types.length) return
  Object.assign(schema, ...alternatives, { type: types })
  delete schema.anyOf
}
