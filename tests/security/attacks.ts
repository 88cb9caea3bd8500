/** What a stolen device credential must not be able to do, as one table that is tried on both brokers: each attack tells its breach, or null. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { conditionTopic, deviceTopic, facilityTopic } from '../../core/topics.ts'
import type { AttackedBroker, Loot, World } from './world.ts'

export type AttackKind =
  | 'publish'
  | 'subscribe'
  | 'receive'
  | 'client id'
  | 'will'
  | 'retain'
  | 'exhaust'
  | 'credential'
  | 'unlisted'
export interface Attack {
  kind: AttackKind
  name: string
  /** Mosquitto has no rule for it; what it costs is said in docs/decisions. */
  embeddedOnly?: true
  run(world: World, loot: Loot): Promise<string | null>
}

/** Every topic that is not the thief's own. */
function forbiddenTopics(world: World, { device }: Loot): string[] {
  const { facility, elsewhere } = world
  const own = (leaf: 'receipt' | 'rejected' | 'telemetry') => deviceTopic(facility, device, leaf)
  return [
    ...(['telemetry', 'event', 'status', 'receipt', 'rejected'] as const).map(leaf =>
      deviceTopic(facility, 'mat-2', leaf),
    ),
    deviceTopic(facility, 'never-enrolled', 'telemetry'),
    deviceTopic(elsewhere, device, 'telemetry'),
    deviceTopic(elsewhere, 'mat-1', 'status'),
    own('receipt'),
    own('rejected'),
    ...(['registry', 'live', 'gateway', 'query', 'answer', 'condition/replay', 'condition/replayed'] as const).map(
      leaf => facilityTopic(facility, leaf),
    ),
    facilityTopic(elsewhere, 'live'),
    conditionTopic(facility, device, 'fall'),
    conditionTopic(facility, 'gateway', 'gateway_lost'),
    `${own('telemetry')}/more`,
    own('telemetry').replace('telemetry', 'command'),
    own('telemetry').replace('/v1/', '/v2/'),
    'anything',
    '$CONTROL/dynamic-security/v1',
    '$SYS/broker/version',
  ]
}

/** Filters, each with a topic on which the platform then says something that must not come. */
function forbiddenFilters({ facility, elsewhere }: World, { device }: Loot): [filter: string, topic: string][] {
  const other = deviceTopic(facility, 'mat-2', 'receipt')
  const exact = [
    deviceTopic(facility, device, 'telemetry'),
    deviceTopic(facility, device, 'status'),
    ...(['telemetry', 'event', 'status', 'receipt', 'rejected'] as const).map(leaf =>
      deviceTopic(facility, 'mat-2', leaf),
    ),
    deviceTopic(elsewhere, device, 'rejected'),
    ...(['registry', 'live', 'gateway', 'query', 'answer'] as const).map(leaf => facilityTopic(facility, leaf)),
  ]
  return [
    ['#', other],
    ['+/#', other],
    ['mimamori/#', facilityTopic(facility, 'live')],
    [`mimamori/v1/${facility}/+/receipt`, other],
    [`mimamori/v1/${facility}/${device}/+`, deviceTopic(facility, device, 'telemetry')],
    [`mimamori/v1/${facility}/${device}/#`, deviceTopic(facility, device, 'telemetry')],
    [`mimamori/v1/+/${device}/receipt`, deviceTopic(elsewhere, device, 'receipt')],
    [conditionTopic(facility, '+', '+'), conditionTopic(facility, 'mat-2', 'fall')],
    [`$share/thief/mimamori/v1/${facility}/+/receipt`, other],
    ['$SYS/#', other],
    ['$CONTROL/#', other],
    ...exact.map((topic): [string, string] => [topic, topic]),
  ]
}

const WILLS = (world: World, { device }: Loot): string[] => [
  deviceTopic(world.facility, 'mat-2', 'status'),
  deviceTopic(world.elsewhere, device, 'status'),
  deviceTopic(world.facility, device, 'receipt'),
  facilityTopic(world.facility, 'gateway'),
  facilityTopic(world.facility, 'live'),
  conditionTopic(world.facility, device, 'fall'),
]

