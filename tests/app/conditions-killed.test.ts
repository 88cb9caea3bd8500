/** SIGKILL of broker and gateway while events come in: every acknowledged event has one transition, numbered without holes, and the topics hold the newest. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import mqtt, { type MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import {
  type ConditionMessage,
  conditionMessageSchema,
  type Transition,
  transitionSchema,
} from '../../core/conditions.ts'
import { clientIdOf } from '../../core/ids.ts'
import { conditionTopic, deviceTopic, facilityTopic, parseConditionTopic } from '../../core/topics.ts'
import { bedExit, telemetry, until } from '../gateway/fixtures.ts'
import { launch, place } from '../servers/child.ts'

const DEVICES = ['mat1', 'mat2', 'mat3']
const KILLS = 6

test('no acknowledged event is without its alarm when the process is killed six times', async () => {
  const { dir, port } = await place('conditions-killed', {})
  const script = fileURLToPath(new URL('../gateway/embedded-process.ts', import.meta.url))
  const child = await launch({
    name: 'embedded',
    command: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), script, dir, String(port), DEVICES.join(',')],
    dir,
    port,
    keepDir: false,
    ready: () => listens(port),
  })
  const url = `mqtt://127.0.0.1:${port}`
  const acknowledged = new Set<string>()
  const clients: MqttClient[] = []
  let ending = false
  let inFlight = 0

  const device = (name: string): Promise<void> => {
    const client = mqtt.connect(url, {
      clientId: clientIdOf('demo', name),
      username: name,
      password: name,
      protocolVersion: 4,
      clean: false,
      reconnectPeriod: 50,
    })
    clients.push(client)
    const send = async (): Promise<void> => {
      for (let seq = 0; !ending; seq += 1) {
        const isEvent = seq % 3 === 0
        const payload = isEvent ? bedExit('b', seq) : telemetry('b', seq)
        inFlight += 1
        await client.publishAsync(deviceTopic('demo', name, isEvent ? 'event' : 'telemetry'), payload, { qos: 1 })
        inFlight -= 1
        if (isEvent) acknowledged.add(`${name} ${seq}`)
      }
    }
    return send()
  }

  try {
    const sending = DEVICES.map(device)
    let counted = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = acknowledged.size
      while (acknowledged.size < before + 30) await sleep(5)
      await sleep((kill * 37) % 60)
      if (inFlight > 0) counted += 1
      await child.kill()
      await child.restart()
    }
    expect(counted).toBe(KILLS)
    const before = acknowledged.size
    await until('traffic again', () => acknowledged.size > before + 30)
    ending = true
    await Promise.all(sending)

    const server = await mqtt.connectAsync(url, { clientId: 'server-1', username: 'server', password: 'server' })
    clients.push(server)
    const transitions: Transition[] = []
    const held = new Map<string, ConditionMessage>()
    server.on('message', (topic, payload) => {
      const message: unknown = JSON.parse(payload.toString())
      const of = parseConditionTopic(topic)
      if (of) held.set(of.subject, conditionMessageSchema.parse(message))
      else transitions.push(transitionSchema.parse(message))
    })
    await server.subscribeAsync([conditionTopic('demo', '+', '+'), facilityTopic('demo', 'condition/replayed')], {
      qos: 1,
    })
    const missing = () => [...acknowledged].filter(id => !told(transitions).has(id))
    await until('every alarm', async () => {
      transitions.splice(0)
      await server.publishAsync(facilityTopic('demo', 'condition/replay'), JSON.stringify({ from: 1 }), { qos: 1 })
      await sleep(300)
      return missing().length === 0
    })
    const numbers = transitions.map(({ n }) => n)
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1))
    expect(told(transitions).size).toBe(transitions.length)
    for (const name of DEVICES) {
      const newest = transitions.findLast(({ subject }) => subject === name)
      expect(held.get(name)?.n).toBe(newest?.n)
    }
  } finally {
    ending = true
    for (const client of clients) client.end(true)
    await child.stop()
  }
}, 120_000)

const told = (transitions: readonly Transition[]): Set<string> =>
  new Set(transitions.map(({ subject, event }) => `${subject} ${event?.seq}`))

const listens = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
