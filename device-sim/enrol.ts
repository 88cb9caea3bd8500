/** Enrols devices and the people they measure over HTTP, once: what was made is kept in a state file and found again by the next run. */
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { type Credential, credentialSchema, readJson } from './credentials.ts'
import type { Platform } from './platform.ts'

const stateSchema = z.object({
  facility: z.string(),
  devices: z.record(z.string(), credentialSchema),
  /** Person as the recording names it → resident. */
  residents: z.record(z.string(), z.string()),
  /** Persons whose consent is recorded. */
  consents: z.array(z.string()),
  /** Devices that are placed with their resident. */
  placements: z.array(z.string()),
})
type State = z.infer<typeof stateSchema>

export interface Wanted {
  device: string
  profile: string
  maker: string
  /** Whom it measures; null for a device that stands nowhere. */
  person: string | null
}

export interface EnrolOptions {
  platform: Platform
  facility: string
  /** Holds passwords; written for its owner only. */
  stateFile: string
  wanted: readonly Wanted[]
  /** First day of data: devices are active, consents given and placements valid from here, epoch ms. */
  fromMs: number
  onProgress?: (done: number, of: number) => void
}

/**
 * Creates what does not exist yet, step by step, keeping each step, so that a run that was cut off goes on where it stopped.
 * @returns credentials of the wanted devices, in their order
 * @throws AppError `already_enrolled` when a device exists whose credential this state file does not hold
 */
export async function enrol(options: EnrolOptions): Promise<Credential[]> {
  const { platform, facility, wanted } = options
  const state = readState(options.stateFile, facility)
  const from = new Date(options.fromMs).toISOString()
  const keep = (): void => writeState(options.stateFile, state)

  async function residentOf(person: string): Promise<string> {
    let resident = state.residents[person]
    if (resident === undefined) {
      resident = (await platform.call('createResident', { facility })).id
      state.residents[person] = resident
      keep()
    }
    if (!state.consents.includes(person)) {
      await platform.call('createConsent', { facility, resident, purpose: 'device_evaluation', from })
      state.consents.push(person)
      keep()
    }
    return resident
  }

  async function credentialOf({ device, profile, maker }: Wanted): Promise<Credential> {
    const known = state.devices[device]
    if (known) return known
    const body = { facility, id: device, profile, maker, active_from: from }
    const made = await platform.call('createDevice', body).catch(error => {
      throw error instanceof AppError && error.code === 'conflict'
        ? alreadyEnrolled(device, options.stateFile, error)
        : error
    })
    const credential = credentialSchema.parse(made)
    state.devices[device] = credential
    keep()
    return credential
  }

  const credentials: Credential[] = []
  for (const want of wanted) {
    credentials.push(await credentialOf(want))
    if (want.person !== null && !state.placements.includes(want.device)) {
      const resident = await residentOf(want.person)
      await platform.call('createPlacement', { facility, device: want.device, resident, from })
      state.placements.push(want.device)
      keep()
    }
    options.onProgress?.(credentials.length, wanted.length)
  }
  return credentials
}

const alreadyEnrolled = (device: string, stateFile: string, cause: unknown): AppError =>
  new AppError(
    'already_enrolled',
    `${device} exists, but its password is not in ${stateFile}: give the file of the run that made it`,
    { cause },
  )

function readState(file: string, facility: string): State {
  if (!existsSync(file)) return { facility, devices: {}, residents: {}, consents: [], placements: [] }
  const state = readJson(file, stateSchema)
  if (state.facility !== facility) throw new AppError('bad_file', `${file} is of facility ${state.facility}`)
  return state
}

/** Never half written: a lost password cannot be asked for again. */
function writeState(file: string, state: State): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
