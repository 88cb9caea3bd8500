/** The demo facility as data: rooms in two units, the devices in them, which of these wait for a visitor, and which rooms have none. */
import { type DeviceId, deviceIdSchema, type ProfileId, profileIdSchema } from '../../core/ids.ts'

export interface DemoDevicePlan {
  id: DeviceId
  profile: ProfileId
  /** Nobody simulates it: it stands there for a visitor's own message. */
  spare: boolean
}
export interface DemoRoom {
  label: string
  unit: string
  devices: DemoDevicePlan[]
}

const UNITS = [
  { name: '2階 さくら', rooms: ['201', '202', '203', '205', '206', '207', '208', '210', '211', '212', '213', '215'] },
  { name: '3階 けやき', rooms: ['301', '302', '303', '305', '306', '307', '308', '310', '311', '312', '313', '315'] },
]
/** Without any device. */
const BARE = new Set(['208', '308'])
/** Vacant beds, where only spare devices stand. */
const VACANT: Record<string, string[]> = {
  '215': [
    ...['bed.sleep_mat', 'bed.load_cell', 'room.door_motion', 'room.radar', 'room.silhouette'],
    ...['room.environment', 'vital.spot_set', 'call.nurse_call', 'transfer.lift_robot'],
  ],
  '315': [
    ...['transfer.worn_assist', 'mobility.walk_trainer', 'train.gait_assess', 'bath.lift', 'comm.robot'],
    ...['med.dispenser', 'excretion.bladder_us', 'excretion.odor_pad', 'wear.location_tag'],
  ],
}
const WATCHING = ['bed.sleep_mat', 'room.door_motion']
/** What stands in a room besides the watching devices. */
const EQUIPMENT: Record<string, string[]> = {
  '201': ['vital.spot_set', 'call.nurse_call'],
  '203': ['transfer.lift_robot'],
  '205': ['transfer.worn_assist', 'wear.location_tag'],
  '206': ['vital.spot_set'],
  '207': ['train.gait_assess', 'med.dispenser'],
  '210': ['mobility.walk_trainer'],
  '211': ['vital.spot_set', 'excretion.bladder_us'],
  '213': ['vital.spot_set', 'room.environment'],
  '302': ['vital.spot_set', 'room.silhouette'],
  '303': ['train.gait_assess', 'comm.robot'],
  '306': ['transfer.lift_robot', 'bath.lift'],
  '307': ['vital.spot_set', 'room.radar'],
  '310': ['vital.spot_set', 'excretion.odor_pad'],
  '311': ['transfer.worn_assist'],
  '312': ['mobility.walk_trainer'],
  '313': ['vital.spot_set', 'bed.load_cell'],
}

/** 24 rooms in the order of the board; ids of devices name their room, never a person. */
export function demoPlan(): DemoRoom[] {
  return UNITS.flatMap(({ name, rooms }) =>
    rooms.map(label => {
      const spare = VACANT[label]
      const profiles = spare ?? (BARE.has(label) ? [] : [...WATCHING, ...(EQUIPMENT[label] ?? [])])
      return { label, unit: name, devices: profiles.map(profile => deviceOf(label, profile, spare !== undefined)) }
    }),
  )
}

function deviceOf(label: string, profile: string, spare: boolean): DemoDevicePlan {
  const type = profile.slice(profile.indexOf('.') + 1).replaceAll('_', '-')
  const id = deviceIdSchema.parse(`${spare ? 'spare' : `r${label}`}-${type}`)
  return { id, profile: profileIdSchema.parse(profile), spare }
}
