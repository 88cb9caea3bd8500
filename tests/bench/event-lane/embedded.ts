/** The event lane of the platform in one process, beside a backlog that a thousand devices kept until it was there. */
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type MqttClient } from 'mqtt'
import type { Ledger } from '../../../core/rest/ledger.ts'
import { deviceTopic } from '../../../core/topics.ts'
import { startPublisher } from '../load/publisher.ts'
import { FACILITY } from '../support/consumers.ts'
import { startStandalone } from '../support/server.ts'
import { createLane, type Latencies, watchBoard } from './lane.ts'
import { type LaneOptions, line } from './outside.ts'

export interface Embedded {
  /** While the devices send all of it and until the last row is stored. */
  fromDevices: Latencies
  /** Until the devices had sent all of it, s. */
  sentSeconds: number
  idle: Latencies
}

const facility = FACILITY.gateway
const IN_FLIGHT = 4

export async function runEmbedded(options: LaneOptions): Promise<Embedded> {
  const { messages, devices, bells, perSecond, idleSeconds, say } = options
  const ends: (() => Promise<unknown>)[] = []
  try {
    const platform = await startStandalone({ facility, devices, placed: bells })
    ends.push(platform.stop)
    const account = (device: string) => {
      const credential = platform.credentials.get(device)
      if (!credential) throw new Error(`${device} has no credential`)
      return credential
    }
    const ringing = new Map<string, MqttClient>()
    for (const bell of bells)
      ringing.set(bell, await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, account(bell)))
    ends.push(() => Promise.all([...ringing.values()].map(bell => bell.endAsync(true))))
    const board = await watchBoard(platform, facility)
    ends.push(async () => board.stop())
    const publish = (device: string, payload: string): void => {
      ringing.get(device)?.publish(deviceTopic(facility, device, 'event'), payload, { qos: 1 })
    }
    const lane = createLane({ bells, publish, board, perSecond })

    const each = Math.ceil(messages / devices.length)
    const streams = devices.map(device => {
      const { clientId, username, password } = account(device)
      const plan = {
        facility,
        devices: [device],
        boot: 'b1',
        messages: each,
        firstSeq: 0,
        beganMs: Date.now() - 60_000,
      }
      return { clientId, username, password, plan }
    })
    const publisher = await startPublisher({ port: platform.mqttPort, streams, inFlight: IN_FLIGHT })
    ends.push(publisher.stop)
    say(
      `${devices.length.toLocaleString('en')} devices send ${messages.toLocaleString('en')} messages to the embedded broker`,
    )
    let sentSeconds = Number.NaN
    const sending = publisher.run().then(({ seconds }) => {
      sentSeconds = seconds
    })
    const fromDevices = await lane.run(async () => (await stored(platform)) >= each * devices.length)
    await sending
    say(line('in one process, beside the backlog of the devices', fromDevices))
    await sleep(2_000)
    const untilMs = performance.now() + idleSeconds * 1_000
    const idle = await lane.run(async () => performance.now() >= untilMs)
    say(line('in one process, with nothing else', idle))
    return { fromDevices, sentSeconds, idle }
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function stored({ url, cookie }: { url: string; cookie: string }): Promise<number> {
  const response = await fetch(`${url}/api/v1/ledger?facility=${facility}&limit=1`, { headers: { cookie } })
  if (!response.ok) return 0
  return ((await response.json()) as Ledger).totals?.stored ?? 0
}
