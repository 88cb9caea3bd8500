/** What a device's credential allows on the broker: exactly the contract, by exact topic, nothing by wildcard. */
import { DEVICE_CHANNELS, DEVICE_REPLIES, deviceTopic } from '../core/topics.ts'

export interface DeviceIdentity {
  facility: string
  device: string
  /** The further devices of a hub. */
  speaksFor?: readonly string[]
}

export interface DeviceRights {
  mayPublish(topic: string): boolean
  /** Also what may be delivered to it: a filter without wildcards is a topic. */
  mayReceive(topic: string): boolean
  mayHaveWillOn(topic: string): boolean
}

export function rightsOf({ facility, device, speaksFor = [] }: DeviceIdentity): DeviceRights {
  const devices = [device, ...speaksFor]
  const publish = new Set(devices.flatMap(each => DEVICE_CHANNELS.map(channel => deviceTopic(facility, each, channel))))
  const receive = new Set(devices.flatMap(each => DEVICE_REPLIES.map(reply => deviceTopic(facility, each, reply))))
  const status = deviceTopic(facility, device, 'status')
  return {
    mayPublish: topic => publish.has(topic),
    mayReceive: topic => receive.has(topic),
    mayHaveWillOn: topic => topic === status,
  }
}
