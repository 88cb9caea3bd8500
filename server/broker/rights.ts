/** The contract's rights of each account at the broker, written as access rules of Mosquitto's dynamic security. */
import { clientIdOf } from '../../core/ids.ts'
import {
  conditionTopic,
  DEVICE_CHANNELS,
  DEVICE_REPLIES,
  deviceTopic,
  facilityTopic,
  gatewayFilters,
} from '../../core/topics.ts'

export interface AccessRule {
  acltype: 'publishClientSend' | 'publishClientReceive' | 'subscribeLiteral'
  topic: string
  allow: boolean
}
export interface BrokerRole {
  rolename: string
  acls: AccessRule[]
}

/** Applies where no role says anything: nothing may be sent, subscribed or received; to let go of a subscription harms nobody. */
export const DEFAULT_ACCESS = {
  publishClientSend: false,
  publishClientReceive: false,
  subscribe: false,
  unsubscribe: true,
} as const

/** Mosquitto's own topic for commands of its dynamic security. */
export const CONTROL_TOPIC = '$CONTROL/dynamic-security/v1'

const ANY = '+'
const mayPublish = (topic: string): AccessRule => ({ acltype: 'publishClientSend', topic, allow: true })
/** Exactly this filter, and what comes by it. */
const mayHear = (filter: string): AccessRule[] => [
  { acltype: 'subscribeLiteral', topic: filter, allow: true },
  { acltype: 'publishClientReceive', topic: filter, allow: true },
]

/** Begins the name of every device's role. */
export const DEVICE_ROLE = 'device-'
export const deviceRoleName = (facility: string, device: string): string => DEVICE_ROLE + clientIdOf(facility, device)
/** One device: its own three channels and two replies. A hub's account has the roles of all its devices. */
export const deviceRole = (facility: string, device: string): BrokerRole => ({
  rolename: deviceRoleName(facility, device),
  acls: [
    ...DEVICE_CHANNELS.map(channel => mayPublish(deviceTopic(facility, device, channel))),
    ...DEVICE_REPLIES.flatMap(reply => mayHear(deviceTopic(facility, device, reply))),
  ],
})

/** The gateway of one facility; its account is bound to no client id, as it holds two connections. */
export function gatewayRole(facility: string): BrokerRole {
  const { telemetry, events, control } = gatewayFilters(facility)
  const ownHeartbeat = facilityTopic(facility, 'gateway')
  return {
    rolename: `gateway-${facility}`,
    acls: [
      ...DEVICE_REPLIES.map(reply => mayPublish(deviceTopic(facility, ANY, reply))),
      ...GATEWAY_CHANNELS.map(leaf => mayPublish(facilityTopic(facility, leaf))),
      mayPublish(conditionTopic(facility, ANY, ANY)),
      // It reads its own heartbeat topic before it begins: another live instance may be there.
      ...[...telemetry, ...events, ...control, ownHeartbeat].flatMap(mayHear),
    ],
  }
}
const GATEWAY_CHANNELS = ['live', 'gateway', 'answer', 'condition/replayed'] as const
