/** An event on its way from a device over the embedded broker, the gateway and the server to a browser: at once, as an event and as a condition. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BoardEventMessage } from '../../core/live.ts'
import type { BoardCondition } from '../../core/rest/board.ts'
import { conditionTopic, deviceTopic } from '../../core/topics.ts'
import { type Broker, createBroker } from '../../gateway/broker.ts'
import { createGateway, type Gateway } from '../../gateway/gateway.ts'
import { bedExit, memorySink, until } from '../gateway/fixtures.ts'
import { quiet } from '../gateway/quiet-log.ts'
import { type Client, eventually, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

describeWith(mosquitto, 'the event lane', () => {
  let broker: Broker
  let gateway: Gateway
  let platform: Platform
  let mat: MqttClient
  let folder: string
  const sockets: Socket[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mimamori-lane-'))
    broker = createBroker({
      port: 0,
      host: '127.0.0.1',
      authenticate: async (_id, username) =>
        username === 'server' ? { kind: 'platform' } : { kind: 'device', facility: 'sunny', device: username },
      ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
      log: quiet,
    })
    gateway = createGateway({
      facilities: 'all',
      sink: memorySink(),
      spoolDir: folder,
      spoolMaxBytes: 1e9,
      bus: broker.bus,
      log: quiet,
      fatal: error => {
        throw error
      },
    })
    await broker.start()
    await gateway.start()
    const url = `mqtt://127.0.0.1:${await broker.listen()}`
    platform = await startPlatform({ settings: { broker: { url, username: 'server', password: 'server' } } })
    mat = await mqtt.connectAsync(url, {
      clientId: 'sunny.mat-1',
      username: 'mat-1',
      password: 'x',
      protocolVersion: 4,
    })
    await gateway.known('sunny')
  })
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect()
    await mat?.endAsync(true)
    await platform?.stop()
    await broker?.stop()
    await gateway?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  let seq = 0
  const publish = (event: string): Promise<unknown> =>
    mat.publishAsync(deviceTopic('sunny', 'mat-1', 'event'), bedExit('b1', seq++, { event }), { qos: 1 })

  async function watch(client: Client, acknowledges = true) {
    await client.get('/facilities/sunny/board')
    const socket = io(`${platform.url}/live`, {
      transports: ['websocket'],
      extraHeaders: { cookie: client.cookie },
      reconnection: false,
      forceNew: true,
    })
    sockets.push(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    const events: BoardEventMessage[] = []
    const conditions: BoardCondition[] = []
    socket.on('e', event => void events.push(event))
    socket.on('a', (condition, acknowledge) => {
      conditions.push(condition)
      if (acknowledges) acknowledge()
    })
    const ok = await socket.timeout(5000).emitWithAck('watch', 'sunny')
    return { socket, events, conditions, ok }
  }

  it('brings an event to all who watch the facility, as event and as condition', async () => {
    const staff = await watch(await platform.as('staff'))
    const wall = await watch(await platform.as('display'))
    const maker = await watch(await platform.as('maker'))
    expect([staff.ok, wall.ok, maker.ok]).toEqual([true, true, false])
    for (let i = 0; i < 5; i += 1) {
      await publish('restless')
      await until('event', () => staff.events.length === i + 1 && wall.events.length === i + 1)
    }
    await until('conditions', () => staff.conditions.length === 5 && wall.conditions.length === 5)
    expect(staff.conditions.map(({ n }) => n)).toEqual(wall.conditions.map(({ n }) => n))
    expect(staff.conditions.at(-1)).toMatchObject({
      subject: 'mat-1',
      code: 'restless',
      state: 'active',
      severity: 'low',
      room: platform.rooms[0],
      profile: 'bed.sleep_mat',
      count: 5,
    })
    expect([maker.events, maker.conditions]).toEqual([[], []])
  })

  it('shows active conditions in the snapshot, with the number up to which it speaks', async () => {
    const staff = await platform.as('staff')
    await publish('bed_exit')
    const board = await eventually(async () => {
      const { body } = await staff.get('/facilities/sunny/board')
      return body.conditions.some((condition: BoardCondition) => condition.code === 'bed_exit') && body
    })
    const newest = board.conditions.at(-1) as BoardCondition
    expect(newest).toMatchObject({ code: 'bed_exit', severity: 'medium', room: platform.rooms[0], undecidable: false })
    expect(newest.since).toMatch(/\+09:00$/)
    expect(board.alarmSeq).toBe(newest.n)
  })

  it('shows technical conditions, and takes them away', async () => {
    const staff = await watch(await platform.as('staff'))
    gateway.condition('sunny', 'gateway', 'dead_letters', true, { count: 3 })
    await until('raised', () => staff.conditions.length === 1)
    expect(staff.conditions[0]).toMatchObject({
      subject: 'gateway',
      code: 'dead_letters',
      severity: 'technical',
      room: null,
    })
    gateway.condition('sunny', 'gateway', 'dead_letters', false)
    await until('cleared', () => staff.conditions[1]?.state === 'cleared')
  })

  it('keeps the topic of each condition for whoever comes later, such as a nurse call', async () => {
    const messages: [string, { n: number; state: string }][] = []
    await broker.bus.subscribe(conditionTopic('sunny', '+', '+'), ({ topic, payload }) => {
      messages.push([topic, JSON.parse(payload.toString())])
    })
    const topic = conditionTopic('sunny', 'gateway', 'dead_letters')
    expect(messages.find(([at]) => at === topic)?.[1]).toMatchObject({ state: 'cleared' })
  })

  it('closes a socket that does not acknowledge a condition, so that it comes back by a snapshot', async () => {
    const deaf = await watch(await platform.as('staff'), false)
    const closed = new Promise<string>(resolve => deaf.socket.once('disconnect', resolve))
    await publish('sit_up')
    expect(await closed).toBe('io server disconnect')
  }, 20_000)

  it('tells a server that comes back what is active', async () => {
    await publish('hr_range')
    await platform.restart()
    const staff = await platform.as('staff')
    await eventually(async () => {
      const { body } = await staff.get('/facilities/sunny/board')
      return body.conditions?.some((condition: BoardCondition) => condition.code === 'hr_range')
    })
  })
})
