/** Enrols a device in the registry and, where the broker keeps its own accounts, there too: both or neither. */
import { AppError } from '../../core/errors.ts'
import type { DeviceRecord, Registry } from '../../core/registry.ts'
import type { DynamicSecurity } from './dynamic-security.ts'

export interface Enrolment {
  /**
   * Resolves with the clear credential, shown this once, when the device can sign in.
   * Throws as the registry does; `unavailable` (retryable) when the broker did not take the credential: then the device is not enrolled.
   */
  enrol(record: Omit<DeviceRecord, 'createdMs'>): ReturnType<Registry['devices']['enrol']>
}

/** @param broker null when the broker asks the registry itself (the embedded one), or its accounts are kept by hand */
export function createEnrolment({
  registry,
  broker,
  clock,
}: {
  registry: Registry
  broker: Pick<DynamicSecurity, 'enrol' | 'revoke'> | null
  clock: () => number
}): Enrolment {
  return {
    async enrol(record) {
      const { facility, id: device } = record
      const credential = await registry.devices.enrol(record, clock())
      try {
        await broker?.enrol({ facility, device, ...credential })
      } catch (cause) {
        // Without an answer it may have been taken all the same; nobody knows that password, and the next enrolment replaces it.
        // Withdrawn last: as long as the device is in the registry nobody else can be enrolling it.
        await broker?.revoke({ facility, device, username: credential.username }).catch(() => undefined)
        await registry.devices.withdraw(facility, device)
        throw new AppError('unavailable', 'the broker did not take the credential, so the device was not enrolled', {
          retryable: true,
          cause,
        })
      }
      return credential
    },
  }
}
