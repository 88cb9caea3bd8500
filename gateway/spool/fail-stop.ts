/** A file layer on which a failed sync ends the process, whoever asked for it: the kernel may have dropped what it could not write, and the next sync would lie. */
import type { SpoolFile, SpoolFiles } from './files.ts'
import { isNoRoom } from './segment-writer.ts'

/** A full disk is no failed one: whoever writes waits for room. */
export function failStop(files: SpoolFiles, fatal: (error: Error) => void): SpoolFiles {
  return {
    ...files,
    open: async (name, options) => watched(await files.open(name, options)),
    syncFolder: () => watch(files.syncFolder()),
  }

  function watched(file: SpoolFile): SpoolFile {
    return { ...file, sync: () => watch(file.sync()) }
  }

  function watch(syncing: Promise<void>): Promise<void> {
    return syncing.catch(error => {
      if (!isNoRoom(error)) fatal(error instanceof Error ? error : new Error(String(error)))
      throw error
    })
  }
}
