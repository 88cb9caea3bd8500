/** Messages between the platform's own parts over MQTT: registry (server → gateway), live and heartbeat (gateway → server). */
import { z } from 'zod'
import { FRESHNESS } from './freshness.ts'
import { bootIdSchema, deviceIdSchema, facilityIdSchema, placeIdSchema, profileIdSchema } from './ids.ts'
import { PLACE_STATES } from './place-state.ts'
import { profileSchema } from './profile.ts'

const epochMs = z.int()
const storedValueSchema = z.union([z.number(), z.string()])

/** What a gateway must know of a facility; retained. Places are opaque, nobody is named. */
export const registryMessageSchema = z.object({
  v: z.literal(1),
  facility: facilityIdSchema,
  /** Grows with every change of the registry. */
  version: z.int(),
  /** IANA zone of the facility. */
  zone: z.string(),
  devices: z.array(
    z.object({
      id: deviceIdSchema,
      profile: profileIdSchema,
      /** Where it stands now; null when it stands nowhere. */
      place: placeIdSchema.nullable(),
      /** First day of which data are expected, epoch ms. */
      active_from: epochMs,
      /** Whoever it watches is away for a time: its events are kept and raise nothing. */
      quiet: z.boolean().optional(),
      /** The further devices of a hub: what its `offline` says holds for them too. */
      speaks_for: z.array(deviceIdSchema).optional(),
    }),
  ),
  places: z.array(z.object({ id: placeIdSchema })),
  /** Full definitions of every profile that a device above has. */
  profiles: z.array(profileSchema),
})
export type RegistryMessage = z.infer<typeof registryMessageSchema>

/** Newest value of a metric: value, device time, time of its last change. */
const newestValueSchema = z.object({ v: storedValueSchema, at: epochMs, since: epochMs })

export const liveDeviceSchema = z.object({
  id: deviceIdSchema,
  freshness: z.enum(FRESHNESS),
  /** From its status messages; null when it never sent one. */
  online: z.boolean().nullable(),
  /** Gateway time at which anything last came; null: never heard. */
  heard: epochMs.nullable(),
  fw: z.string().nullable(),
  battery: z.number().nullable(),
  rssi: z.number().nullable(),
  /** Device clock minus gateway clock, where there is evidence. */
  skew_ms: z.number().nullable(),
  newest: z.record(z.string(), newestValueSchema),
})
export type LiveDevice = z.infer<typeof liveDeviceSchema>

export const livePlaceSchema = z.object({
  id: placeIdSchema,
  state: z.enum(PLACE_STATES),
  since: epochMs.nullable(),
  freshness: z.enum(FRESHNESS),
})
export type LivePlace = z.infer<typeof livePlaceSchema>

export const liveEventSchema = z.object({
  device: deviceIdSchema,
  place: placeIdSchema.nullable(),
  event: z.string(),
  attributes: z.record(z.string(), storedValueSchema),
  boot: bootIdSchema,
  seq: z.int(),
  /** Device time. */
  at: epochMs,
  rx: epochMs,
  late: z.boolean(),
})
export type LiveEvent = z.infer<typeof liveEventSchema>

/**
 * Once a second per facility, QoS 0. `full`: holds every device and place of the facility (sent at start, when the registry
 * changes and every 10 s); otherwise only those whose content changed, and all places whose state or freshness changed.
 */
export const liveMessageSchema = z.object({
  v: z.literal(1),
  /** Gateway time. */
  at: epochMs,
  /** Of the gateway's process: a new one means that `n` starts again. */
  instance: z.string(),
  n: z.int(),
  full: z.boolean(),
  devices: z.array(liveDeviceSchema),
  places: z.array(livePlaceSchema),
  events: z.array(liveEventSchema),
  /** Messages accepted since the last one. */
  accepted: z.int(),
})
export type LiveMessage = z.infer<typeof liveMessageSchema>

/** Retained, every 10 s; also the will, then with `state: "offline"` and nothing that changes. */
export const gatewayMessageSchema = z.object({
  v: z.literal(1),
  instance: z.string(),
  state: z.enum(['online', 'offline']),
  /** Gateway time; null in a will. */
  at: epochMs.nullable(),
  version: z.string(),
  totals: z
    .object({
      accepted: z.int(),
      duplicate: z.int(),
      conflicting: z.int(),
      refused: z.int(),
      stored: z.int(),
      spooled: z.int(),
      dead_lettered: z.int(),
      /** Numbers skipped, and those of them that came after all. */
      missing: z.int(),
      recovered: z.int(),
      /** Distinct identities received + missing − recovered. */
      expected: z.int(),
      /** Packets whose acknowledgement was held back by the rate limit. */
      deferred: z.int(),
      /** False while any row of the ledger of the last 31 days has an equation that does not hold. */
      balanced: z.boolean(),
    })
    .nullable(),
  spool_bytes: z.int().nullable(),
  /** Number of the newest condition transition (0: none yet), so that a server sees that it misses the last one; null in a will. */
  newest_condition: z.int().nullable().default(null),
})
export type GatewayMessage = z.infer<typeof gatewayMessageSchema>
