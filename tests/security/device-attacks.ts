/** The suite of a broker under attack: the table of attacks by device, hub and revoked credential, and how credentials end. */
import type { IClientOptions, MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { deviceTopic } from '../../core/topics.ts'
import { ATTACKS, closed, collect, connect, everythingArrived, poll } from './attacks.ts'
import { afterRevocation, afterRotation, afterUnlisting, revokedMeanwhile } from './lifecycle.ts'
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

  it.each([
    [
      'a revoked credential loses its connection within a second, leaves no will, and is refused from then on',
      afterRevocation,
    ],
    ['a credential that is replaced at once loses its connection, and the new one works', afterRotation],
    ['what a hub no longer lists it can neither say nor hear, not even by a session that it kept', afterUnlisting],
    ['a credential that is revoked while it signs in is refused', revokedMeanwhile],
  ])('%s', async (_, attack) => {
    expect(await attack(world)).toBeNull()
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
