/** Computes the pseudonyms of a release once more, by its own HMAC (RFC 2104) and base32 (RFC 4648), from the release's key. */
import { createHash } from 'node:crypto'

const BLOCK_BYTES = 64
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
/** Of five bits each. */
const PID_CHARACTERS = 26

export type PseudonymDomain = 'subject' | 'device' | 'site'

export function pseudonymOf(releaseKey: Uint8Array, domain: PseudonymDomain, id: string): string {
  return base32(hmacSha256(releaseKey, Buffer.from(`${domain}\0${id}`))).slice(0, PID_CHARACTERS)
}

function hmacSha256(key: Uint8Array, message: Uint8Array): Buffer {
  const sha256 = (...parts: Uint8Array[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
  const padded = Buffer.alloc(BLOCK_BYTES)
  padded.set(key.length > BLOCK_BYTES ? sha256(key) : key)
  const inner = padded.map(byte => byte ^ 0x36)
  const outer = padded.map(byte => byte ^ 0x5c)
  return sha256(outer, sha256(inner, message))
}

function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map(five => ALPHABET[Number.parseInt(five, 2)]).join('')
}
