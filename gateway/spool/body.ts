/** The body of a record in the making: entries as a JSON array, written into one buffer as they come, so that no text of theirs lives on. */

export interface Body {
  /** Appends one entry's JSON. */
  add(text: string): void
  /** So far, with the brackets. */
  bytes(): number
  /** The whole array; nothing may be added after it. */
  finish(): Buffer
}

const FIRST_BYTES = 16_384
/** UTF-8 needs at most so many bytes for one unit of a text. */
const BYTES_PER_UNIT = 3
const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d]

/** @param expectedBytes of the whole, where there is a guess */
export function createBody(expectedBytes = FIRST_BYTES): Body {
  let buffer = Buffer.allocUnsafeSlow(expectedBytes)
  let length = 0

  return {
    add(text) {
      if (length + text.length * BYTES_PER_UNIT + 2 > buffer.length) grow(text.length * BYTES_PER_UNIT)
      buffer[length] = length === 0 ? OPEN : COMMA
      length += 1
      length += buffer.write(text, length)
    },
    bytes: () => length + 1,
    finish() {
      if (length === 0) buffer[length++] = OPEN
      buffer[length] = CLOSE
      return buffer.subarray(0, length + 1)
    },
  }

  function grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, length + more + 2))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }
}
