/** The power fails: brings a folder, whose process is dead, to what its disk would hold; by luck some of what was not synced is there too. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contentOf, loadState, nameOf, takeWhole } from './disk-state.ts'
import type { Random } from './random.ts'

/**
 * `none`: nothing that was not synced. `tails`: of each file a beginning of its new bytes, as when the disk came so far. `pages`: any of the
 * changed pages, in any order. With luck the names of a folder survive as they were last, too.
 */
export const LUCK = ['none', 'tails', 'pages'] as const
export type Luck = (typeof LUCK)[number]

export interface CutReport {
  luck: Luck
  /** Bytes that processes had written and that are gone or changed. */
  lostBytes: number
  /** Names made, changed or removed that are as before. */
  lostNames: number
}

const PAGE_BYTES = 4_096

export function cutPower(folder: string, image: string, luck: Luck, random: Random): CutReport {
  const state = loadState(folder, image)
  const report: CutReport = { luck, lostBytes: 0, lostNames: 0 }
  const pathOfId = new Map(Object.entries(state.files).map(([path, { id }]) => [id, path]))
  const after = `${folder}.after`
  rmSync(after, { recursive: true, force: true })
  mkdirSync(after, { recursive: true })

  const rebuild = (at: string): void => {
    const durable = state.durable[at] ?? {}
    const now = namesNow(at)
    const changed = [...new Set([...Object.keys(durable), ...Object.keys(now)])].filter(
      name => durable[name] !== now[name],
    )
    const lucky = luck !== 'none' && random.chance(0.5)
    if (!lucky) report.lostNames += changed.length
    for (const [name, id] of Object.entries(lucky ? now : durable)) {
      const path = at === '' ? name : `${at}/${name}`
      if (id === 'folder') {
        mkdirSync(join(after, path))
        rebuild(path)
      } else writeFileSync(join(after, path), survivor(id))
    }
  }
  const namesNow = (at: string): Record<string, number | 'folder'> => {
    const names: Record<string, number | 'folder'> = {}
    const prefix = at === '' ? '' : `${at}/`
    for (const [path, { id }] of Object.entries(state.files)) {
      if (!path.startsWith(prefix)) continue
      const [first = '', ...below] = path.slice(prefix.length).split('/')
      names[first] = below.length > 0 ? 'folder' : id
    }
    // A folder without files is no loss, but it stays where it was durable.
    for (const [name, id] of Object.entries(state.durable[at] ?? {}))
      if (id === 'folder' && existsSync(join(folder, prefix + name))) names[name] = 'folder'
    return names
  }
  const survivor = (id: number): Buffer => {
    const synced = existsSync(contentOf(image, id)) ? readFileSync(contentOf(image, id)) : Buffer.alloc(0)
    const path = pathOfId.get(id)
    if (path === undefined) return synced
    const now = readFileSync(join(folder, path))
    const left =
      luck === 'none' ? synced : luck === 'tails' ? withTail(synced, now, random) : withPages(synced, now, random)
    // Nobody needs the lock of a process that is gone.
    if (nameOf(path) !== 'lock') report.lostBytes += changedBytes(left, now)
    return left
  }

  rebuild('')
  const gone = `${folder}.gone`
  rmSync(gone, { recursive: true, force: true })
  renameSync(folder, gone)
  renameSync(after, folder)
  rmSync(gone, { recursive: true, force: true })
  takeWhole(folder, image)
  return report
}

function withTail(synced: Buffer, now: Buffer, random: Random): Buffer {
  const length = synced.length + Math.floor(Math.max(0, now.length - synced.length) * random.next())
  return Buffer.concat([synced, now.subarray(synced.length, length)])
}

/** What lies between surviving pages is zeros, as after a crash of a file system that allocates late. */
function withPages(synced: Buffer, now: Buffer, random: Random): Buffer {
  const share = random.next()
  let left = Buffer.from(synced)
  for (let at = 0; at < now.length; at += PAGE_BYTES) {
    const page = now.subarray(at, at + PAGE_BYTES)
    if (page.equals(left.subarray(at, at + PAGE_BYTES)) || !random.chance(share)) continue
    if (left.length < at + page.length) left = Buffer.concat([left, Buffer.alloc(at + page.length - left.length)])
    page.copy(left, at)
  }
  return left
}

function changedBytes(left: Buffer, now: Buffer): number {
  let bytes = Math.abs(now.length - left.length)
  const both = Math.min(left.length, now.length)
  for (let at = 0; at < both; at += PAGE_BYTES) {
    const page = now.subarray(at, Math.min(at + PAGE_BYTES, both))
    if (!page.equals(left.subarray(at, at + page.length))) bytes += page.length
  }
  return bytes
}
