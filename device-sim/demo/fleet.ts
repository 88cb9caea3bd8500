/** Plays the demo facility: all its devices but the spare ones, live, with a past period filled in behind. */
import { randomBytes } from 'node:crypto'
import type { AppError } from '../../core/errors.ts'
import { profileById } from '../../core/profiles/index.ts'
import type { Credential } from '../credentials.ts'
import { type Fleet, type FleetDevice, startFleet } from '../fleet.ts'
import { fillHistory } from '../history.ts'
import { simulatorOf } from '../simulators/catalogue.ts'
import { createResident, type Resident } from '../simulators/resident.ts'
import { scenarioOf } from '../simulators/scenario.ts'
import { demoPlan } from './plan.ts'
import { isDense, oneAMinute } from './thin.ts'

export interface DemoFleetOptions {
  /** As in `demo-devices.json`. */
  credentials: readonly Credential[]
  url: string
  seed: string
  /** Zone of the facility: the residents' day follows it. */
  zone: string
  scenario?: string
  /** Epoch ms. What lies between here and now is filled in; null fills nothing in. */
  historyFromMs: number | null
  /** Messages per second while the past is filled in. */
  historyRate?: number
  now?: () => number
  /** A device that cannot connect; it keeps trying. */
  onProblem?: (device: string, error: AppError) => void
  onHistory?: (sentHours: number, ofHours: number) => void
}
export interface DemoFleet {
  /** Starts the live devices and, beside them, the history. */
  start(): void
  counts(): ReturnType<Fleet['counts']>
  /** Resolves when the past is filled in and acknowledged; at once when there is none to fill in. */
  filled(): Promise<void>
  stop(): Promise<void>
}

/** Below the rate limit of a single device, and far below what one store takes. */
const HISTORY_RATE = 1_500

export function createDemoFleet(options: DemoFleetOptions): DemoFleet {
  const ending = new AbortController()
  let fleet: Fleet | null = null
  let filling: Promise<void> = Promise.resolve()
  return {
    start: () => {
      const boot = randomBytes(6).toString('hex')
      const { url, seed, now, onProblem } = options
      fleet = startFleet({ devices: demoDevices(options), url, seed, boot, now, onProblem })
      if (options.historyFromMs === null || options.historyFromMs >= fleet.liveFromMs) return
      filling = fillHistory({
        devices: fleet.devices.map(device => {
          const profile = profileById(device.credential.profile)
          return profile && isDense(profile) ? { ...device, simulate: oneAMinute(device.simulate) } : device
        }),
        fromMs: options.historyFromMs,
        toMs: fleet.liveFromMs,
        rate: options.historyRate ?? HISTORY_RATE,
        signal: ending.signal,
        onProgress: options.onHistory,
      })
    },
    counts: () => fleet?.counts() ?? { published: 0, acknowledged: 0, refused: 0, waiting: 0 },
    filled: () => filling,
    stop: async () => {
      ending.abort()
      await filling
      await fleet?.stop()
    },
  }
}

/** Devices of one room share a resident, so that they tell one story. */
function demoDevices({ credentials, seed, zone, scenario }: DemoFleetOptions): FleetDevice[] {
  const roomOf = new Map(demoPlan().flatMap(room => room.devices.map(device => [device.id as string, room.label])))
  const residents = new Map<string, Resident>()
  return credentials.flatMap(credential => {
    const profile = profileById(credential.profile)
    if (credential.spare || !profile) return []
    const name = roomOf.get(credential.device) ?? credential.device
    const resident = residents.get(name) ?? createResident({ seed, name, zone, scenario: scenarioOf(scenario) })
    residents.set(name, resident)
    const simulate = simulatorOf(profile)({ seed, device: credential.device, resident })
    return [{ credential, simulate }]
  })
}
