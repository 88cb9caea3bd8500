/** The body of a record in the making: entries as a JSON array, written into one buffer as they come. */
import type { ByteWriter } from '../../core/byte-writer.ts'

/** Writes an entry as JSON. */
export type EncodeEntry<E> = (entry: E, out: ByteWriter) => void

export interface Body<E> {
  add(entry: E): void
  /** So far, with the brackets. */
  bytes(): number
  /** The whole array; nothing may be added after it. */
  finish(): Uint8Array
}

const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d]

/** @param out empty; the body is written there, and stays there */
export function createBody<E>(encode: EncodeEntry<E>, out: ByteWriter): Body<E> {
  return {
    add(entry) {
      out.byte(out.length() === 0 ? OPEN : COMMA)
      encode(entry, out)
    },
    bytes: () => out.length() + 1,
    finish() {
      if (out.length() === 0) out.byte(OPEN)
      out.byte(CLOSE)
      return out.written()
    },
  }
}

export const encodeJson: EncodeEntry<unknown> = (entry, out) => out.text(JSON.stringify(entry))
