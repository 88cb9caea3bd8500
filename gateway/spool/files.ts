/** The file layer under the spool, and its implementation on the real disk. Tests put a layer in its place that loses what was not synced. */
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface SpoolFile {
  /** Writes all buffers one after another at `position`; on an error any part of them may have been written. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<void>
  /** Fills `into` from `position` as far as the file goes; returns the number of bytes read. */
  read(into: Uint8Array, position: number): Promise<number>
  /** When it returns, everything written to this file survives a power cut (if the file's name does, see `syncFolder`). */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

/** One flat folder. */
export interface SpoolFiles {
  list(): Promise<string[]>
  /** Opens for reading and writing; makes an empty file when `create` is given and there is none. */
  open(name: string, options?: { create?: boolean }): Promise<SpoolFile>
  rename(from: string, to: string): Promise<void>
  remove(name: string): Promise<void>
  /** When it returns, all names made, changed and removed before survive a power cut. */
  syncFolder(): Promise<void>
}

export function nodeFiles(folder: string): SpoolFiles {
  const pathOf = (name: string): string => join(folder, name)
  return {
    list: async () => {
      await makeFolder(folder)
      return readdir(folder)
    },
    open: async (name, options) =>
      nodeFile(
        await open(pathOf(name), options?.create ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR, 0o600),
      ),
    rename: (from, to) => rename(pathOf(from), pathOf(to)),
    remove: name => unlink(pathOf(name)),
    syncFolder: () => syncFolder(folder),
  }
}

/** When it returns, the folder is there and survives a power cut with what is synced in it; also one that a process made just before it died. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made))
    if (first === undefined || made === first || made === dirname(made)) return
  }
}

/** When it returns, all names made, changed and removed in the folder before survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function nodeFile(handle: FileHandle): SpoolFile {
  return {
    writev: async (buffers, position) => {
      let rest = buffers
      let at = position
      while (rest.length > 0) {
        const { bytesWritten } = await handle.writev(rest, at)
        at += bytesWritten
        rest = withoutFirst(rest, bytesWritten)
      }
    },
    read: async (into, position) => {
      let filled = 0
      while (filled < into.length) {
        const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return filled
    },
    sync: () => handle.datasync(),
    truncate: size => handle.truncate(size),
    size: async () => (await handle.stat()).size,
    close: () => handle.close(),
  }
}

/** What is left of several buffers after `count` bytes; a disk that is nearly full may take only a part. */
function withoutFirst(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  return buffers.flatMap(buffer => {
    const cut = Math.min(skip, buffer.length)
    skip -= cut
    return cut === buffer.length ? [] : [buffer.subarray(cut)]
  })
}