export const ATTACKS: readonly Attack[] = [
  {
    kind: 'publish',
    name: 'publishes where it has no right',
    async run(world, loot) {
      const topics = forbiddenTopics(world, loot)
      for (const topic of topics)
        for (const [qos, retain] of [
          [0, false],
          [1, true],
          [2, false],
        ] as const) {
          const client = await tryConnect(world.broker, loot)
          if (!client) continue
          await settled(client, client.publishAsync(topic, `stolen ${loot.device} on ${topic}`, { qos, retain }))
          await client.endAsync(true)
        }
      await everythingArrived(world)
      return found(
        world.broker,
        topics.map(topic => `stolen ${loot.device} on ${topic}`),
      )
    },
  },
  {
    kind: 'subscribe',
    name: 'subscribes what is not its own, by name, wildcard or share',
    async run(world, loot) {
      for (const [filter, topic] of forbiddenFilters(world, loot)) {
        const client = await tryConnect(world.broker, loot)
        if (!client) continue
        const received = collect(client)
        const granted = await Promise.race([
          client.subscribeAsync(filter, { qos: 1 }).then(
            grants => grants.some(grant => grant.qos < 128),
            () => false,
          ),
          closed(client).then(() => false),
        ])
        await world.broker.publish(topic, 'secret')
        const heard = await hearsAfter(world, loot, client, received)
        await client.endAsync(true)
        if (granted) return `${filter} was granted`
        if (heard.includes('secret')) return `${filter} brought ${topic}`
      }
      return null
    },
  },
  {
    kind: 'client id',
    name: "takes another's client id",
    async run(world, loot) {
      const rightful = await connect(world.broker, world.neighbour)
      let lost = false
      rightful.once('close', () => {
        lost = true
      })
      const { username, password } = loot.signIn
      const tries: IClientOptions[] = [
        { clientId: world.neighbour.clientId, username, password },
        { clientId: world.neighbour.clientId, username: world.neighbour.username, password },
        { clientId: world.neighbour.clientId, username },
        { clientId: world.neighbour.clientId },
        { clientId: `${world.elsewhere}.${loot.device}`, username, password },
        { clientId: '', username, password },
        { clientId: 'server-1', username, password },
        { clientId: `${loot.signIn.clientId}x`, username, password },
        { clientId: loot.signIn.clientId.toUpperCase(), username, password },
      ]
      const breach = await firstAdmitted(world.broker, tries)
      const mark = await everythingArrived(world, rightful)
      const isLost = lost || !mark
      await rightful.endAsync(true)
      return breach ?? (isLost ? 'the rightful device lost its connection' : null)
    },
  },
  {
    kind: 'client id',
    name: "takes the gateway's client id, or its name",
    async run(world, loot) {
      const gateways = await Promise.all(
        [`gateway-${world.facility}`, `gateway-${world.facility}-events`].map(clientId =>
          connect(world.broker, { ...world.broker.gateway, clientId }),
        ),
      )
      let lost = false
      for (const gateway of gateways)
        gateway.once('close', () => {
          lost = true
        })
      const { username, password } = loot.signIn
      const tries = gateways.flatMap(({ options: { clientId = '' } }) => [
        { clientId, username, password },
        { clientId, username: world.broker.gateway.username, password },
        { clientId, username: 'gateway', password: '' },
      ])
      const breach = await firstAdmitted(world.broker, tries)
      await everythingArrived(world)
      const isLost = lost
      for (const gateway of gateways) await gateway.endAsync(true)
      return breach ?? (isLost ? 'the gateway lost its connection' : null)
    },
  },
  {
    kind: 'will',
    name: 'leaves a will where it has no right',
    async run(world, loot) {
      const payloads: string[] = []
      for (const topic of WILLS(world, loot)) {
        const payload = `will of ${loot.device} on ${topic}`
        payloads.push(payload)
        for (const retain of [false, true]) await dieWithWill(world, loot, topic, payload, retain)
      }
      await everythingArrived(world)
      return found(world.broker, payloads)
    },
  },
  {
    kind: 'will',
    name: 'leaves a will on a topic of its own that is no status, or on the status of a device it speaks for',
    embeddedOnly: true,
    async run(world, loot) {
      const topics = [
        deviceTopic(world.facility, loot.device, 'telemetry'),
        deviceTopic(world.facility, loot.device, 'event'),
        ...loot.listed.map(device => deviceTopic(world.facility, device, 'status')),
      ]
      for (const topic of topics) await dieWithWill(world, loot, topic, `will of ${loot.device} on ${topic}`, false)
      await everythingArrived(world)
      return found(
        world.broker,
        topics.map(topic => `will of ${loot.device} on ${topic}`),
      )
    },
  },
  {
    kind: 'retain',
    name: 'leaves a message behind on telemetry or event',
    embeddedOnly: true,
    async run(world, loot) {
      const topics = [loot.device, ...loot.listed].flatMap(device =>
        (['telemetry', 'event'] as const).map(channel => deviceTopic(world.facility, device, channel)),
      )
      for (const topic of topics)
        for (const qos of [0, 1, 2] as const) {
          const client = await tryConnect(world.broker, loot)
          if (!client) continue
          await settled(client, client.publishAsync(topic, `kept ${topic}`, { qos, retain: true }))
          await client.endAsync(true)
        }
      await everythingArrived(world)
      const kept = await world.broker.retained()
      return kept.find(topic => topics.includes(topic)) ?? null
    },
  },
  {
    kind: 'receive',
    name: 'is given anything that no rule allows',
    async run({ broker }) {
      const allowed = ((await broker.defaults?.()) ?? []).filter(({ allow }) => allow).map(({ acltype }) => acltype)
      return allowed.find(acltype => acltype !== 'unsubscribe') ?? null
    },
  },
  {
    kind: 'exhaust',
    name: 'holds more than one connection with one credential',
    async run(world, loot) {
      const clients = await Promise.all(Array.from({ length: 25 }, () => tryConnect(world.broker, loot)))
      await everythingArrived(world)
      const holds = () => clients.filter(client => client?.connected).length
      for (let tries = 0; holds() > 1 && tries < 100; tries += 1) await everythingArrived(world)
      const left = holds()
      await Promise.all(clients.map(client => client?.endAsync(true)))
      return left > 1 ? `${left} connections live` : null
    },
  },
  {
    kind: 'credential',
    name: 'signs in with something near the credential',
    run: (world, { signIn: { clientId, username, password } }) =>
      firstAdmitted(world.broker, [
        { clientId, username, password: `${password}x` },
        { clientId, username, password: password.slice(0, -1) },
        { clientId, username, password: password.toUpperCase() },
        { clientId, username, password: '' },
        { clientId, username },
        { clientId, username, password: world.neighbour.password },
        { clientId },
        { clientId, username: `${username}.2`, password },
        { clientId, username: '', password },
      ]),
  },
]

