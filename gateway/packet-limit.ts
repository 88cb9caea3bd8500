/** Watches the lengths that MQTT packets announce on a socket and ends the connection before one that is too long is gathered in memory. */
import type { Socket } from 'node:net'

/** [MQTT-2.2.3]: the length that follows the first byte has at most four bytes, seven bits in each, lowest first. */
const MAX_LENGTH_BYTES = 4

export interface PacketScanner {
  /** Follows the stream; false once a packet announces more than the limit, or no length at all. */
  scan(chunk: Uint8Array): boolean
}

/** @param maxBytes of a packet without its fixed header */
export function createPacketScanner(maxBytes: number): PacketScanner {
  let skip = 0
  let lengthBytes = -1
  let length = 0
  return {
    scan(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (skip > 0) {
          const step = Math.min(skip, chunk.length - at)
          skip -= step
          at += step
        } else if (lengthBytes < 0) {
          lengthBytes = 0
          length = 0
          at += 1
        } else {
          const byte = chunk[at] as number
          at += 1
          length += (byte & 0x7f) * 128 ** lengthBytes
          lengthBytes += 1
          if (byte < 0x80) {
            if (length > maxBytes) return false
            skip = length
            lengthBytes = -1
          } else if (lengthBytes === MAX_LENGTH_BYTES) return false
        }
      }
      return true
    },
  }
}

/**
 * Puts the scanner in front of whoever reads the socket by `read()`, as aedes does: bytes are looked at on their way, not copied and not passed
 * through another stream, which would cost more than the whole parsing.
 */
export function limitPackets(socket: Socket, maxBytes: number, exceeded: () => void): void {
  const scanner = createPacketScanner(maxBytes)
  const read = socket.read.bind(socket)
  socket.read = (size?: number) => {
    const chunk = read(size) as Buffer | null
    if (chunk === null || scanner.scan(chunk)) return chunk
    exceeded()
    socket.destroy()
    return null
  }
}
