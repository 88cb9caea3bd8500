/** What a credential could do after Mosquitto or the server was away, or after its accounts were bent by hand; each tells the breach, or null. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deviceTopic, facilityTopic } from '../../core/topics.ts'
import type { AttackedMosquitto } from './attacked-mosquitto.ts'
import { connect, everythingArrived, settled } from './attacks.ts'
import type { World } from './world.ts'

const isAdmitted = async (world: World, options: object): Promise<boolean> => {
  const client = await connect(world.broker, options).catch(() => null)
  await client?.endAsync(true)
  return client !== null
}
async function isRefusedWithin(world: World, options: object, withinMs: number): Promise<boolean> {
  const untilMs = performance.now() + withinMs
  while (performance.now() < untilMs) if (!(await isAdmitted(world, options))) return true
  return false
}
const fileOf = ({ mosquitto }: AttackedMosquitto): string => join(mosquitto.dir, 'data', 'dynamic-security.json')

/** The broker comes back with the accounts of an earlier day. */
export async function afterStaleFile(world: World, broker: AttackedMosquitto): Promise<string | null> {
  const { facility, device, neighbour } = world
  const kept = `${fileOf(broker)}.kept`
  await copyFile(fileOf(broker), kept)
  await broker.enrolment.revoke(facility, device.device)
  // So late that the watch over recent ends is done with it.
  const untilMs = performance.now() + 500
  while (performance.now() < untilMs) await everythingArrived(world)
  await broker.mosquitto.kill()
  await copyFile(kept, fileOf(broker))
  await broker.mosquitto.restart()
  if (!(await isRefusedWithin(world, device.signIn, 8_000))) return 'a revoked credential is admitted'
  return (await isAdmitted(world, neighbour)) ? null : 'the neighbour is refused'
}

/** A credential is revoked while the broker is down. */
export async function afterAbsence(world: World, broker: AttackedMosquitto): Promise<string | null> {
  const { facility, hub, neighbour } = world
  await broker.mosquitto.kill()
  const outcome = await broker.enrolment.revoke(facility, hub.device).then(
    () => 'said to be done',
    (error: { code: string; retryable: boolean }) => `${error.code} ${error.retryable}`,
  )
  if (outcome !== 'unavailable true') return outcome
  await broker.mosquitto.restart()
  if (!(await isRefusedWithin(world, hub.signIn, 8_000))) return 'a revoked credential is admitted'
  await broker.enrolment.revoke(facility, hub.device)
  return (await isAdmitted(world, neighbour)) ? null : 'the neighbour is refused'
}

/** Somebody with the administrator's password gave accounts more than the registry does. */
export async function afterBending(world: World, broker: AttackedMosquitto): Promise<string | null> {
  const { facility, device, neighbour } = world
  const stranger = { username: 'mallory', password: 'a-password-of-mallory' }
  const operator = { username: 'operator-tool', password: 'a-password-of-a-tool' }
  const role = `device-${facility}.mat-1`
  const rule = { acltype: 'publishClientSend', topic: facilityTopic(facility, 'live'), allow: true }
  const other = { acltype: 'publishClientSend', topic: deviceTopic(facility, 'mat-4', 'event'), allow: true }
  await broker.mosquitto.control(
    { command: 'createClient', ...stranger, roles: [{ rolename: role }] },
    { command: 'createClient', ...operator, roles: [] },
    { command: 'createRole', rolename: 'wide', acls: [rule] },
    { command: 'addClientRole', username: device.signIn.username, rolename: 'wide' },
    { command: 'addRoleACL', rolename: role, ...other },
  )
  const undisturbed = await connect(world.broker, neighbour)
  await broker.accounts.reconcile()
  const isUndisturbed = await everythingArrived(world, undisturbed)
  await undisturbed.endAsync(true)
  if (!isUndisturbed) return 'a device whose account was right lost its connection'
  if (await isAdmitted(world, stranger)) return 'a stranger with a role of a device is admitted'
  if (!(await isAdmitted(world, operator))) return "an operator's own account is gone"
  for (const { topic } of [rule, other]) {
    const thief = await connect(world.broker, device.signIn)
    await settled(thief, thief.publishAsync(topic, `bent ${topic}`, { qos: 1 }))
    await thief.endAsync(true)
  }
  await everythingArrived(world)
  const heard = broker.heard().find(({ payload }) => payload.startsWith('bent '))
  await broker.mosquitto.control({ command: 'deleteRole', rolename: 'wide' }, { command: 'deleteClient', ...operator })
  return heard?.payload ?? null
}

/** The broker has lost an account, whose password nobody knows any more. */
export async function afterLoss(world: World, broker: AttackedMosquitto): Promise<string | null> {
  const { facility, neighbour } = world
  await broker.mosquitto.control({ command: 'deleteClient', username: neighbour.username })
  await broker.accounts.reconcile()
  if (broker.accounts.sight(neighbour.username) !== 'absent') return 'the loss is not told'
  const next = await broker.enrolment.rotate(facility, 'mat-2', 0)
  if (broker.accounts.sight(next.username) !== 'present') return 'the new one is said to be lost'
  return (await isAdmitted(world, next)) ? null : 'the new one is refused'
}
