// Reads which files import which, for rules that reach further than one import.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** All TypeScript files in a folder and below; none when there is no such folder. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name) && !/(^|\/)(node_modules|dist)\//.test(name))
    .map(name => join(folder, name))
}

/** All files that the given ones import, directly or through others, the given ones left out. Libraries are not followed. */
export function reachableFrom(entries: readonly string[]): string[] {
  const seen = new Set(entries)
  for (const file of seen) {
    for (const imported of importsOf(file)) seen.add(imported)
  }
  return [...seen].slice(new Set(entries).size)
}

function importsOf(file: string) {
  const modules = readFileSync(file, 'utf8').matchAll(/(?:from|import\(?)\s*'(\.[^']+)'/g)
  return [...modules].map(([, module]) => resolve(dirname(file), module as string)).filter(existsSync)
}
