/** A little room set aside on the spool's disk, given up when the disk is full: without it no cursor could be kept, and nothing would ever be forgotten. */
import type { SpoolFiles } from './files.ts'

const NAME = 'reserve'
/** More than all cursors together take. */
const BYTES = 2 * 1024 * 1024

export interface Reserve {
  /** Sets it aside, if there is room for it. */
  take(): Promise<void>
  /** @returns whether there was any to give up */
  release(): Promise<boolean>
}

export function createReserve(files: SpoolFiles): Reserve {
  let held = false
  return {
    async take() {
      if (held) return
      const file = await files.open(NAME, { create: true })
      try {
        if ((await file.size()) < BYTES) await file.writev([Buffer.alloc(BYTES)], 0)
        held = true
      } finally {
        await file.close()
      }
    },
    async release() {
      if (!held) return false
      held = false
      const file = await files.open(NAME)
      try {
        await file.truncate(0)
        return true
      } finally {
        await file.close()
      }
    },
  }
}
