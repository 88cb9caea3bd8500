/** Enrols devices, gives and takes their credentials, and lists the devices of hubs: in the registry and at the broker alike. */
import type { ClearCredential } from '../../core/credentials.ts'
import { AppError } from '../../core/errors.ts'
import type { DeviceRecord, Registry } from '../../core/registry.ts'
import { errorFields, type Log } from '../log.ts'
import { accountOf, type DeviceAccounts } from './device-accounts.ts'

/**
 * Throws as the registry does. `unavailable` (retryable) when the broker did not follow: what was to be given is then not given; what
 * was to end has ended in the registry, is ended at the broker as soon as it can be reached, and may be asked for again.
 */
export interface Enrolment {
  /** Resolves with the clear credential, shown this once, when the device can sign in. */
  enrol(record: Omit<DeviceRecord, 'createdMs'>): Promise<ClearCredential>
  /** A new credential; the earlier ones end after `overlapMs`, those that end sooner stay so. */
  rotate(facility: string, device: string, overlapMs: number): Promise<ClearCredential>
  /** All credentials of a device, or one: when it returns none of their connections lives. Throws `not_found` for a name that it has not. */
  revoke(facility: string, device: string, username?: string): Promise<void>
  setHub(facility: string, hub: string, devices: readonly string[]): Promise<void>
  /** Watches for credentials whose end has come. */
  start(): void
  stop(): Promise<void>
}

export interface EnrolmentDeps {
  registry: Registry
  accounts: DeviceAccounts
  clock: () => number
  log: Pick<Log, 'warn'>
  watchMs?: number
}

export function createEnrolment({ registry, accounts, clock, log, watchMs = 1_000 }: EnrolmentDeps): Enrolment {
  const { credentials } = registry
  /** What had ended by then has been closed; a server that was away compares everything at its start. */
  let watchedMs = clock()
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> = Promise.resolve()
  let stopped = false
  let failing = false

  const issued = async (facility: string, device: string, credential: ClearCredential, undo: () => Promise<void>) => {
    try {
      const speaksFor = (await registry.hubs.of(facility)).get(device as DeviceRecord['id']) ?? []
      await accounts.issue({ facility, device, ...credential, speaksFor })
    } catch (cause) {
      // Without an answer it may have been taken all the same; nobody knows that password.
      await accounts.end(credential).catch(() => undefined)
      await undo()
      throw new AppError('unavailable', 'the broker did not take the credential, so none was given', {
        retryable: true,
        cause,
      })
    }
    return credential
  }

  const closeEnded = async (): Promise<void> => {
    const now = clock()
    try {
      for (const credential of await credentials.endedWithin(watchedMs, now)) await accounts.end(credential)
      watchedMs = Math.max(watchedMs, now)
      failing = false
    } catch (error) {
      if (!failing)
        log.warn(errorFields(error), 'a credential that has ended could not be closed at the broker, trying again')
      failing = true
    }
    if (!stopped) timer = setTimeout(() => (round = closeEnded()), watchMs)
  }

  const told = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (cause) {
      throw new AppError('unavailable', 'the broker cannot be reached; it follows as soon as it can', {
        retryable: true,
        cause,
      })
    }
  }

  return {
    async enrol(record) {
      const { facility, id: device } = record
      const credential = await registry.devices.enrol(record, clock())
      // Withdrawn last: as long as the device is in the registry nobody else can be enrolling it.
      return issued(facility, device, credential, () => registry.devices.withdraw(facility, device))
    },

    async rotate(facility, device, overlapMs) {
      const now = clock()
      const earlier = (await credentials.list(facility, device)).filter(({ endsMs }) => endsMs === null || endsMs > now)
      const credential = await credentials.issue(facility, device, now)
      await issued(facility, device, credential, () => credentials.withdraw(credential.username))
      for (const each of earlier) await credentials.end(each.username, now + overlapMs)
      // The new one works whatever the broker says now; the watch ends what cannot be ended at once.
      if (overlapMs === 0)
        for (const each of earlier)
          await accounts.end(each).catch(error => log.warn(errorFields(error), 'an earlier credential is closed later'))
      return credential
    },

    async revoke(facility, device, username) {
      const now = clock()
      const all = await credentials.list(facility, device)
      const meant = all.filter(each => username === undefined || each.username === username)
      if (username !== undefined && meant.length === 0)
        throw new AppError('not_found', 'the device has no such credential')
      for (const each of meant) await credentials.end(each.username, now)
      await told(async () => {
        // Ended ones too: a call that is repeated does what the first could not.
        for (const each of meant) await accounts.end(each)
      })
    },

    async setHub(facility, hub, devices) {
      await registry.hubs.set(facility, hub, devices)
      const now = clock()
      const valid = (await credentials.list(facility, hub)).filter(({ endsMs }) => endsMs === null || endsMs > now)
      await told(async () => {
        for (const each of valid) await accounts.change(accountOf(each, devices))
      })
    },

    start() {
      round = closeEnded()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
