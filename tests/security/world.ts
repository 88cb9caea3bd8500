/** A broker under attack with its devices, hub and neighbours, built from the sources in any folder: the real ones, or ones with a guard removed. */
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import type { ClearCredential } from '../../core/credentials.ts'
import type { DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { Enrolment } from '../../server/broker/enrolment.ts'

export const ROOT = join(import.meta.dirname, '../..')

export interface AttackedBroker {
  url: string
  registry: Registry
  enrolment: Enrolment
  /** May do what a gateway may, under any client id. */
  gateway: { username: string; password: string }
  /** All that reached the platform and was not refused, in order. */
  heard(): readonly { topic: string; payload: string }[]
  /** As the platform may. */
  publish(topic: string, payload: string): Promise<void>
  /** Topics of what the broker keeps. */
  retained(): Promise<string[]>
  /** Sign-ins that come now wait before they are answered, until the returned function is called; null where we cannot. */
  holdSignIns: (() => { waiting: () => number; release: () => void }) | null
  /** What Mosquitto allows where no role says anything; null for the embedded broker, which has no such rule. */
  defaults: (() => Promise<{ acltype: string; allow: boolean }[]>) | null
  stop(): Promise<void>
}

/** What the thief has. */
export interface Loot {
  device: string
  signIn: ClearCredential
  /** The further devices of a hub. */
  listed: string[]
}
export interface World {
  broker: AttackedBroker
  facility: string
  elsewhere: string
  neighbour: ClearCredential
  /** Tells when all has arrived; never attacked. */
  witness: ClearCredential
  device: Loot
  hub: Loot
  /** Was revoked. */
  revoked: Loot
  marks: number
  clients: MqttClient[]
}

const PROFILE = 'bed.sleep_mat' as ProfileId

let worlds = 0
/** A facility of its own, so that many worlds can share one broker. */
export async function createWorld(broker: AttackedBroker): Promise<World> {
  worlds += 1
  const facility = `sakura${worlds}`
  const elsewhere = `momiji${worlds}`
  for (const id of [facility, elsewhere])
    await broker.registry.facilities.create({ id: id as FacilityId, name: id, zone: 'Asia/Tokyo', benchOf: null })
  const enrol = (id: string, at = facility) =>
    broker.enrolment.enrol({
      ...{ facility: at as FacilityId, id: id as DeviceId, profile: PROFILE, maker: 'acme', activeFromMs: 0 },
    })
  const lootOf = async (device: string, listed: string[] = []): Promise<Loot> => ({
    device,
    listed,
    signIn: await enrol(device),
  })
  const device = await lootOf('mat-1')
  const neighbour = await enrol('mat-2')
  const witness = await enrol('mat-9')
  for (const id of ['mat-1', 'mat-3', 'hub-1']) await enrol(id, elsewhere)
  for (const id of ['mat-3', 'mat-4']) await enrol(id)
  const hub = await lootOf('hub-1', ['mat-3', 'mat-4'])
  await broker.enrolment.setHub(facility, 'hub-1', hub.listed)
  const revoked = await lootOf('mat-5')
  await broker.enrolment.revoke(facility, 'mat-5')
  return { broker, facility, elsewhere, neighbour, witness, device, hub, revoked, marks: 0, clients: [] }
}
