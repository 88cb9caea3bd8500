/**
 * The disk under a process that is to be tortured: preloaded (`--import`), it stands between the process and `node:fs/promises` for all
 * files in one folder. It keeps the image of what was synced, ends the process at a chosen operation, and lets operations fail.
 */
import { existsSync, fstatSync, promises, statSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { relative, resolve, sep } from 'node:path'
import { CLEAN, type Watched, watchFile } from './disk-file.ts'
import { takeOrders } from './disk-orders.ts'
import { forget, loadState, nameOf, parentOf, saveState, walk } from './disk-state.ts'

const { FAULT_DISK: given = '', FAULT_IMAGE: image = '', FAULT_LYING: lying = '' } = process.env
if (given !== '') begin(resolve(given))

function begin(root: string): void {
  const real = { ...promises }
  const state = loadState(root, image)
  const watched = new Map<number, Watched>()
  const watch = (id: number, name: string, dirtyFrom: number): void =>
    void watched.set(id, { id, name, path: resolve(root, name), dirtyFrom })
  for (const [name, { id }] of Object.entries(state.files)) watch(id, name, 0)
  const orders = takeOrders()
  const { at, failure } = orders

  const inside = (path: unknown): string | null => {
    if (typeof path !== 'string') return null
    const at = relative(root, resolve(path))
    return at === '..' || at.startsWith(`..${sep}`) ? null : at
  }
  const save = (): void => saveState(image, state)
  const made = (path: string): void => {
    const id = state.nextId++
    state.files[path] = { id, ino: statSync(resolve(root, path)).ino }
    watch(id, path, CLEAN)
    save()
  }
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
      return watchFile(handle, file, { orders, image, lying: lying !== '' })
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
      forgetFile(name)
      state.files[name] = moved
      const file = watched.get(moved.id)
      if (file) Object.assign(file, { name, path: resolve(root, name) })
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
    forgetFile(name)
    delete state.files[name]
    save()
  }

  /** What is written to a file without a name is gone with it. */
  function forgetFile(name: string): void {
    const file = watched.get(state.files[name]?.id ?? -1)
    if (file) file.path = null
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
}
