/** Buffers that are used again: made anew for each commit they would have to be collected, a full collection every tenth of a second. */
import { type ByteWriter, createByteWriter } from '../../core/byte-writer.ts'

export interface Writers {
  /** An empty one. */
  take(): ByteWriter
  /** Nobody looks at what stands in it any more. */
  giveBack(writer: ByteWriter): void
}

const FIRST_BYTES = 65_536
/** What is kept for later use; larger than the commits that are in memory while the store keeps up. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024

export function createWriters(): Writers {
  const kept: ByteWriter[] = []
  let keptBytes = 0
  return {
    take() {
      const writer = kept.pop()
      if (!writer) return createByteWriter(FIRST_BYTES)
      keptBytes -= writer.capacity()
      return writer
    },
    giveBack(writer) {
      if (keptBytes + writer.capacity() > MAX_KEPT_BYTES) return
      writer.cut(0)
      kept.push(writer)
      keptBytes += writer.capacity()
    },
  }
}
