/** The built-in device catalogue: adding a type is one file here and one line below. */
import type { DeviceProfile } from '../profile.ts'
import { bathLift } from './bath-lift.ts'
import { bedLoadCell } from './bed-load-cell.ts'
import { bedSleepMat } from './bed-sleep-mat.ts'
import { callNurseCall } from './call-nurse-call.ts'
import { commRobot } from './comm-robot.ts'
import { excretionBladderUs } from './excretion-bladder-us.ts'
import { excretionOdorPad } from './excretion-odor-pad.ts'
import { medDispenser } from './med-dispenser.ts'
import { mobilityWalkTrainer } from './mobility-walk-trainer.ts'
import { roomDoorMotion } from './room-door-motion.ts'
import { roomEnvironment } from './room-environment.ts'
import { roomRadar } from './room-radar.ts'
import { roomSilhouette } from './room-silhouette.ts'
import { trainGaitAssess } from './train-gait-assess.ts'
import { transferLiftRobot } from './transfer-lift-robot.ts'
import { transferWornAssist } from './transfer-worn-assist.ts'
import { vitalSpotSet } from './vital-spot-set.ts'
import { wearLocationTag } from './wear-location-tag.ts'

/** In the order of families: robots, rehabilitation, care. */
export const profiles: readonly DeviceProfile[] = [
  transferLiftRobot,
  transferWornAssist,
  bathLift,
  commRobot,
  medDispenser,
  mobilityWalkTrainer,
  trainGaitAssess,
  bedSleepMat,
  roomDoorMotion,
  bedLoadCell,
  roomRadar,
  roomSilhouette,
  roomEnvironment,
  callNurseCall,
  excretionBladderUs,
  excretionOdorPad,
  vitalSpotSet,
  wearLocationTag,
]

/** A built-in profile by id; undefined when there is none. */
export const profileById = (id: string): DeviceProfile | undefined => profiles.find(profile => profile.id === id)
