/** The registry message of a benchmark: sleep mats that may send as fast as they can, so that no limit is measured. */
import type { RegistryMessage } from '../../../core/platform-messages.ts'
import { registryOf } from '../../gateway/fixtures.ts'

/** Far above what any device here sends; the gateway still counts every message against it. */
const MESSAGES_PER_SECOND = 1_000_000

export function benchRegistry(facility: string, devices: readonly string[]): RegistryMessage {
  const registry = registryOf(facility, devices)
  const profiles = registry.profiles.map(profile => ({ ...profile, messages_per_second: MESSAGES_PER_SECOND }))
  return { ...registry, profiles }
}

export const deviceNames = (count: number, kind = 'mat'): string[] =>
  Array.from({ length: count }, (_, i) => `${kind}-${String(i).padStart(5, '0')}`)
