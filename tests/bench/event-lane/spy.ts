/** Listens at the broker beside the gateway and the server: when each event was there, and when the live message that tells of it. */
import mqtt from 'mqtt'
import type { LiveMessage } from '../../../core/platform-messages.ts'
import { facilityTopic, gatewayFilters } from '../../../core/topics.ts'
import type { Account } from '../../servers/mosquitto.ts'
import { keyOfEvent } from './lane.ts'

export interface Spy {
  /** When each came, on the monotonic clock, by `keyOfEvent`. */
  events: ReadonlyMap<string, number>
  live: ReadonlyMap<string, number>
  stop(): Promise<void>
}

export async function startSpy(url: string, account: Account, facility: string): Promise<Spy> {
  const client = await mqtt.connectAsync(url, { ...account, clientId: 'spy' })
  const events = new Map<string, number>()
  const live = new Map<string, number>()
  const liveTopic = facilityTopic(facility, 'live')
  client.on('message', (topic, payload) => {
    const atMs = performance.now()
    if (topic !== liveTopic) {
      const { ts } = JSON.parse(payload.toString()) as { ts: number }
      events.set(keyOfEvent(topic.split('/')[3] ?? '', ts), atMs)
      return
    }
    // Those that tell of a thousand devices and of no event need not be read.
    if (!payload.includes('"events":[{')) return
    const message = JSON.parse(payload.toString()) as LiveMessage
    for (const { device, at } of message.events) live.set(keyOfEvent(device, at), atMs)
  })
  await client.subscribeAsync([...gatewayFilters(facility).events, liveTopic], { qos: 0 })
  return { events, live, stop: () => client.endAsync(true) }
}
