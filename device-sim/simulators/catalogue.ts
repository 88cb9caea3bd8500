/** Which simulator plays which device type; a type without one of its own is played from its profile alone. */
import type { DeviceProfile } from '../../core/profile.ts'
import { simulateBathLift } from './bath-lift.ts'
import { simulateLoadCell } from './bed-load-cell.ts'
import { simulateSleepMat } from './bed-sleep-mat.ts'
import { simulateByProfile } from './by-profile.ts'
import { simulateNurseCall } from './call-nurse-call.ts'
import { simulateCommRobot } from './comm-robot.ts'
import { simulateBladderUs } from './excretion-bladder-us.ts'
import { simulateOdorPad } from './excretion-odor-pad.ts'
import { simulateMedDispenser } from './med-dispenser.ts'
import { simulateWalkTrainer } from './mobility-walk-trainer.ts'
import { simulateDoorMotion } from './room-door-motion.ts'
import { simulateEnvironment } from './room-environment.ts'
import { simulateRadar } from './room-radar.ts'
import { simulateSilhouette } from './room-silhouette.ts'
import type { Simulator } from './simulator.ts'
import { simulateGaitAssess } from './train-gait-assess.ts'
import { simulateLiftRobot } from './transfer-lift-robot.ts'
import { simulateWornAssist } from './transfer-worn-assist.ts'
import { simulateSpotSet } from './vital-spot-set.ts'
import { simulateLocationTag } from './wear-location-tag.ts'

const simulators: Readonly<Record<string, Simulator>> = {
  'bath.lift': simulateBathLift,
  'bed.load_cell': simulateLoadCell,
  'bed.sleep_mat': simulateSleepMat,
  'call.nurse_call': simulateNurseCall,
  'comm.robot': simulateCommRobot,
  'excretion.bladder_us': simulateBladderUs,
  'excretion.odor_pad': simulateOdorPad,
  'med.dispenser': simulateMedDispenser,
  'mobility.walk_trainer': simulateWalkTrainer,
  'room.door_motion': simulateDoorMotion,
  'room.environment': simulateEnvironment,
  'room.radar': simulateRadar,
  'room.silhouette': simulateSilhouette,
  'train.gait_assess': simulateGaitAssess,
  'transfer.lift_robot': simulateLiftRobot,
  'transfer.worn_assist': simulateWornAssist,
  'vital.spot_set': simulateSpotSet,
  'wear.location_tag': simulateLocationTag,
}

export const simulatorOf = (profile: DeviceProfile): Simulator => simulators[profile.id] ?? simulateByProfile(profile)
