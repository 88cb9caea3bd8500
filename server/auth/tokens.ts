/** API tokens: their form, which scanners for leaked secrets know by its prefix and checksum, and whom a given one stands for. */
import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ApiTokenRecord, NewApiToken, Registry } from '../../core/registry.ts'

const PREFIX = 'mmt_'
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62^43 > 2^256. */
const SECRET_LENGTH = 43
/** 62^6 > 2^32. */
const CHECK_LENGTH = 6
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_LENGTH + CHECK_LENGTH}}$`)
/** `seen` is written at most so often. */
const TOUCH_MS = 60_000

export interface Tokens {
  /** @returns the token, this once: only its hash is kept */
  make(given: Omit<NewApiToken, 'tokenSha256' | 'createdMs'>): Promise<{ token: string; record: ApiTokenRecord }>
  /** The living token of this text, or null. */
  of(text: string): Promise<ApiTokenRecord | null>
}

export function createTokens({ registry, clock }: { registry: Pick<Registry, 'tokens'>; clock: () => number }): Tokens {
  return {
    async make(given) {
      const token = newToken()
      const record = await registry.tokens.create({ ...given, tokenSha256: sha256(token), createdMs: clock() })
      return { token, record }
    },
    async of(text) {
      // A mistyped or cut token is known without asking anyone.
      if (!isToken(text)) return null
      const record = await registry.tokens.get(sha256(text))
      const now = clock()
      if (!record || record.expiresMs <= now) return null
      if (record.seenMs === null || now - record.seenMs > TOUCH_MS) await registry.tokens.touch(record.id, now)
      return record
    },
  }
}

/** `mmt_`, 256 random bits and their CRC-32, both in base 62. */
export function newToken(): string {
  const secret = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH)
  return `${PREFIX}${secret}${checkOf(secret)}`
}

export const isToken = (text: string): boolean =>
  FORM.test(text) && text.slice(-CHECK_LENGTH) === checkOf(text.slice(PREFIX.length, -CHECK_LENGTH))

const checkOf = (secret: string): string => base62(BigInt(crc32(secret)), CHECK_LENGTH)

function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = `${LETTERS[Number(rest % 62n)]}${text}`
  return text
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
