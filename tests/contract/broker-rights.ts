/** The rights of the contract as one table, tried with a stolen device credential on a real broker. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { conditionTopic, deviceTopic, facilityTopic } from '../../core/topics.ts'

export interface DeviceSignIn {
  clientId: string
  username: string
  password: string
}

/** A broker under test, as the platform sees it. */
export interface RightsBroker {
  url: string
  enrol(facility: string, device: string): Promise<DeviceSignIn>
  /** Everything that reached the platform from devices (topics below mimamori/, $SYS and $CONTROL left out), in order. */
  heard(): readonly { topic: string; payload: string }[]
  /** Publishes as the platform may. */
  publish(topic: string, payload: string, retain?: boolean): Promise<void>
  stop(): Promise<void>
}

const FACILITY = 'sakura'
const own = (leaf: 'telemetry' | 'event' | 'status' | 'receipt' | 'rejected') => deviceTopic(FACILITY, 'mat-1', leaf)
const others = (leaf: 'telemetry' | 'event' | 'status' | 'receipt' | 'rejected') => deviceTopic(FACILITY, 'mat-2', leaf)

const MAY_PUBLISH = [own('telemetry'), own('event'), own('status')]
const MAY_NOT_PUBLISH = [
  others('telemetry'),
  others('event'),
  others('status'),
  deviceTopic(FACILITY, 'never-enrolled', 'telemetry'),
  deviceTopic('momiji', 'mat-1', 'telemetry'),
  own('receipt'),
  own('rejected'),
  others('receipt'),
  facilityTopic(FACILITY, 'registry'),
  facilityTopic(FACILITY, 'live'),
  facilityTopic(FACILITY, 'gateway'),
  facilityTopic(FACILITY, 'query'),
  facilityTopic(FACILITY, 'answer'),
  facilityTopic(FACILITY, 'condition/replay'),
  facilityTopic(FACILITY, 'condition/replayed'),
  conditionTopic(FACILITY, 'mat-1', 'fall'),
  `${own('telemetry')}/more`,
  `${own('telemetry')}/`,
  own('telemetry').replace('/telemetry', ''),
  own('telemetry').replace('telemetry', 'command'),
  own('telemetry').replace('mimamori/v1', 'mimamori/v2'),
  'anything',
  '$CONTROL/dynamic-security/v1',
  '$SYS/broker/version',
]
const MAY_SUBSCRIBE = [own('receipt'), own('rejected')]
/** Each with a topic on which the platform then publishes something that must not come. */
const MAY_NOT_SUBSCRIBE: [filter: string, topic: string][] = [
  ['#', others('receipt')],
  ['+/#', others('receipt')],
  ['mimamori/#', facilityTopic(FACILITY, 'live')],
  [`mimamori/v1/${FACILITY}/mat-1/#`, own('telemetry')],
  [`mimamori/v1/${FACILITY}/+/receipt`, others('receipt')],
  ['mimamori/v1/+/mat-1/receipt', deviceTopic('momiji', 'mat-1', 'receipt')],
  [own('telemetry'), own('telemetry')],
  [others('receipt'), others('receipt')],
  [others('rejected'), others('rejected')],
  [others('telemetry'), others('telemetry')],
  [deviceTopic('momiji', 'mat-1', 'rejected'), deviceTopic('momiji', 'mat-1', 'rejected')],
  [facilityTopic(FACILITY, 'registry'), facilityTopic(FACILITY, 'registry')],
  [facilityTopic(FACILITY, 'live'), facilityTopic(FACILITY, 'live')],
  [facilityTopic(FACILITY, 'gateway'), facilityTopic(FACILITY, 'gateway')],
  [facilityTopic(FACILITY, 'query'), facilityTopic(FACILITY, 'query')],
  [facilityTopic(FACILITY, 'answer'), facilityTopic(FACILITY, 'answer')],
  [conditionTopic(FACILITY, '+', '+'), conditionTopic(FACILITY, 'mat-1', 'fall')],
  [`$share/thief/mimamori/v1/${FACILITY}/+/receipt`, others('receipt')],
  ['$SYS/#', others('receipt')],
  ['$CONTROL/#', others('receipt')],
]

