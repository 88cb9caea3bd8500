/**
 * The disk under a process that is to be tortured: preloaded (`--import`), it stands between the process and `node:fs/promises` for all
 * files in one folder. It keeps the image of what was synced, ends the process at a chosen operation, and lets operations fail.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  promises,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { relative, resolve, sep } from 'node:path'
import { contentOf, forget, loadState, nameOf, parentOf, saveState, walk } from './disk-state.ts'

/** Where a process can be made to die: before and after each step that makes something durable. */
export type Point =
  | 'create'
  | 'write'
  | 'written'
  | 'sync'
  | 'synced'
  | 'rename'
  | 'renamed'
  | 'folder'
  | 'foldered'
  | 'remove'

/** Sent to the process. `count`: that many times, then all is well again. */
export type DiskOrder =
  | { disk: 'die'; point: Point; after: number }
  | { disk: 'fail'; on: 'write' | 'sync'; code: 'ENOSPC' | 'EIO'; count?: number }
  | { disk: 'well' }
/** Sent by the process: an operation has failed as ordered. */
export interface DiskNotice {
  disk: 'failed'
  on: 'write' | 'sync'
  /** Relative to the folder. */
  path: string
}

interface Watched {
  id: number
  /** From here to its end the file may hold unsynced bytes. 0 for a file of an earlier process: nobody knows what that left unsynced. */
  dirtyFrom: number
}
/** What a sync that is under way will have made durable. */
interface Caught {
  at: number
  bytes: Buffer
  size: number
}

const CLEAN = Number.POSITIVE_INFINITY
const { FAULT_DISK: given = '', FAULT_IMAGE: image = '', FAULT_LYING: lying = '' } = process.env
if (given !== '') begin(resolve(given))

