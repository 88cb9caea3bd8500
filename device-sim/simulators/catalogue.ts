/** Which simulator plays which device type; a type without one of its own is played from its profile alone. */
import type { DeviceProfile } from '../../core/profile.ts'
import { simulateSleepMat } from './bed-sleep-mat.ts'
import { simulateByProfile } from './by-profile.ts'
import { simulateWalkTrainer } from './mobility-walk-trainer.ts'
import { simulateDoorMotion } from './room-door-motion.ts'
import type { Simulator } from './simulator.ts'
import { simulateGaitAssess } from './train-gait-assess.ts'
import { simulateLiftRobot } from './transfer-lift-robot.ts'
import { simulateWornAssist } from './transfer-worn-assist.ts'
import { simulateSpotSet } from './vital-spot-set.ts'

const simulators: Readonly<Record<string, Simulator>> = {
  'transfer.lift_robot': simulateLiftRobot,
  'transfer.worn_assist': simulateWornAssist,
  'mobility.walk_trainer': simulateWalkTrainer,
  'train.gait_assess': simulateGaitAssess,
  'bed.sleep_mat': simulateSleepMat,
  'vital.spot_set': simulateSpotSet,
  'room.door_motion': simulateDoorMotion,
}

export const simulatorOf = (profile: DeviceProfile): Simulator => simulators[profile.id] ?? simulateByProfile(profile)
