/** The keys of IDENTITY_KEY_FILE and the cipher under which residents' data lie: AES-256-GCM, each text bound to whose it is and what for. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface IdentityKeys {
  /** Under which new keys are wrapped. */
  current: string
  /** By id: 16 hex digits, a fingerprint of the key. */
  byId: ReadonlyMap<string, Buffer>
}

/**
 * Keys of 32 random bytes in base64, one a line: the first is used, those after it only open what they closed before. To rotate, put
 * a new line first; at the next start all residents' keys are wrapped anew, and the old line can go.
 * Throws `identity_key_unreadable`.
 */
export function parseIdentityKeys(text: string): IdentityKeys {
  const lines = text.split('\n').map(line => line.trim())
  const keys = lines.filter(line => line !== '' && !line.startsWith('#')).map(line => Buffer.from(line, 'base64'))
  const [first] = keys
  if (!first || keys.some(key => key.length !== KEY_BYTES))
    throw new AppError('identity_key_unreadable', 'The identity key file needs 32 random bytes in base64 on each line')
  return { current: idOf(first), byId: new Map(keys.map(key => [idOf(key), key])) }
}

/** Throws `identity_key_unreadable`. */
export async function readIdentityKeys(file: string): Promise<IdentityKeys> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('identity_key_unreadable', 'The identity key file cannot be read', { cause })
  })
  return parseIdentityKeys(text)
}

const idOf = (key: Buffer): string =>
  createHash('sha256').update('mimamori identity key id').update(key).digest('hex').slice(0, 16)

export const newDataKey = (): Buffer => randomBytes(KEY_BYTES)

/** @returns base64url of nonce, ciphertext and tag. `bound` must be given again to open it. */
export function encrypt(key: Buffer, bound: string, plain: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(bound))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** Throws `registry_unreadable` when the text was changed, or belongs to someone or something else. */
export function decrypt(key: Buffer, bound: string, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(bound))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw new AppError('registry_unreadable', 'a sealed text of the registry does not open', { cause })
  }
}
