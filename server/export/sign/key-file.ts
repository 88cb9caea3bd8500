/** Signing key files: minisign's secret key format without a password, as `minisign -G -W` writes it. */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { AppError } from '../../../core/errors.ts'
import { fromBase64, type SigningKey, signingKeyOf } from './minisign.ts'

// Layout: "Ed" | kdf (two zero bytes: no password) | "B2" | salt 32 | ops 8 | mem 8 | id 8 | seed 32 | public 32 | checksum 32.
// Without a password minisign leaves salt, limits and checksum zero and checks none of them.
const NO_PASSWORD_HEAD = Buffer.from('RWQAAEIy', 'base64')
const ID_AT = 54
const SEED_AT = 62
const PUBLIC_AT = 94
const CHECKSUM_AT = 126
const FILE_BYTES = 158
const COMMENT = 'untrusted comment: minisign encrypted secret key'

/**
 * Makes a new key and writes its secret file, readable by its owner only; never replaces one (`EEXIST`).
 * For the demo and for operators without minisign; `minisign -S -s` and `readSigningKey` both take it.
 */
export async function createSigningKey(file: string): Promise<SigningKey> {
  const idBytes = randomBytes(8)
  const seed = randomBytes(32)
  const key = signingKeyOf(seed, idBytes)
  const rawPublic = Buffer.from(key.publicKey, 'base64').subarray(10)
  const bytes = Buffer.alloc(FILE_BYTES)
  NO_PASSWORD_HEAD.copy(bytes)
  idBytes.copy(bytes, ID_AT)
  seed.copy(bytes, SEED_AT)
  rawPublic.copy(bytes, PUBLIC_AT)
  await writeFile(file, `${COMMENT}\n${bytes.toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  return key
}

/** @throws AppError `signing_key` when the file cannot be read, is no minisign secret key, or has a password. */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const text = await readFile(file, 'utf8').catch(error =>
    Promise.reject(new AppError('signing_key', 'The signing key file cannot be read', { cause: error })),
  )
  const bytes = fromBase64(text.split(/\r?\n/)[1]?.trim() ?? '', FILE_BYTES)
  if (bytes?.toString('latin1', 0, 2) !== 'Ed')
    throw new AppError('signing_key', 'The signing key file is no minisign secret key')
  if (!bytes.subarray(0, NO_PASSWORD_HEAD.length).equals(NO_PASSWORD_HEAD))
    throw new AppError('signing_key', 'The signing key has a password; make one without (minisign -G -W)')
  const key = signingKeyOf(bytes.subarray(SEED_AT, PUBLIC_AT), bytes.subarray(ID_AT, SEED_AT))
  if (!Buffer.from(key.publicKey, 'base64').subarray(10).equals(bytes.subarray(PUBLIC_AT, CHECKSUM_AT)))
    throw new AppError('signing_key', 'The two halves of the signing key do not belong together')
  return key
}

/** The public half as minisign keeps it in a file (`minisign -V -p`). */
export const publicKeyFileText = (key: Pick<SigningKey, 'id' | 'publicKey'>): string =>
  `untrusted comment: minisign public key ${key.id}\n${key.publicKey}\n`