function begin(root: string): void {
  const real = { ...promises }
  const state = loadState(root, image)
  const watched = new Map<number, Watched>()
  for (const { id } of Object.values(state.files)) watched.set(id, { id, dirtyFrom: 0 })
  let dying: { point: Point; left: number } | null = null
  let failing: { on: 'write' | 'sync'; code: string; left: number } | null = null

  process.on('message', (message: unknown) => {
    const order = message as DiskOrder
    if (order.disk === 'die') dying = { point: order.point, left: order.after }
    else if (order.disk === 'fail')
      failing = { on: order.on, code: order.code, left: order.count ?? Number.POSITIVE_INFINITY }
    else if (order.disk === 'well') failing = null
  })

  const inside = (path: unknown): string | null => {
    if (typeof path !== 'string') return null
    const at = relative(root, resolve(path))
    return at === '..' || at.startsWith(`..${sep}`) ? null : at
  }
  /** SIGKILL takes effect before the next statement: nothing is flushed, nobody is told. */
  const at = (point: Point): void => {
    if (dying?.point !== point) return
    dying.left -= 1
    if (dying.left <= 0) process.kill(process.pid, 'SIGKILL')
  }
  const failure = (on: 'write' | 'sync', path: string): Error | null => {
    if (failing?.on !== on) return null
    const { code } = failing
    failing.left -= 1
    if (failing.left <= 0) failing = null
    process.send?.({ disk: 'failed', on, path } satisfies DiskNotice)
    return Object.assign(new Error(`${code}: ordered by the fault harness, ${on}`), { code })
  }
  const save = (): void => saveState(image, state)
  const made = (path: string): void => {
    const id = state.nextId++
    state.files[path] = { id, ino: statSync(resolve(root, path)).ino }
    watched.set(id, { id, dirtyFrom: CLEAN })
    save()
  }
  const pathOf = (id: number): string | undefined => Object.keys(state.files).find(path => state.files[path]?.id === id)

  Object.assign(promises, {
    async open(path: string, flags?: string | number, mode?: number) {
      const name = inside(path)
      if (name === null) return real.open(path, flags, mode)
      const isNew = !existsSync(path)
      if (isNew) at('create')
      const failed = isNew ? failure('write', name) : null
      if (failed) throw failed
      const handle = await real.open(path, flags, mode)
      if (fstatSync(handle.fd).isDirectory()) return folderHandle(handle, name)
      if (isNew) made(name)
      const file = watched.get(state.files[name]?.id ?? -1)
      if (!file) throw new Error(`the fault harness does not know the file ${name}`)
      if (typeof flags === 'string' && flags.startsWith('w') && !isNew) file.dirtyFrom = 0
      return fileHandle(handle, file)
    },
    async writeFile(path: string, data: string | Buffer, options?: unknown) {
      const name = inside(path)
      const isNew = name !== null && !existsSync(path)
      const failed = name === null ? null : failure('write', name)
      if (failed) throw failed
      await real.writeFile(path, data, options as never)
      if (name === null) return
      if (isNew) made(name)
      const file = watched.get(state.files[name]?.id ?? -1)
      if (file) file.dirtyFrom = 0
    },
    async rename(from: string, to: string) {
      const [old, name] = [inside(from), inside(to)]
      if (old === null || name === null) return real.rename(from, to)
      at('rename')
      await real.rename(from, to)
      const moved = state.files[old]
      if (!moved) throw new Error('the fault harness knows no renaming of folders')
      delete state.files[old]
      state.files[name] = moved
      save()
      at('renamed')
    },
    async unlink(path: string) {
      const name = inside(path)
      if (name !== null) at('remove')
      await real.unlink(path)
      if (name !== null) dropped(name)
    },
    async rm(path: string, options?: Parameters<typeof real.rm>[1]) {
      await real.rm(path, options)
      const name = inside(path)
      if (name === null) return
      for (const known of Object.keys(state.files)) if (known === name || known.startsWith(`${name}/`)) dropped(known)
    },
    async mkdir(path: string, options?: Parameters<typeof real.mkdir>[1]) {
      const result = await real.mkdir(path, options)
      if (inside(path) !== null) save()
      return result
    },
  })
  for (const name of ['appendFile', 'truncate', 'link', 'symlink', 'copyFile', 'cp'] as const) {
    Object.assign(promises, {
      [name]: (path: string, ...rest: unknown[]) => {
        if (inside(path) !== null || inside(rest[0]) !== null) throw new Error(`the fault harness cannot watch ${name}`)
        return (real[name] as (...args: unknown[]) => unknown)(path, ...rest)
      },
    })
  }
  syncBuiltinESMExports()

  function dropped(name: string): void {
    delete state.files[name]
    save()
  }

  function folderHandle(handle: FileHandle, name: string): FileHandle {
    const sync = async (): Promise<void> => {
      at('folder')
      const failed = failure('sync', name)
      if (failed) throw failed
      const names = namesIn(name)
      await handle.constructor.prototype.sync.call(handle)
      if (lying === '') {
        state.durable[name] = names
        forget(image, state)
        save()
      }
      at('foldered')
    }
    return Object.assign(handle, { sync, datasync: sync })
  }

  function namesIn(folder: string): Record<string, number | 'folder'> {
    const names: Record<string, number | 'folder'> = {}
    for (const path of Object.keys(state.files))
      if (parentOf(path) === folder) names[nameOf(path)] = state.files[path]!.id
    for (const path of walk(root).folders) if (parentOf(path) === folder) names[nameOf(path)] = 'folder'
    return names
  }

  function fileHandle(handle: FileHandle, file: Watched): FileHandle {
    const proto = handle.constructor.prototype as FileHandle
    const size = (): number => fstatSync(handle.fd).size
    /** Runs a write; what it may have changed is unsynced, also when it fails half way. */
    const writing = async <T>(
      where: number | null,
      run: () => Promise<T>,
      half: () => Promise<unknown>,
    ): Promise<T> => {
      at('write')
      const from = where ?? size()
      try {
        const failed = failure('write', pathOf(file.id) ?? '')
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
      const failed = failure('sync', pathOf(file.id) ?? '')
      // As on Linux: what could not be written is marked clean, and a second sync says that all is well.
      if (failed) throw failed
      await proto.datasync.call(handle)
      if (lying === '' && caught) keep(file.id, caught)
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
    const path = pathOf(file.id)
    const from = file.dirtyFrom
    file.dirtyFrom = CLEAN
    if (path === undefined || from === CLEAN) return null
    const fd = openSync(resolve(root, path), 'r')
    try {
      const { size } = fstatSync(fd)
      const bytes = Buffer.alloc(Math.max(0, size - from))
      const length = readSync(fd, bytes, 0, bytes.length, from)
      return { at: from, bytes: bytes.subarray(0, length), size }
    } finally {
      closeSync(fd)
    }
  }

  function keep(id: number, { at: from, bytes, size }: Caught): void {
    const path = contentOf(image, id)
    const fd = openSync(path, existsSync(path) ? 'r+' : 'w+')
    try {
      writeSync(fd, bytes, 0, bytes.length, from)
    } finally {
      closeSync(fd)
    }
    truncateSync(path, size)
  }
}
