/** The typed map of MQTT topics, version 1: the only place where a topic is put together or taken apart. */
import { type DeviceId, deviceIdSchema, type FacilityId, facilityIdSchema } from './ids.ts'

const ROOT = 'mimamori/v1'

/** What a device publishes. */
export const DEVICE_CHANNELS = ['telemetry', 'event', 'status'] as const
export type DeviceChannel = (typeof DEVICE_CHANNELS)[number]
/** What a device may subscribe. */
export const DEVICE_REPLIES = ['receipt', 'rejected'] as const
export type DeviceReply = (typeof DEVICE_REPLIES)[number]

/** Topics of one device. */
export const deviceTopic = (facility: string, device: string, leaf: DeviceChannel | DeviceReply): string =>
  `${ROOT}/${facility}/${device}/${leaf}`

/** Topics of one facility. */
export const facilityTopic = (
  facility: string,
  leaf: 'registry' | 'live' | 'gateway' | 'query' | 'answer' | 'condition/replay' | 'condition/replayed',
): string => `${ROOT}/${facility}/${leaf}`

/** Topic of one condition; with `+` for subject and code the filter of all. */
export const conditionTopic = (facility: string, subject: string, code: string): string =>
  `${ROOT}/${facility}/condition/${subject}/${code}`

/** Takes the topic of one condition apart; null for any other topic. */
export function parseConditionTopic(topic: string): { facility: FacilityId; subject: string; code: string } | null {
  const [root, version, name, word, subject, code, ...more] = topic.split('/')
  if (root !== 'mimamori' || version !== 'v1' || word !== 'condition' || more.length > 0) return null
  const facility = facilityIdSchema.safeParse(name)
  return facility.success && subject !== undefined && code !== undefined
    ? { facility: facility.data, subject, code }
    : null
}

/** The facility of a `condition/replay` or `condition/replayed` topic; null for any other topic. */
export function parseReplayTopic(topic: string): { facility: FacilityId; leaf: 'replay' | 'replayed' } | null {
  const match = /^mimamori\/v1\/([^/]+)\/condition\/(replay|replayed)$/.exec(topic)
  const facility = facilityIdSchema.safeParse(match?.[1])
  return match && facility.success ? { facility: facility.data, leaf: match[2] as 'replay' | 'replayed' } : null
}

/** Subscription filters of the gateway, for one facility. */
export const gatewayFilters = (facility: string) => ({
  telemetry: [`${ROOT}/${facility}/+/telemetry`, `${ROOT}/${facility}/+/status`],
  events: [`${ROOT}/${facility}/+/event`],
  control: [
    facilityTopic(facility, 'registry'),
    facilityTopic(facility, 'query'),
    facilityTopic(facility, 'condition/replay'),
  ],
})

/** Subscription filters of the server, over all facilities. */
export const serverFilters = () => [
  `${ROOT}/+/live`,
  `${ROOT}/+/gateway`,
  `${ROOT}/+/answer`,
  conditionTopic('+', '+', '+'),
  facilityTopic('+', 'condition/replayed'),
]

export interface DeviceTopic {
  facility: FacilityId
  device: DeviceId
  channel: DeviceChannel
}

/** Takes a device's publish topic apart; null for any other topic. */
export function parseDeviceTopic(topic: string): DeviceTopic | null {
  const parts = topic.split('/')
  if (parts.length !== 5 || parts[0] !== 'mimamori' || parts[1] !== 'v1') return null
  const channel = DEVICE_CHANNELS.find(c => c === parts[4])
  const facility = facilityIdSchema.safeParse(parts[2])
  const device = deviceIdSchema.safeParse(parts[3])
  return channel && facility.success && device.success
    ? { facility: facility.data, device: device.data, channel }
    : null
}

/** Takes a facility's own topic apart; null for any other topic. */
export function parseFacilityTopic(topic: string): { facility: FacilityId; leaf: string } | null {
  const parts = topic.split('/')
  if (parts.length !== 4 || parts[0] !== 'mimamori' || parts[1] !== 'v1') return null
  const facility = facilityIdSchema.safeParse(parts[2])
  return facility.success ? { facility: facility.data, leaf: parts[3] as string } : null
}
