/** Pseudonyms of one release: keyed, unordered, worthless without the key; and the end of the key. */
import { createHmac, randomFillSync } from 'node:crypto'

/** Bytes of a release key. */
export const RELEASE_KEY_BYTES = 32
/** Letters of a pseudonym, five bits each: 130 bits. */
const LETTERS = 26
/** RFC 4648. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

export type PseudonymDomain = 'subject' | 'device' | 'site'

/** HMAC-SHA-256 of domain, 0x00 and id, in base32; the domains keep a subject's and a device's apart even when their ids are the same. */
export function pseudonymOf(releaseKey: Uint8Array, domain: PseudonymDomain, id: string): string {
  const digest = createHmac('sha256', releaseKey).update(`${domain}\0${id}`).digest()
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of digest) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32[(held >> bits) & 31]
    }
  }
  return text.slice(0, LETTERS)
}

export interface KeyDestruction {
  /** Epoch ms. */
  atMs: number
  method: 'overwritten_in_memory'
  /** That the bytes are no longer those of the key. */
  verified: boolean
}

/** Overwrites the key where it lies; a key that was also written elsewhere must be removed there by whoever wrote it. */
export function destroyKey(releaseKey: Uint8Array, now: () => number): KeyDestruction {
  randomFillSync(releaseKey)
  releaseKey.fill(0)
  return { atMs: now(), method: 'overwritten_in_memory', verified: releaseKey.every(byte => byte === 0) }
}
