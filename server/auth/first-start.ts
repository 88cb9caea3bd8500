/** The first administrator: a one-time code, printed by who starts the platform, lets one person in while nobody else can be. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Registry } from '../../core/registry.ts'

const SETTING = 'first_start_code_sha256'
type Store = Pick<Registry, 'settings' | 'users'>

/**
 * Makes the code if there is no user and none was made yet.
 * @param renew makes a new one although one exists (it was lost); the old one ends.
 * @returns the code, this once (only its hash is kept), or null
 */
export async function firstStartCode(registry: Store, renew = false): Promise<string | null> {
  if ((await registry.users.count()) > 0) return null
  if (!renew && (await registry.settings.get(SETTING)) !== null) return null
  const code = randomBytes(10)
    .toString('hex')
    .replace(/(.{5})(?=.)/g, '$1-')
  await registry.settings.set(SETTING, hashOf(code))
  return code
}

/** Whether `code` opens the setup now. */
export async function isFirstStartCode(registry: Store, code: string): Promise<boolean> {
  const known = await registry.settings.get(SETTING)
  if (known === null || (await registry.users.count()) > 0) return false
  return timingSafeEqual(Buffer.from(known, 'hex'), Buffer.from(hashOf(code), 'hex'))
}

/** Whether anybody with the code could come in. */
export const firstStartIsOpen = async (registry: Store): Promise<boolean> =>
  (await registry.settings.get(SETTING)) !== null && (await registry.users.count()) === 0

export const endFirstStart = (registry: Store): Promise<void> => registry.settings.set(SETTING, null)

/** Spaces, hyphens and capitals do not matter when it is typed. */
const hashOf = (code: string): string =>
  createHash('sha256')
    .update(code.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .digest('hex')
