/** The built-in device catalogue: adding a type is one file here and one line below. */
import type { DeviceProfile } from '../profile.ts'
import { bedSleepMat } from './bed-sleep-mat.ts'
import { mobilityWalkTrainer } from './mobility-walk-trainer.ts'
import { roomDoorMotion } from './room-door-motion.ts'
import { trainGaitAssess } from './train-gait-assess.ts'
import { transferLiftRobot } from './transfer-lift-robot.ts'
import { transferWornAssist } from './transfer-worn-assist.ts'
import { vitalSpotSet } from './vital-spot-set.ts'

export const profiles: readonly DeviceProfile[] = [
  transferLiftRobot,
  transferWornAssist,
  mobilityWalkTrainer,
  trainGaitAssess,
  bedSleepMat,
  vitalSpotSet,
  roomDoorMotion,
]

/** A built-in profile by id; undefined when there is none. */
export const profileById = (id: string): DeviceProfile | undefined => profiles.find(profile => profile.id === id)
