/** Cuts a stream of bytes into MQTT packets without copying those that lie within one chunk. */

/** `body` is valid during the call only. */
export type OnPacket = (header: number, body: Buffer) => void

export function createPacketReader(onPacket: OnPacket): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return chunk => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    for (;;) {
      let length = 0
      let behind = at + 1
      let more = true
      for (let shift = 0; more && behind < bytes.length; shift += 7) {
        const byte = bytes[behind++] as number
        length |= (byte & 0x7f) << shift
        more = byte >= 0x80
      }
      if (more || behind + length > bytes.length) break
      onPacket(bytes[at] as number, bytes.subarray(behind, behind + length))
      at = behind + length
    }
    rest = Buffer.from(bytes.subarray(at))
  }
}