/** Also returns whether the mark came: what was sent before on any connection has then come too. */
export async function everythingArrived(world: World, by?: MqttClient): Promise<boolean> {
  world.marks += 1
  const mark = `mark ${world.marks}`
  const topic = deviceTopic(world.facility, 'mat-9', 'event')
  const client = by ?? (await connect(world.broker, world.witness))
  const own = by ? deviceTopic(world.facility, 'mat-2', 'event') : topic
  const sent = await settled(client, client.publishAsync(own, mark, { qos: 1 }))
  if (!by) await client.endAsync(true)
  if (!sent) return false
  await poll(() => world.broker.heard().some(message => message.payload === mark))
  return true
}

/** What came to a client until something that it may hear has come; nothing when it was closed. */
async function hearsAfter(world: World, loot: Loot, client: MqttClient, received: () => string[]): Promise<string[]> {
  const own = deviceTopic(world.facility, loot.device, 'receipt')
  if (!client.connected) return received()
  const isGranted = await settled(client, client.subscribeAsync(own, { qos: 1 }))
  if (!isGranted) return received()
  await world.broker.publish(own, 'end')
  await poll(() => received().includes('end') || !client.connected)
  return received()
}

async function dieWithWill(world: World, loot: Loot, topic: string, payload: string, retain: boolean): Promise<void> {
  const will = { topic, payload: Buffer.from(payload), qos: 1 as const, retain }
  const client = await tryConnect(world.broker, loot, { will })
  client?.stream.destroy()
  // Its place is taken only when the broker is done with it.
  const next = client && (await tryConnect(world.broker, loot))
  await next?.endAsync(true)
}

async function firstAdmitted(broker: AttackedBroker, tries: readonly IClientOptions[]): Promise<string | null> {
  for (const options of tries) {
    const client = await connect(broker, options).catch(() => null)
    if (!client) continue
    await client.endAsync(true)
    return `admitted as ${options.clientId}, ${options.username}`
  }
  return null
}

const found = (broker: AttackedBroker, payloads: readonly string[]): string | null =>
  broker.heard().find(({ payload }) => payloads.includes(payload))?.payload ?? null

export async function connect(broker: AttackedBroker, options: IClientOptions): Promise<MqttClient> {
  const client = await mqtt.connectAsync(
    broker.url,
    { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 5_000, keepalive: 30, ...options },
    false,
  )
  client.on('error', () => undefined)
  return client
}
const tryConnect = (broker: AttackedBroker, { signIn }: Loot, more: IClientOptions = {}): Promise<MqttClient | null> =>
  connect(broker, { ...signIn, ...more }).catch(() => null)

export function collect(client: MqttClient): () => string[] {
  const received: string[] = []
  client.on('message', (_topic, payload) => received.push(payload.toString()))
  return () => received
}
export const closed = (client: MqttClient): Promise<void> =>
  new Promise(resolve => (client.connected ? client.once('close', () => resolve()) : resolve()))

/** True when it was done, false when it was refused or the broker closed the connection. */
export const settled = (client: MqttClient, work: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    work.then(
      () => true,
      () => false,
    ),
    closed(client).then(() => false),
  ])

export async function poll(is: () => boolean, withinMs = 15_000): Promise<void> {
  const untilMs = performance.now() + withinMs
  while (!is()) {
    if (performance.now() > untilMs) throw new Error(`not within ${withinMs} ms`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
