/** How credentials end, as attacks: each tells what a credential could do that it may not do any more, or null. */
import mqtt from 'mqtt'
import type { DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import { deviceTopic } from '../../core/topics.ts'
import { closed, collect, connect, everythingArrived, poll } from './attacks.ts'
import type { World } from './world.ts'

let devices = 0
const enrol = async (world: World) => {
  devices += 1
  const id = `late-${devices}`
  const record = { facility: world.facility as FacilityId, id: id as DeviceId, profile: 'bed.sleep_mat' as ProfileId }
  return { id, signIn: await world.broker.enrolment.enrol({ ...record, maker: 'acme', activeFromMs: 0 }) }
}
const isAdmitted = async (world: World, options: object): Promise<boolean> => {
  const client = await connect(world.broker, options).catch(() => null)
  await client?.endAsync(true)
  return client !== null
}
/** Whether something comes about while other things happen at the broker for a second. */
async function within(work: Promise<void>, world: World): Promise<boolean> {
  let isDone = false
  void work.then(() => {
    isDone = true
  })
  const untilMs = performance.now() + 1_000
  while (!isDone && performance.now() < untilMs) await everythingArrived(world)
  return isDone
}

export async function afterRevocation(world: World): Promise<string | null> {
  const { id, signIn } = await enrol(world)
  const topic = deviceTopic(world.facility, id, 'status')
  const payload = `will of ${id}`
  const client = await connect(world.broker, {
    ...signIn,
    will: { topic, payload: Buffer.from(payload), qos: 1, retain: false },
  })
  const end = closed(client)
  await world.broker.enrolment.revoke(world.facility, id)
  if (!(await within(end, world))) {
    await client.endAsync(true)
    return 'it stays connected'
  }
  await everythingArrived(world)
  if (world.broker.heard().some(message => message.payload === payload)) return 'its will was published'
  return (await isAdmitted(world, signIn)) ? 'it is admitted' : null
}

export async function afterRotation(world: World): Promise<string | null> {
  const { id, signIn } = await enrol(world)
  const client = await connect(world.broker, signIn)
  const end = closed(client)
  const next = await world.broker.enrolment.rotate(world.facility, id, 0)
  const isClosed = await within(end, world)
  await client.endAsync(true)
  if (!isClosed) return 'the earlier one stays connected'
  if (await isAdmitted(world, signIn)) return 'the earlier one is admitted'
  return (await isAdmitted(world, next)) ? null : 'the new one is refused'
}

/** What a hub could say and hear for a device that it no longer lists, by a session that it kept. */
export async function afterUnlisting(world: World): Promise<string | null> {
  const { broker, facility } = world
  const { id: hub, signIn } = await enrol(world)
  const [{ id: gone }, { id: kept }] = [await enrol(world), await enrol(world)]
  await broker.enrolment.setHub(facility, hub, [gone, kept])
  const client = await connect(broker, { ...signIn, clean: false })
  for (const id of [gone, kept]) await client.subscribeAsync(deviceTopic(facility, id, 'receipt'), { qos: 1 })
  const end = closed(client)
  await broker.enrolment.setHub(facility, hub, [kept])
  if (!(await within(end, world))) {
    await client.endAsync(true)
    return 'it keeps its connection and the rights of that'
  }
  for (const id of [gone, kept]) await broker.publish(deviceTopic(facility, id, 'receipt'), `while away ${id}`)
  // Listens before it connects: what was kept for it comes at once.
  const again = mqtt.connect(broker.url, { protocolVersion: 4, reconnectPeriod: 0, ...signIn, clean: false })
  again.on('error', () => undefined)
  const received = collect(again)
  await poll(() => again.connected)
  for (const id of [gone, kept]) await broker.publish(deviceTopic(facility, id, 'receipt'), `back ${id}`)
  await poll(() => received().includes(`back ${kept}`))
  again.publish(deviceTopic(facility, gone, 'telemetry'), `no longer ${gone}`)
  await everythingArrived(world)
  const isHeard = broker.heard().some(({ payload }) => payload === `no longer ${gone}`)
  await again.endAsync(true)
  if (isHeard) return `it speaks for ${gone}`
  return received().find(payload => payload.endsWith(gone)) ?? null
}

/** A credential that is revoked while its sign-in is being looked at. Where sign-ins cannot be held, null. */
export async function revokedMeanwhile(world: World): Promise<string | null> {
  if (!world.broker.holdSignIns) return null
  const { id, signIn } = await enrol(world)
  const held = world.broker.holdSignIns()
  const admitted = isAdmitted(world, signIn)
  await poll(() => held.waiting() === 1)
  await world.broker.enrolment.revoke(world.facility, id)
  held.release()
  return (await admitted) ? 'it is admitted' : null
}
