/** Invitations: the one-time code, and the link that holds it, with which someone sets a first or a new password. */
import { createHash, randomBytes } from 'node:crypto'
import type { Registry, UserRecord } from '../../core/registry.ts'

/** Long enough for a letter box on another shift, short enough to be forgotten safely. */
const VALID_MS = 72 * 3_600_000
/** Without look-alikes; 31^20 > 2^99. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const LENGTH = 20

export interface Invitation {
  /** In four groups, as it is read out and typed. */
  code: string
  /** The code stands behind the #, which browsers send to nobody. */
  url: string
  expiresMs: number
}

export interface Invitations {
  /** Replaces an earlier one of the same user. */
  make(user: string): Promise<Invitation>
  /** Who was invited with this code, while it is valid. */
  of(code: string): Promise<UserRecord | null>
  /** @returns false when the invitation was gone in the meantime */
  accept(code: string, passwordHash: string): Promise<boolean>
}

export function createInvitations({
  registry,
  publicUrl,
  clock,
}: {
  registry: Pick<Registry, 'invitations' | 'users'>
  publicUrl: string | undefined
  clock: () => number
}): Invitations {
  return {
    async make(user) {
      const code = newCode()
      const createdMs = clock()
      const expiresMs = createdMs + VALID_MS
      await registry.invitations.put({ codeSha256: hashOf(code), user, createdMs, expiresMs })
      return { code, url: `${publicUrl?.replace(/\/$/, '') ?? ''}/welcome#${code}`, expiresMs }
    },
    async of(code) {
      const known = await registry.invitations.get(hashOf(code))
      if (!known || known.expiresMs <= clock()) return null
      const user = await registry.users.get(known.user)
      return user && user.disabledMs === null ? user : null
    },
    accept: (code, passwordHash) => registry.invitations.accept(hashOf(code), passwordHash, clock()),
  }
}

function newCode(): string {
  let code = ''
  while (code.length < LENGTH) {
    const byte = randomBytes(1)[0] as number
    if (byte < 248) code += LETTERS[byte % 31] // 248 = 8 · 31: no letter is likelier than another
  }
  return code.replace(/(.{5})(?=.)/g, '$1-')
}

/** Spaces, hyphens and capitals do not matter when it is typed. */
const hashOf = (code: string): string =>
  createHash('sha256')
    .update(code.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .digest('hex')
