/** The door to the hashing library: SHA-256 of a file of any size, read piece by piece, so that plain http on a facility's network will do. */
import { sha256 } from '@noble/hashes/sha2.js'

/** Small enough that the page stays alive between two pieces. */
const PIECE_BYTES = 1 << 20

/**
 * @param onRead told how many bytes were read so far
 * @returns lower-case hex; null when `signal` was aborted
 */
export async function hashFile(
  file: Blob,
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const hash = sha256.create()
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    hash.update(new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer()))
    if (signal.aborted) return null
    onRead(Math.min(at + PIECE_BYTES, file.size))
  }
  return Array.from(hash.digest(), byte => byte.toString(16).padStart(2, '0')).join('')
}
