/** The suite of a broker under attack: the table of attacks by device, hub and revoked credential, and how credentials end. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { deviceTopic } from '../../core/topics.ts'
import { ATTACKS, closed, collect, connect, everythingArrived, poll, settled } from './attacks.ts'
import { type AttackedBroker, createWorld, type Loot, type World } from './world.ts'

export function deviceAttacks(kind: 'embedded' | 'mosquitto', start: () => Promise<AttackedBroker>): void {
  let broker: AttackedBroker
  let world: World
  const clients: MqttClient[] = []
  beforeAll(async () => {
    broker = await start()
    world = await createWorld(broker)
  })
  afterEach(() => Promise.all(clients.splice(0).map(client => client.endAsync(true))))
  afterAll(() => broker?.stop())

  const open = async (options: IClientOptions): Promise<MqttClient> => {
    const client = await connect(broker, options)
    clients.push(client)
    return client
  }
  const refused = async (options: IClientOptions): Promise<void> => {
    const outcome = open(options).then(
      () => 'admitted',
      () => 'refused',
    )
    expect(await outcome).toBe('refused')
  }
  const enrolled = async (device: string) => {
    const { facility } = world
    const [like] = await broker.registry.devices.list({ facilities: [facility], limit: 1 })
    if (!like) throw new Error('an empty world')
    return broker.enrolment.enrol({ ...like, id: device as typeof like.id })
  }
  const topicOf = (device: string, leaf: Parameters<typeof deviceTopic>[2]) => deviceTopic(world.facility, device, leaf)
  const arrives = (topic: string, payload: string) =>
    poll(() => broker.heard().some(message => message.topic === topic && message.payload === payload))

  const attacks = ATTACKS.filter(attack => kind === 'embedded' || !attack.embeddedOnly)
  describe.each<[string, (from: World) => Loot]>([
    ["a stolen device's credential", from => from.device],
    ["a stolen hub's credential", from => from.hub],
    ['a revoked credential', from => from.revoked],
  ])('%s', (_, lootOf) => {
    it.each(attacks.map(attack => [attack.name, attack] as const))('never %s', async (_name, attack) => {
      expect(await attack.run(world, lootOf(world))).toBeNull()
    })
  })

  it('a hub says and hears what the devices it lists may, topic by topic, and dies with a will of its own status', async () => {
    const { signIn, device, listed } = world.hub
    const will = {
      topic: topicOf(device, 'status'),
      payload: Buffer.from('hub is gone'),
      qos: 1 as const,
      retain: true,
    }
    const client = await open({ ...signIn, will })
    const received = collect(client)
    for (const each of [device, ...listed]) {
      for (const channel of ['telemetry', 'event', 'status'] as const) {
        await client.publishAsync(topicOf(each, channel), `own ${each} ${channel}`, { qos: 1 })
        await arrives(topicOf(each, channel), `own ${each} ${channel}`)
      }
      for (const reply of ['receipt', 'rejected'] as const) {
        expect((await client.subscribeAsync(topicOf(each, reply), { qos: 1 }))[0]?.qos).toBe(1)
        await broker.publish(topicOf(each, reply), `for ${each} ${reply}`)
        await poll(() => received().includes(`for ${each} ${reply}`))
      }
    }
    client.stream.destroy()
    await arrives(topicOf(device, 'status'), 'hub is gone')
  })

  it('a device that a hub lists keeps its own credential', async () => {
    await enrolled('own-1')
    await broker.enrolment.setHub(world.facility, 'own-1', [])
    const credential = await broker.enrolment.rotate(world.facility, 'own-1', 0)
    await broker.enrolment.setHub(world.facility, world.hub.device, [...world.hub.listed, 'own-1'])
    const client = await open(credential)
    await client.publishAsync(topicOf('own-1', 'telemetry'), 'by itself', { qos: 1 })
    await arrives(topicOf('own-1', 'telemetry'), 'by itself')
    await broker.enrolment.setHub(world.facility, world.hub.device, world.hub.listed)
  })

  it('what a hub no longer lists it can neither say nor hear, not even by a session that it kept', async () => {
    await enrolled('hub-2')
    for (const id of ['cup-1', 'cup-2']) await enrolled(id)
    const signIn = await broker.enrolment.rotate(world.facility, 'hub-2', 0)
    await broker.enrolment.setHub(world.facility, 'hub-2', ['cup-1', 'cup-2'])
    const client = await open({ ...signIn, clean: false })
    for (const id of ['cup-1', 'cup-2']) await client.subscribeAsync(topicOf(id, 'receipt'), { qos: 1 })
    const end = closed(client)
    await broker.enrolment.setHub(world.facility, 'hub-2', ['cup-2'])
    await end
    for (const id of ['cup-1', 'cup-2']) await broker.publish(topicOf(id, 'receipt'), `while away ${id}`)
    // Listens before it connects: what was kept for it comes at once.
    const again = mqtt.connect(broker.url, { protocolVersion: 4, reconnectPeriod: 0, ...signIn, clean: false })
    const received = collect(again)
    again.on('error', () => undefined)
    clients.push(again)
    await poll(() => again.connected)
    for (const id of ['cup-1', 'cup-2']) await broker.publish(topicOf(id, 'receipt'), `back ${id}`)
    await poll(() => received().includes('back cup-2'))
    expect(received().filter(payload => payload.includes('cup-1'))).toEqual([])
    await settled(again, again.publishAsync(topicOf('cup-1', 'telemetry'), 'no longer', { qos: 1 }))
    await everythingArrived(world)
    expect(broker.heard().filter(({ payload }) => payload === 'no longer')).toEqual([])
  })

  it('a revoked credential loses its connection at once, leaves no will, and is refused from then on', async () => {
    const signIn = await enrolled('late-1')
    const status = topicOf('late-1', 'status')
    const will = { topic: status, payload: Buffer.from('will of the revoked'), qos: 1 as const, retain: false }
    const client = await open({ ...signIn, will })
    const end = closed(client)
    await broker.enrolment.revoke(world.facility, 'late-1')
    await end
    await refused(signIn)
    await everythingArrived(world)
    expect(broker.heard().filter(({ payload }) => payload === 'will of the revoked')).toEqual([])
    await broker.enrolment.revoke(world.facility, 'late-1')
  })

  it('a credential is replaced at once: the old connection is closed, the new credential works', async () => {
    const first = await enrolled('turn-1')
    const client = await open(first)
    const end = closed(client)
    const second = await broker.enrolment.rotate(world.facility, 'turn-1', 0)
    await end
    await refused(first)
    const next = await open(second)
    await next.publishAsync(topicOf('turn-1', 'telemetry'), 'with the second', { qos: 1 })
    await arrives(topicOf('turn-1', 'telemetry'), 'with the second')
  })

  it('with an overlap both work until its end; then the old connection is closed, and the new one stays', async () => {
    const first = await enrolled('turn-2')
    await enrolled('turn-3')
    const second = await broker.enrolment.rotate(world.facility, 'turn-2', 2_000)
    const old = await open(first)
    const end = closed(old)
    expect(old.connected).toBe(true)
    await end
    await refused(first)
    const fresh = await open(second)
    // The same for a connection of the new credential, which must not be taken for the old one's.
    const third = await broker.enrolment.rotate(world.facility, 'turn-3', 0)
    const fourth = await broker.enrolment.rotate(world.facility, 'turn-3', 300)
    const stays = await open(fourth)
    await poll(() => stays.connected)
    const endsMs = (await broker.registry.credentials.list(world.facility, 'turn-3')).find(
      ({ username }) => username === third.username,
    )?.endsMs
    // A while after the end: what would close the wrong connection has had its chance.
    while (Date.now() < (endsMs ?? Number.POSITIVE_INFINITY) + 500) await everythingArrived(world)
    await stays.publishAsync(topicOf('turn-3', 'telemetry'), 'still here', { qos: 1 })
    await arrives(topicOf('turn-3', 'telemetry'), 'still here')
    expect(fresh.connected).toBe(true)
    await refused(third)
  })
}