/** Declares the tests; `makeBroker` is called once. */
export function brokerRightsContract(makeBroker: () => Promise<RightsBroker>): void {
  let broker: RightsBroker
  let thief: DeviceSignIn
  let neighbour: DeviceSignIn
  let marks = 0
  const clients: MqttClient[] = []

  beforeAll(async () => {
    broker = await makeBroker()
    thief = await broker.enrol(FACILITY, 'mat-1')
    neighbour = await broker.enrol(FACILITY, 'mat-2')
    await broker.enrol('momiji', 'mat-1')
  })
  afterEach(() => Promise.all(clients.splice(0).map(client => client.endAsync(true))))
  afterAll(() => broker?.stop())

  const connect = async (options: IClientOptions): Promise<MqttClient> => {
    const client = await mqtt.connectAsync(broker.url, { ...CONNECTION, ...options }, false)
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  const heardOn = (topic: string, payload: string) =>
    broker.heard().some(message => message.topic === topic && message.payload === payload)
  const arrives = (topic: string, payload: string) =>
    vi.waitFor(() => expect(heardOn(topic, payload)).toBe(true), { timeout: 10_000, interval: 10 })
  /** What the platform publishes and what devices may send is heard in order, so after this all earlier things have come. */
  const everythingArrived = async () => {
    const mark = `mark-${++marks}`
    const client = await connect(neighbour)
    await client.publishAsync(others('telemetry'), mark, { qos: 1 })
    await arrives(others('telemetry'), mark)
    await client.endAsync()
  }

  it.each(MAY_PUBLISH)('takes a message on %s', async topic => {
    const client = await connect(thief)
    await client.publishAsync(topic, 'own', { qos: 1 })
    await arrives(topic, 'own')
  })

  it.each(MAY_NOT_PUBLISH)('lets nothing through on %s', async topic => {
    const stolen = `stolen on ${topic}`
    for (const retain of [false, true]) {
      const client = await connect(thief)
      await settled(client, client.publishAsync(topic, stolen, { qos: 1, retain }))
      await settled(client, client.publishAsync(topic, stolen, { qos: 0, retain }))
      await client.endAsync(true)
    }
    await everythingArrived()
    expect(broker.heard().filter(message => message.payload === stolen)).toEqual([])
  })

  it.each(MAY_SUBSCRIBE)('hands over what comes on %s, also what was kept', async topic => {
    await broker.publish(topic, 'kept', true)
    const client = await connect(thief)
    const received = collect(client)
    const [grant] = await client.subscribeAsync(topic, { qos: 1 })
    expect(grant?.qos).toBe(1)
    await broker.publish(topic, 'live')
    await vi.waitFor(() => expect(received()).toEqual([`${topic} kept`, `${topic} live`]), WAIT)
    await broker.publish(topic, '', true)
  })

  it.each(MAY_NOT_SUBSCRIBE)('refuses the filter %s', async (filter, topic) => {
    const client = await connect(thief)
    const received = collect(client)
    await client.subscribeAsync(own('receipt'), { qos: 1 })
    const refused = await Promise.race([
      client.subscribeAsync(filter, { qos: 1 }).then(
        grants => grants.every(grant => grant.qos >= 128),
        () => true,
      ),
      closed(client).then(() => true),
    ])
    expect(refused).toBe(true)
    await broker.publish(topic, 'secret')
    if (!client.connected) return
    await broker.publish(own('receipt'), 'mark')
    await vi.waitFor(() => expect(received()).toEqual([`${own('receipt')} mark`]), WAIT)
  })

  it('publishes the will of a device on its own status', async () => {
    const client = await connect({ ...thief, will: will(own('status'), 'gone') })
    client.stream.destroy()
    await arrives(own('status'), 'gone')
  })

  it.each([
    others('status'),
    own('receipt'),
    facilityTopic(FACILITY, 'gateway'),
    conditionTopic(FACILITY, 'a', 'fall'),
  ])('never publishes a will on %s', async topic => {
    const client = await connect({ ...thief, will: will(topic, `stolen will on ${topic}`) }).catch(() => null)
    if (client) {
      client.stream.destroy()
      // The will of the next connection is published after that of this one.
      const next = await connect({ ...thief, will: will(own('status'), `after-${topic}`) })
      next.stream.destroy()
      await arrives(own('status'), `after-${topic}`)
    }
    await everythingArrived()
    expect(broker.heard().filter(message => message.payload === `stolen will on ${topic}`)).toEqual([])
  })

  it("refuses another's client id, and the other stays connected", async () => {
    const rightful = await connect(neighbour)
    let lost = false
    rightful.once('close', () => {
      lost = true
    })
    await expect(connect({ ...thief, clientId: neighbour.clientId })).rejects.toThrow()
    await expect(connect({ ...thief, username: neighbour.username, clientId: neighbour.clientId })).rejects.toThrow()
    await rightful.publishAsync(others('event'), 'still-here', { qos: 1 })
    await arrives(others('event'), 'still-here')
    expect(lost).toBe(false)
  })

  it.each<[string, (own: DeviceSignIn) => IClientOptions]>([
    ['a client id that was not enrolled', own => ({ ...own, clientId: 'sakura.mat-9' })],
    ["the gateway's client id", own => ({ ...own, clientId: `gateway-${FACILITY}` })],
    ['an empty client id', own => ({ ...own, clientId: '' })],
    ['a wrong password', own => ({ ...own, password: `${own.password}x` })],
    ['an empty password', own => ({ ...own, password: '' })],
    ['no password', ({ clientId, username }) => ({ clientId, username })],
    ['no user name', ({ clientId }) => ({ clientId })],
    ['a user that does not exist', own => ({ ...own, username: 'sakura.mat-9', clientId: 'sakura.mat-9' })],
  ])('refuses %s', async (_, change) => {
    await expect(connect(change(thief))).rejects.toThrow()
  })
}

const WAIT = { timeout: 10_000, interval: 10 }
const CONNECTION: IClientOptions = { reconnectPeriod: 0, connectTimeout: 5_000, protocolVersion: 4, keepalive: 30 }
const will = (topic: string, payload: string) => ({
  topic,
  payload: Buffer.from(payload),
  qos: 1 as const,
  retain: false,
})

function collect(client: MqttClient): () => string[] {
  const received: string[] = []
  client.on('message', (topic, payload) => received.push(`${topic} ${payload}`))
  return () => received
}

const closed = (client: MqttClient): Promise<void> =>
  new Promise(resolve => (client.connected ? client.once('close', () => resolve()) : resolve()))

/** Until a publish is acknowledged or refused, or the broker has closed the connection. */
const settled = (client: MqttClient, publish: Promise<unknown>): Promise<unknown> =>
  Promise.race([publish.catch(() => undefined), closed(client)])
