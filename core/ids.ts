/** The names by which facilities, devices and places are known on the wire; none of them says anything about a person. */
import { z } from 'zod'

/** Words that stand at a device's place in topics of the platform itself. */
export const RESERVED_NAMES = ['gateway', 'server', 'live', 'registry', 'condition', 'query', 'answer'] as const

const NAME = /^(?!(?:gateway|server|live|registry|condition|query|answer)$)[a-z0-9][a-z0-9-]{1,62}$/

export const facilityIdSchema = z.string().regex(NAME).brand<'FacilityId'>()
export const deviceIdSchema = z.string().regex(NAME).brand<'DeviceId'>()
/** A bed or room as the gateway knows it: opaque, never a person. */
export const placeIdSchema = z.string().regex(NAME).brand<'PlaceId'>()
/** One run of a device's message counter; new whenever `seq` restarts. */
export const bootIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,32}$/)
  .brand<'BootId'>()
/** `family.type`, for example `bed.sleep_mat`. */
export const profileIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/)
  .max(64)
  .brand<'ProfileId'>()
export const metricNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,47}$/)
  .brand<'MetricName'>()

export type FacilityId = z.infer<typeof facilityIdSchema>
export type DeviceId = z.infer<typeof deviceIdSchema>
export type PlaceId = z.infer<typeof placeIdSchema>
export type BootId = z.infer<typeof bootIdSchema>
export type ProfileId = z.infer<typeof profileIdSchema>
export type MetricName = z.infer<typeof metricNameSchema>

/** The enrolled MQTT client id of a device: `{facility}.{device}`. */
export const clientIdOf = (facility: string, device: string): string => `${facility}.${device}`
