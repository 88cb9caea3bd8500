/** A disk in memory that forgets, at a power cut, every byte and every name that was not synced; and that can be made to fail. */
import type { SpoolFile, SpoolFiles } from '../../gateway/spool/files.ts'

interface Inode {
  data: Buffer
  synced: Buffer
}
export type Operation = 'writev' | 'sync' | 'open' | 'rename' | 'syncFolder'

export interface PowerCutDisk {
  files: SpoolFiles
  /** The disk as it is found after the power comes back. `survives`: how much of what was not synced had reached it by luck, 0–1. */
  cut(survives?: () => number): PowerCutDisk
  /** Throws for the next calls, until told otherwise. */
  fail(operation: Operation, code: string | null): void
  /** False: syncs do nothing, as on a lying disk. */
  syncing: boolean
  /** What stands in a file now. */
  content(name: string): Buffer
  /** Changes bytes behind everybody's back. */
  damage(name: string, change: (data: Buffer) => Buffer): void
  names(): string[]
  syncs: number
}

export function createPowerCutDisk(start: ReadonlyMap<string, Buffer> = new Map()): PowerCutDisk {
  const names = new Map([...start].map(([name, data]): [string, Inode] => [name, { data, synced: Buffer.from(data) }]))
  let durableNames = new Map(names)
  const failing = new Map<Operation, string>()
  const check = (operation: Operation): void => {
    const code = failing.get(operation)
    if (code) throw Object.assign(new Error(`${code}: ${operation}`), { code })
  }
  const inodeOf = (name: string): Inode => {
    const inode = names.get(name)
    if (!inode) throw Object.assign(new Error(`ENOENT: ${name}`), { code: 'ENOENT' })
    return inode
  }

  const disk: PowerCutDisk = {
    syncing: true,
    syncs: 0,
    files: {
      list: async () => [...names.keys()],
      open: async (name, options) => {
        if (options?.create && !names.has(name)) {
          check('open')
          names.set(name, { data: Buffer.alloc(0), synced: Buffer.alloc(0) })
        }
        return fileOf(inodeOf(name))
      },
      rename: async (from, to) => {
        check('rename')
        names.set(to, inodeOf(from))
        names.delete(from)
      },
      remove: async name => {
        names.delete(name)
      },
      syncFolder: async () => {
        check('syncFolder')
        if (disk.syncing) durableNames = new Map(names)
      },
    },
    cut(survives = () => 0) {
      const left = [...durableNames].map(([name, { data, synced }]): [string, Buffer] => {
        const extra = Math.floor(Math.max(0, data.length - synced.length) * survives())
        return [name, Buffer.concat([synced, data.subarray(synced.length, synced.length + extra)])]
      })
      return createPowerCutDisk(new Map(left))
    },
    fail(operation, code) {
      if (code) failing.set(operation, code)
      else failing.delete(operation)
    },
    content: name => inodeOf(name).data,
    damage(name, change) {
      const inode = inodeOf(name)
      inode.data = change(Buffer.from(inode.data))
      inode.synced = Buffer.from(inode.data)
    },
    names: () => [...names.keys()].sort(),
  }
  return disk

  function fileOf(inode: Inode): SpoolFile {
    return {
      writev: async (buffers, position) => {
        const bytes = Buffer.concat(buffers)
        const partly = failing.has('writev')
        const written = partly ? bytes.subarray(0, bytes.length >> 1) : bytes
        const data = Buffer.alloc(Math.max(inode.data.length, position + written.length))
        inode.data.copy(data)
        written.copy(data, position)
        inode.data = data
        check('writev')
      },
      read: async (into, position) => inode.data.copy(into, 0, position),
      sync: async () => {
        disk.syncs += 1
        check('sync')
        if (disk.syncing) inode.synced = Buffer.from(inode.data)
      },
      truncate: async size => {
        const data = Buffer.alloc(size)
        inode.data.copy(data)
        inode.data = data
      },
      size: async () => inode.data.length,
      close: async () => undefined,
    }
  }
}
