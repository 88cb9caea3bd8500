/** One open file of a tortured process: knows from where on it is not synced, and adds to the image what a sync has made durable. */
import { closeSync, existsSync, fstatSync, openSync, readSync, truncateSync, writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { DiskOrders } from './disk-orders.ts'
import { contentOf } from './disk-state.ts'

export interface Watched {
  readonly id: number
  /** Relative to the folder, and whole; null when it has been removed. */
  name: string
  path: string | null
  /** From here to its end the file may hold unsynced bytes. 0 for a file of an earlier process: nobody knows what that left unsynced. */
  dirtyFrom: number
}
/** What a sync that is under way will have made durable. */
interface Caught {
  at: number
  bytes: Buffer
  size: number
}
export const CLEAN = Number.POSITIVE_INFINITY

/** @param lying true: nothing is ever taken for synced */
export function watchFile(
  handle: FileHandle,
  file: Watched,
  { orders, image, lying }: { orders: DiskOrders; image: string; lying: boolean },
): FileHandle {
  const { at, failure } = orders
  const proto = handle.constructor.prototype as FileHandle
  const size = (): number => fstatSync(handle.fd).size
  /** Runs a write; what it may have changed is unsynced, also when it fails half way. */
  const writing = async <T>(where: number | null, run: () => Promise<T>, half: () => Promise<unknown>): Promise<T> => {
    at('write')
    const from = where ?? size()
    try {
      const failed = failure('write', file.name)
      if (failed) {
        await half()
        throw failed
      }
      return await run()
    } finally {
      file.dirtyFrom = Math.min(file.dirtyFrom, from)
      at('written')
    }
  }
  const position = (value: unknown): number | null => (typeof value === 'number' && value >= 0 ? value : null)
  const sync = async (): Promise<void> => {
    at('sync')
    const caught = catchDirty(file)
    const failed = failure('sync', file.name)
    // As on Linux: what could not be written is marked clean, and a second sync says that all is well.
    if (failed) throw failed
    await proto.datasync.call(handle)
    if (!lying && caught) keep(contentOf(image, file.id), caught)
    at('synced')
  }
  return Object.assign(handle, {
    write: (data: Uint8Array | string, ...rest: unknown[]) =>
      writing(
        typeof data === 'string'
          ? position(rest[0])
          : position(rest[2] ?? (rest[0] as { position?: number } | undefined)?.position),
        () => proto.write.call(handle, data as never, ...(rest as [])),
        async () => undefined,
      ),
    writev: (buffers: Uint8Array[], where?: number) =>
      writing(
        position(where),
        () => proto.writev.call(handle, buffers, where),
        async () => {
          const bytes = Buffer.concat(buffers)
          await proto.writev.call(handle, [bytes.subarray(0, bytes.length >> 1)], where)
        },
      ),
    writeFile: (data: string | Uint8Array, options?: unknown) =>
      writing(
        0,
        () => proto.writeFile.call(handle, data, options as never),
        async () => undefined,
      ),
    appendFile: (data: string | Uint8Array, options?: unknown) =>
      writing(
        null,
        () => proto.appendFile.call(handle, data, options as never),
        () =>
          proto.appendFile.call(
            handle,
            typeof data === 'string' ? data.slice(0, data.length >> 1) : data.subarray(0, data.length >> 1),
          ),
      ),
    truncate: async (length = 0) => {
      await proto.truncate.call(handle, length)
      file.dirtyFrom = Math.min(file.dirtyFrom, length)
    },
    sync,
    datasync: sync,
    createWriteStream: () => {
      throw new Error('the fault harness cannot watch a stream')
    },
  })
}

/** What is written now, so that nothing written during the sync passes for synced. */
function catchDirty(file: Watched): Caught | null {
  const from = file.dirtyFrom
  file.dirtyFrom = CLEAN
  if (file.path === null || from === CLEAN) return null
  const fd = openSync(file.path, 'r')
  try {
    const { size } = fstatSync(fd)
    const bytes = Buffer.alloc(Math.max(0, size - from))
    const length = readSync(fd, bytes, 0, bytes.length, from)
    return { at: from, bytes: bytes.subarray(0, length), size }
  } finally {
    closeSync(fd)
  }
}

function keep(path: string, { at: from, bytes, size }: Caught): void {
  const fd = openSync(path, existsSync(path) ? 'r+' : 'w+')
  try {
    writeSync(fd, bytes, 0, bytes.length, from)
  } finally {
    closeSync(fd)
  }
  truncateSync(path, size)
}
