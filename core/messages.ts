/** Wire messages of devices: the schemas at the edge. No refinements or transforms, so that they can be compiled for the hot path. */
import { z } from 'zod'
import { bootIdSchema, metricNameSchema } from './ids.ts'

/** Limits of the wire, in bytes of the MQTT payload. */
export const MAX_MESSAGE_BYTES = 65_536
export const MAX_BATCH_BYTES = 262_144
export const MAX_BATCH_MESSAGES = 500
/** Above this the connection is closed. */
export const MAX_PACKET_BYTES = 1_048_576

const tsSchema = z.union([z.string().max(40), z.int()])
/** Far above what a device counts in its life, and small enough that sums of gaps stay exact. */
const MAX_SEQ = 2 ** 32 - 1
export const seqSchema = z.int().min(0).max(MAX_SEQ)
const extras = {
  fw: z.string().max(64).optional(),
  /** Per cent, 0–100. */
  battery: z.number().min(0).max(100).optional(),
  /** dBm. */
  rssi: z.number().min(-200).max(50).optional(),
}

/** A number, a boolean or an enum value; never free text (the profile's enums decide). */
export const metricValueSchema = z.union([z.number(), z.boolean(), z.string().max(64)])
export type MetricValue = z.infer<typeof metricValueSchema>

const telemetryBody = {
  boot: bootIdSchema,
  seq: seqSchema,
  ts: tsSchema,
  metrics: z.record(z.string().max(48), metricValueSchema),
  ...extras,
}

/** One telemetry message inside a batch. */
export const batchedTelemetrySchema = z.strictObject(telemetryBody)
/** A telemetry message on its own. */
export const telemetryMessageSchema = z.strictObject({ v: z.literal(1), ...telemetryBody })
/** The envelope of a batch; its messages are judged one by one with `batchedTelemetrySchema`. */
export const batchEnvelopeSchema = z.strictObject({
  v: z.literal(1),
  messages: z.array(z.unknown()).min(1).max(MAX_BATCH_MESSAGES),
})
export const eventMessageSchema = z.strictObject({
  v: z.literal(1),
  boot: bootIdSchema,
  seq: seqSchema,
  ts: tsSchema,
  event: metricNameSchema,
  attributes: z.record(z.string().max(48), metricValueSchema).optional(),
  ...extras,
})
export const statusMessageSchema = z.strictObject({
  v: z.literal(1),
  /** Absent in a will: then the gateway's time counts. */
  ts: tsSchema.optional(),
  state: z.enum(['online', 'offline']),
  model: z.string().max(64).optional(),
  ...extras,
})

export type TelemetryMessage = z.infer<typeof telemetryMessageSchema>
export type BatchedTelemetry = z.infer<typeof batchedTelemetrySchema>
export type EventMessage = z.infer<typeof eventMessageSchema>
export type StatusMessage = z.infer<typeof statusMessageSchema>

/** Cumulative receipt: everything up to `seq` outside `gaps` (bounds inclusive) is on our disk or refused for good. */
export const receiptMessageSchema = z.object({
  boot: bootIdSchema,
  seq: z.int(),
  gaps: z.array(z.tuple([z.int(), z.int()])).max(64),
})
export type ReceiptMessage = z.infer<typeof receiptMessageSchema>
