/** The demo facility in the registry: its rooms, devices with credentials, one resident without identity for each room in use. */
import { type DeviceId, type FacilityId, facilityIdSchema, type ProfileId } from '../core/ids.ts'
import type { Registry } from '../core/registry.ts'
import type { DemoRoom } from '../device-sim/demo/plan.ts'
import { DEMO_MAKER } from './demo-accounts.ts'

export const DEMO_FACILITY: FacilityId = facilityIdSchema.parse('demo')
const DAY_MS = 86_400_000

/** As kept in `demo-devices.json`, and as `npm run sim -- --credentials` reads it. */
export interface DemoDevice {
  facility: FacilityId
  device: DeviceId
  profile: ProfileId
  client_id: string
  username: string
  password: string
  /** Nobody simulates it: it waits for a visitor's own message. */
  spare: boolean
}

/** Creates the facility with everything in it, active since a day ago so that yesterday can be filled in. */
export async function createDemoFacility(
  registry: Registry,
  plan: readonly DemoRoom[],
  zone: string,
  nowMs: number,
): Promise<DemoDevice[]> {
  const facility = DEMO_FACILITY
  const fromMs = nowMs - DAY_MS
  await registry.facilities.create({ id: facility, name: 'みなと苑', zone, benchOf: null })
  await registry.facilities.create({
    id: facilityIdSchema.parse(`bench-${DEMO_MAKER}`),
    name: 'Bench',
    zone,
    benchOf: DEMO_MAKER,
  })
  const devices: DemoDevice[] = []
  for (const { label, unit, devices: planned } of plan) {
    const room = await registry.rooms.create({ facility, label, unit })
    const simulated = planned.some(device => !device.spare)
    const resident = simulated ? (await registry.residents.create(facility, nowMs)).id : null
    if (resident) {
      await registry.stays.add({ facility, resident, room: room.id, bed: null, fromMs })
      await registry.consents.create({ facility, resident, purpose: 'device_evaluation', fromMs })
    }
    for (const { id, profile, spare } of planned) {
      const credential = await registry.devices.enrol(
        { facility, id, profile, maker: DEMO_MAKER, activeFromMs: fromMs },
        nowMs,
      )
      await registry.placements.create({
        facility,
        device: id,
        room: room.id,
        resident: spare ? null : resident,
        fromMs,
        toMs: null,
      })
      const { clientId, username, password } = credential
      devices.push({ facility, device: id, profile, client_id: clientId, username, password, spare })
    }
  }
  return devices
}
