/** Devices' credentials and hubs as the registry keeps them: who may sign in to the broker, and for which devices. */
import type { DeviceId, FacilityId } from './ids.ts'

/** Instants are epoch ms. */
export interface CredentialRecord {
  facility: FacilityId
  device: DeviceId
  /** `{facility}.{device}`; all credentials of a device are bound to it, so only one of them is connected at a time. */
  clientId: string
  /** The client id, followed by a number from the second credential on: a name that has ended never comes back. */
  username: string
  /** SHA-256 of the 128-bit random password, hex: fast on purpose, as the secret has full entropy. */
  passwordSha256: string
  createdMs: number
  /** Not valid from then on; null: no end. */
  endsMs: number | null
}
/** Shown once. */
export interface ClearCredential {
  clientId: string
  username: string
  password: string
}
/** Whom a sign-in stands for. `speaksFor`: the further devices of a hub; empty for every other device. */
export interface SignedInDevice {
  facility: FacilityId
  device: DeviceId
  username: string
  speaksFor: DeviceId[]
}

export interface Credentials {
  /** One more credential of a device; the clear password is returned this once. Throws `not_found`. */
  issue(facility: string, device: string, nowMs: number): Promise<ClearCredential>
  /** Forgets a credential that nobody was given. */
  withdraw(username: string): Promise<void>
  /** Sets the end of a credential; an earlier one stays. @returns whether it has changed */
  end(username: string, endsMs: number): Promise<boolean>
  /** Ended ones too, oldest first. */
  list(facility: string, device?: string): Promise<CredentialRecord[]>
  /** Those that are valid at `nowMs`, of all facilities. */
  valid(nowMs: number): Promise<CredentialRecord[]>
  /** Those whose end lies in afterMs < t ≤ upToMs. */
  endedWithin(afterMs: number, upToMs: number): Promise<CredentialRecord[]>
  /** The device that this sign-in speaks for, or null; constant time over the secret. */
  authenticate(clientId: string, username: string, password: string, nowMs: number): Promise<SignedInDevice | null>
}

export interface Hubs {
  /** By hub, in order of their ids. */
  of(facility: string): Promise<ReadonlyMap<DeviceId, DeviceId[]>>
  /** Throws `not_found` (no such device), `conflict` (a device has another hub or is a hub itself). */
  set(facility: string, hub: string, devices: readonly string[]): Promise<void>
}
