/** What a folder would hold after a power cut: the names and bytes that were synced, kept beside the folder while a process writes to it. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Paths are relative to the folder; '' is the folder itself. */
export interface DiskState {
  nextId: number
  /** Files as processes see them now. `ino` finds them again after a process died in the middle of something. */
  files: Record<string, { id: number; ino: number }>
  /** Per folder the names that survive: the id of a file, or `folder`. */
  durable: Record<string, Record<string, number | 'folder'>>
}

export const contentOf = (image: string, id: number): string => join(image, `${id}.synced`)
const stateFile = (image: string): string => join(image, 'state.json')

/** Replaced by renaming, so that a kill leaves the old one or the new one. */
export function saveState(image: string, state: DiskState): void {
  const file = stateFile(image)
  writeFileSync(`${file}.tmp`, JSON.stringify(state))
  renameSync(`${file}.tmp`, file)
}

/** The state as the last process left it, brought into line with what the folder holds now. */
export function loadState(folder: string, image: string): DiskState {
  let state: DiskState
  try {
    state = JSON.parse(readFileSync(stateFile(image), 'utf8')) as DiskState
  } catch {
    return takeWhole(folder, image)
  }
  const byInode = new Map(Object.values(state.files).map(({ id, ino }) => [ino, id]))
  const files: DiskState['files'] = {}
  for (const path of walk(folder).files) {
    const { ino } = statSync(join(folder, path))
    files[path] = { id: byInode.get(ino) ?? state.nextId++, ino }
  }
  state.files = files
  forget(image, state)
  saveState(image, state)
  return state
}

/** Everything in the folder counts as synced: before the first process, and after the power came back. */
export function takeWhole(folder: string, image: string): DiskState {
  rmSync(image, { recursive: true, force: true })
  mkdirSync(image, { recursive: true })
  mkdirSync(folder, { recursive: true })
  const state: DiskState = { nextId: 1, files: {}, durable: { '': {} } }
  const found = walk(folder)
  for (const path of found.folders) {
    state.durable[path] = {}
    state.durable[parentOf(path)]![nameOf(path)] = 'folder'
  }
  for (const path of found.files) {
    const id = state.nextId++
    state.files[path] = { id, ino: statSync(join(folder, path)).ino }
    state.durable[parentOf(path)]![nameOf(path)] = id
    writeFileSync(contentOf(image, id), readFileSync(join(folder, path)))
  }
  saveState(image, state)
  return state
}

/** Drops contents that nothing can bring back any more. */
export function forget(image: string, state: DiskState): void {
  const kept = new Set(Object.values(state.files).map(({ id }) => id))
  for (const names of Object.values(state.durable))
    for (const id of Object.values(names)) if (id !== 'folder') kept.add(id)
  for (const name of readdirSync(image)) {
    const id = /^(\d+)\.synced$/.exec(name)?.[1]
    if (id !== undefined && !kept.has(Number(id))) rmSync(join(image, name))
  }
}

export const parentOf = (path: string): string => (path.includes('/') ? dirname(path) : '')
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** All files and folders below, parents first. */
export function walk(folder: string): { files: string[]; folders: string[] } {
  const files: string[] = []
  const folders: string[] = []
  const visit = (at: string): void => {
    for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`
      if (!entry.isDirectory()) files.push(path)
      else {
        folders.push(path)
        visit(path)
      }
    }
  }
  visit('')
  return { files, folders }
}
