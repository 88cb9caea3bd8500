/** Writes text and numbers as UTF-8 straight into one growing buffer: strings made for a moment would keep the garbage collector busy. */

export interface ByteWriter {
  byte(value: number): void
  /** Bytes made before, for example by `utf8`; of a larger array those from `from` on and before `to`. */
  bytes(value: Uint8Array, from?: number, to?: number): void
  text(value: string): void
  /** As `String(value)`; integers without a string in between. */
  number(value: number): void
  /** A whole number from 0 to 999,999,999 with at least `digits` digits. */
  padded(value: number, digits: number): void
  length(): number
  /** So much can be written without growing. */
  capacity(): number
  /** Takes back all but the first `bytes`. */
  cut(bytes: number): void
  /** What was written; valid until more is. */
  written(): Uint8Array
}

const FIRST_BYTES = 16_384
/** UTF-8 needs at most so many bytes for one unit of a text. */
const BYTES_PER_UNIT = 3
const MAX_DIGITS = 16
const LONG_PIECE = 64
const ZERO = 0x30
const BILLION = 1e9

const encoder = new TextEncoder()
/** For pieces that are written often. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

export function createByteWriter(firstBytes = FIRST_BYTES): ByteWriter {
  let buffer = new Uint8Array(firstBytes)
  let length = 0

  return {
    byte(value) {
      if (length === buffer.length) grow(1)
      buffer[length++] = value
    },
    bytes(value, from = 0, to = value.length) {
      if (length + to - from > buffer.length) grow(to - from)
      // For short pieces a loop is faster than a call.
      if (to - from > LONG_PIECE) {
        buffer.set(from === 0 && to === value.length ? value : value.subarray(from, to), length)
        length += to - from
      } else for (let i = from; i < to; i += 1) buffer[length++] = value[i]!
    },
    text,
    number(value) {
      if (!Number.isSafeInteger(value) || value < 0) return text(String(value))
      if (length + MAX_DIGITS > buffer.length) grow(MAX_DIGITS)
      if (value < BILLION) digits(value, 1)
      else {
        const high = Math.floor(value / BILLION)
        digits(high, 1)
        digits(value - high * BILLION, 9)
      }
    },
    padded(value, least) {
      if (length + MAX_DIGITS > buffer.length) grow(MAX_DIGITS)
      digits(value, least)
    },
    length: () => length,
    capacity: () => buffer.length,
    cut(bytes) {
      length = bytes
    },
    written: () => buffer.subarray(0, length),
  }

  function text(value: string): void {
    if (length + value.length * BYTES_PER_UNIT > buffer.length) grow(value.length * BYTES_PER_UNIT)
    for (let i = 0; i < value.length; i += 1) {
      const unit = value.charCodeAt(i)
      if (unit > 0x7f) {
        length += i + encoder.encodeInto(value.slice(i), buffer.subarray(length + i)).written
        return
      }
      buffer[length + i] = unit
    }
    length += value.length
  }

  /** @param value below a billion */
  function digits(value: number, least: number): void {
    let count = least
    for (let limit = 10 ** least; value >= limit && count < 9; limit *= 10) count += 1
    let rest = value | 0
    for (let at = length + count - 1; at >= length; at -= 1) {
      const tens = (rest / 10) | 0
      buffer[at] = ZERO + rest - tens * 10
      rest = tens
    }
    length += count
  }

  function grow(more: number): void {
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
}
