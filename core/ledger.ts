/** The message ledger and the gateway's answers about what it kept: the words that server and gateway use on `query` and `answer`. */
import { z } from 'zod'
import { rejectionReasonSchema } from './rejections.ts'

export const HOUR_MS = 3_600_000

const count = z.int().min(0)

/** Equations of the ledger; a row names those that do not hold. */
export const LEDGER_EQUATIONS = [
  /** committed = accepted + duplicate + conflicting + refused */
  'fates',
  /** accepted = stored + spooled + dead_lettered */
  'store',
  /** What the store was found to hold, and what was removed from it on purpose = stored. */
  'recount',
  /** Packets acknowledged at the socket = packets committed. */
  'packets',
] as const
export const ledgerEquationSchema = z.enum(LEDGER_EQUATIONS)
export type LedgerEquation = z.infer<typeof ledgerEquationSchema>

/** One device's hour; the hour is that of the gateway's clock on arrival. */
export const ledgerRowSchema = z.object({
  /** As named in the topic; empty where that was no name. */
  device: z.string(),
  /** Start of the hour, epoch ms. */
  hour: z.int(),
  /** Packets committed; a batch is one. */
  packets: count,
  committed: count,
  accepted: count,
  duplicate: count,
  conflicting: count,
  refused: count,
  /** Distinct identities received: accepted, or refused for good with a number that could be read. */
  received: count,
  /** Numbers that were skipped when a later one arrived in this hour. */
  missing: count,
  /** Messages that arrived in this hour and had been counted missing, in whatever hour. */
  recovered: count,
  /** received + missing − recovered. */
  expected: z.int(),
  late: count,
  clock_suspect: count,
  partly_refused: count,
  /** Packets whose acknowledgement was held back by the rate limit. */
  deferred: count,
  /** Rows that the store has confirmed. */
  stored: count,
  spooled: count,
  dead_lettered: count,
  /** Rows that were removed from the store on purpose, as the facility's retention says. */
  removed: count.default(0),
  /** Rows that the store was found to hold when it was last asked; null: not asked yet. */
  recounted: count.nullable(),
  /** When it was asked, epoch ms. */
  recounted_at: z.int().nullable(),
  /** Empty: balanced. */
  red: z.array(ledgerEquationSchema),
})
export type LedgerRow = z.infer<typeof ledgerRowSchema>

/** A refused message as it was kept; whoever may not see payloads gets it without `raw`. */
export const keptRejectionSchema = z.object({
  /** Orders the list; newest first. */
  id: z.string(),
  device: z.string(),
  at: z.int(),
  reason: rejectionReasonSchema,
  fields: z.array(z.string()),
  detail: z.string(),
  boot: z.string().nullable(),
  seq: z.int().nullable(),
  /** True: only some metrics were refused. */
  part: z.boolean(),
  bytes: count,
  sha256: z.string(),
  raw: z.string(),
  /** True when `raw` is base64, because the payload is no UTF-8. */
  base64: z.boolean(),
})
export type KeptRejection = z.infer<typeof keptRejectionSchema>

/** Another content under an identity already received (`conflicting`), or a repeat too old to compare (`unverifiable`). */
export const keptConflictSchema = z.object({
  id: z.string(),
  device: z.string(),
  at: z.int(),
  kind: z.enum(['conflicting', 'unverifiable']),
  boot: z.string(),
  seq: z.int(),
  raw: z.string(),
})
export type KeptConflict = z.infer<typeof keptConflictSchema>

/** A message that was accepted and then refused by the store. */
export const deadLetterSchema = z.object({
  id: z.string(),
  device: z.string(),
  /** When the store refused it. */
  at: z.int(),
  /** The store's reason: an AppError code. */
  reason: z.string(),
  boot: z.string(),
  seq: z.int(),
  device_ms: z.int(),
  /** When it was given to the store again and taken; null: still dead. */
  replayed_at: z.int().nullable(),
})
export type DeadLetter = z.infer<typeof deadLetterSchema>

/** What the removal of a stretch of device time took and left. */
export const removalSchema = z.object({
  /** Messages that were removed. */
  messages: count,
  /** Devices of which nothing was removed, because so many of their hours in the ledger are not settled. */
  kept: z.array(z.object({ device: z.string(), hours: count })),
})
export type Removal = z.infer<typeof removalSchema>

/** A facility's measurements are kept at least so long, whatever is asked for. */
export const SHORTEST_RETENTION_DAYS = 30

const QUERY_ASKS = ['ledger', 'rejections', 'conflicts', 'dead-letters', 'replay-dead-letters', 'remove'] as const

/** server → gateway. */
export const queryMessageSchema = z.object({
  id: z.string().min(1).max(64),
  ask: z.enum(QUERY_ASKS),
  filter: z
    .object({
      device: z.string().max(64).optional(),
      /** Epoch ms, half-open. */
      from: z.int().optional(),
      to: z.int().optional(),
      reason: z.string().max(32).optional(),
      /** `ledger`: ask the store anew before answering. */
      recount: z.boolean().optional(),
      /** `false`: `raw` and `sha256` are left empty, so that no payload travels for who may not see it. */
      payloads: z.boolean().optional(),
      /** `replay-dead-letters`: only these. */
      ids: z.array(z.string().max(64)).max(500).optional(),
      /** `remove`: of these devices only; `from` and `to` are device time here, and both are needed. */
      devices: z.array(z.string().max(64)).max(500).optional(),
    })
    .default({}),
  limit: z.int().min(1).max(1_000).default(100),
  /** The `next` of the answer before. */
  after: z.string().max(200).optional(),
})
export type QueryMessage = z.infer<typeof queryMessageSchema>

export const QUERY_ERRORS = ['bad_query', 'store_unavailable', 'internal'] as const

/** gateway → server; at most 256 kB, so `items` may be fewer than `limit` although there are more: then `next` is set. */
export const answerMessageSchema = z.union([
  z.object({ id: z.string(), items: z.array(z.unknown()), next: z.string().nullable() }),
  z.object({ id: z.string(), error: z.enum(QUERY_ERRORS) }),
])
export type AnswerMessage = z.infer<typeof answerMessageSchema>
export const MAX_ANSWER_BYTES = 262_144
