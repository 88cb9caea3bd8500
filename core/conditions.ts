/** Conditions: what asks for somebody's attention. Their messages, and the pure rules by which an event begins one and time or a return ends it. */
import { z } from 'zod'
import { bootIdSchema, deviceIdSchema, placeIdSchema, profileIdSchema } from './ids.ts'
import type { PlaceState } from './place-state.ts'
import { BODY_STATES, type BodyState, type EventType, type Severity, severitySchema } from './profile.ts'
import type { Mark } from './readings.ts'

const epochMs = z.int()
/** Subject of what concerns the gateway itself. */
export const GATEWAY_SUBJECT = 'gateway'
/** Device, place or `gateway`. */
const conditionSubjectSchema = z.union([z.literal(GATEWAY_SUBJECT), deviceIdSchema, placeIdSchema])
/** An event's name from its profile, or a technical code. */
const conditionCodeSchema = z.string().regex(/^[a-z][a-z0-9_]{0,47}$/)

/** The event that made a transition. */
export const conditionEventSchema = z.object({
  profile: profileIdSchema,
  attributes: z.record(z.string(), z.union([z.number(), z.string()])),
  boot: bootIdSchema,
  seq: z.int(),
  /** Device time, as the device gave it. */
  at: epochMs,
  /** Gateway time of its arrival. */
  rx: epochMs,
  late: z.boolean(),
  /** Its age cannot be told, as the device's clock is not to be trusted. */
  undecidable: z.boolean(),
})
export type ConditionEvent = z.infer<typeof conditionEventSchema>

/** Why an episode ended. `over`: what was wrong is so no more; `returned`: the resident is back; `expired`: its window passed; `gone`: the device was taken away. */
export const CONDITION_ENDS = ['over', 'returned', 'expired', 'gone'] as const

/**
 * One transition, on `mimamori/v1/{facility}/condition/{subject}/{code}`: QoS 1, retained, so that the topic holds the newest. The same `n`
 * may come more than once and then is the same transition.
 */
export const conditionMessageSchema = z.object({
  v: z.literal(1),
  /** Numbers the transitions of a facility from 1 without holes. */
  n: z.int().min(1),
  /** The `n` with which this episode began: one episode, one alarm. */
  episode: z.int().min(1),
  state: z.enum(['active', 'cleared']),
  severity: severitySchema,
  /** When the episode began: device time for an event (arrival where that is undecidable), else gateway time. */
  since: epochMs,
  /** Gateway time of this transition. */
  at: epochMs,
  /** When it ends by itself at the latest; null: never. */
  until: epochMs.nullable(),
  /** How many events the episode has had; 0 for a technical condition that the gateway itself raised. */
  count: z.int().min(0),
  /** Where the device stands; null: nowhere, or no device. */
  place: placeIdSchema.nullable(),
  /** The event that made this transition; null: none did. */
  event: conditionEventSchema.nullable(),
  /** Figures that tell more about a technical condition. */
  detail: z.record(z.string().max(32), z.union([z.number(), z.string().max(64)])).nullable(),
  /** Why it ended; null while active. */
  ended: z.enum(CONDITION_ENDS).nullable(),
})
export type ConditionMessage = z.infer<typeof conditionMessageSchema>

/** A transition with where it belongs, as it is kept and sent again. */
export const transitionSchema = conditionMessageSchema.extend({
  subject: conditionSubjectSchema,
  code: conditionCodeSchema,
})
export type Transition = z.infer<typeof transitionSchema>

/** server → gateway, on `condition/replay`. */
export const replayRequestSchema = z.object({ from: z.int().min(1) })
/** gateway → server, on `condition/replayed`: one transition as first sent, or the oldest `n` kept when `from` lies before it. */
export const replayedMessageSchema = z.union([transitionSchema, z.object({ oldest: z.int().min(1) })])
export type ReplayedMessage = z.infer<typeof replayedMessageSchema>

export interface JudgedEvent {
  severity: Severity
  undecidable: boolean
  /** When it happened, as far as that can be told, epoch ms; never after its arrival. */
  sinceMs: number
  untilMs: number
}

/**
 * What an accepted event means. Null: recorded only, because its type asks for no more or because on arrival it was older than its alarm
 * window. One whose age is undecidable raises.
 * @param event device time and arrival, epoch ms
 */
export function judgeEvent(
  type: Pick<EventType, 'severity' | 'alarm_window_s'>,
  event: { atMs: number; rxMs: number; marks: readonly Mark[] },
): JudgedEvent | null {
  if (type.severity === null) return null
  const undecidable = event.marks.includes('clock_suspect')
  const sinceMs = undecidable ? event.rxMs : Math.min(event.atMs, event.rxMs)
  const windowMs = type.alarm_window_s * 1_000
  if (event.rxMs - sinceMs > windowMs) return null
  return { severity: type.severity, undecidable, sinceMs, untilMs: sinceMs + windowMs }
}

/** How long a return must last before it ends a condition. */
export const RETURN_MS = 120_000

/**
 * Whether a place's state says that what an event told is over: the body is lower than the event's state (bed exit: in bed again). States
 * that say nothing of the body never do.
 */
export function hasReturned(told: BodyState, now: PlaceState): boolean {
  const state = BODY_STATES.find(known => known === now)
  return state !== undefined && BODY_STATES.indexOf(state) < BODY_STATES.indexOf(told)
}
