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
  '215': ['bed.sleep_mat', 'room.door_motion', 'vital.spot_set', 'transfer.lift_robot'],
  '315': ['transfer.worn_assist', 'mobility.walk_trainer', 'train.gait_assess'],
}
const WATCHING = ['bed.sleep_mat', 'room.door_motion']
/** What stands in a room besides the watching devices. */
const EQUIPMENT: Record<string, string[]> = {
  '201': ['vital.spot_set'],
  '203': ['transfer.lift_robot'],
  '205': ['transfer.worn_assist'],
  '206': ['vital.spot_set'],
  '207': ['train.gait_assess'],
  '210': ['mobility.walk_trainer'],
  '211': ['vital.spot_set'],
  '213': ['vital.spot_set'],
  '302': ['vital.spot_set'],
  '303': ['train.gait_assess'],
  '306': ['transfer.lift_robot'],
  '307': ['vital.spot_set'],
  '310': ['vital.spot_set'],
  '311': ['transfer.worn_assist'],
  '312': ['mobility.walk_trainer'],
  '313': ['vital.spot_set'],
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
