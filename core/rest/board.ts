/** The snapshot of a facility's board. */
import { z } from 'zod'
import { FRESHNESS } from '../freshness.ts'
import { deviceIdSchema, facilityIdSchema, metricNameSchema, profileIdSchema } from '../ids.ts'
import { PLACE_STATES } from '../place-state.ts'
import { profileSchema, severitySchema } from '../profile.ts'
import { route, timeSchema, valueSchema } from './route.ts'

const boardValueSchema = z.object({
  value: valueSchema,
  unit: z.string().nullable(),
  measured_at: timeSchema,
  freshness: z.enum(FRESHNESS),
  device: deviceIdSchema,
})
export const boardRoomSchema = z.object({
  id: z.string(),
  label: z.string(),
  unit: z.string(),
  state: z.enum(PLACE_STATES),
  since: timeSchema.nullable(),
  /** Filled from the alarm life cycle; null: none. */
  alarm: z.null(),
  freshness: z.enum(FRESHNESS),
  /** True: everybody who lives there is away, which explains the gap; nothing there alarms. */
  absent: z.boolean().optional(),
  battery_low: z.boolean(),
  values: z.record(z.string(), boardValueSchema),
  /** Last 30 minutes, oldest first, one entry a minute: index into layout.states or null. */
  recent_states: z.array(z.int().nullable()),
  /** Last 30 minutes of the first board metric with numbers, one entry a minute. */
  recent_values: z.array(z.number().nullable()),
  devices: z.array(deviceIdSchema),
})
export type BoardRoom = z.infer<typeof boardRoomSchema>
const boardEventSchema = z.object({
  room: z.string().nullable(),
  device: deviceIdSchema,
  profile: profileIdSchema,
  event: z.string(),
  at: timeSchema,
  late: z.boolean(),
})
export type BoardEvent = z.infer<typeof boardEventSchema>
/** A condition as a board shows it. */
export const boardConditionSchema = z.object({
  /** Number of its newest transition. */
  n: z.int(),
  /** Number of the transition with which it began. */
  episode: z.int(),
  /** Device, place or `gateway`. */
  subject: z.string(),
  /** An event's name in its profile, or a technical code. */
  code: z.string(),
  state: z.enum(['active', 'cleared']),
  severity: severitySchema,
  room: z.string().nullable(),
  /** Of the device, for an event. */
  profile: profileIdSchema.nullable(),
  since: timeSchema,
  /** When this transition was made, by the gateway's clock. */
  at: timeSchema,
  /** How many events the episode has had. */
  count: z.int(),
  /** Its age cannot be told: the device's clock is not to be trusted. */
  undecidable: z.boolean(),
})
export type BoardCondition = z.infer<typeof boardConditionSchema>
export const boardSchema = z
  .object({
    facility: z.object({ id: facilityIdSchema, name: z.string(), zone: z.string() }),
    serverTime: timeSchema,
    frameSeq: z.int(),
    alarmSeq: z.int(),
    /** Age of the gateway's last word in ms; null: never heard. */
    feedAgeMs: z.number().nullable(),
    layout: z.object({
      version: z.int(),
      /** Names of the frame's columns for a room. */
      columns: z.array(z.string()),
      /** The value columns among them. */
      metrics: z.array(
        z.object({
          name: metricNameSchema,
          unit: z.string().nullable(),
          digits: z.int(),
          label: profileSchema.shape.label,
        }),
      ),
      states: z.array(z.enum(PLACE_STATES)),
    }),
    rooms: z.array(boardRoomSchema),
    events: z.array(boardEventSchema),
    /** Active ones, oldest first; `alarmSeq` is the number of the newest transition. */
    conditions: z.array(boardConditionSchema),
  })
  .meta({ id: 'Board' })
export type Board = z.infer<typeof boardSchema>

export const boardRoutes = {
  board: route({
    method: 'get',
    path: '/facilities/:id/board',
    summary: 'Snapshot of the board',
    params: z.object({ id: facilityIdSchema }),
    status: 200,
    response: boardSchema,
  }),
} as const
