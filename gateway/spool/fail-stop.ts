/** Files of which a failed sync ends the process, whoever asked for it; hides the rule from those who write. */
import type { SpoolFiles } from './files.ts'
import { isNoRoom } from './segment-writer.ts'

/**
 * After a failed sync the kernel may have dropped what it could not write, and a second one would say that all is well. Where there is only
 * no room, nothing was dropped: that is for the writer to wait for.
 */
export function failStop(files: SpoolFiles, fatal: (error: Error) => void): SpoolFiles {
  const guarded = (sync: () => Promise<void>) => async (): Promise<void> => {
    try {
      await sync()
    } catch (error) {
      if (!isNoRoom(error)) fatal(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }
  return {
    ...files,
    open: async (name, options) => {
      const file = await files.open(name, options)
      return { ...file, sync: guarded(file.sync) }
    },
    syncFolder: guarded(files.syncFolder),
  }
}
