/** The list of a package's files with their SHA-256, as `sha256sum -c` reads it. */
import { createHash } from 'node:crypto'
import type { ZipEntry } from '../zip.ts'

export const MANIFEST = 'MANIFEST.sha256'
export const SIGNATURE = 'MANIFEST.sha256.minisig'

export const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex')

/** One line per file, sorted by path; paths are relative to the package's folder. */
export function manifestOf(files: readonly ZipEntry[]): string {
  return sortedByPath(files)
    .map(({ path, content }) => `${sha256(content)}  ${path}\n`)
    .join('')
}

/** By code point, the same everywhere. */
export const sortedByPath = <T extends { path: string }>(files: readonly T[]): T[] =>
  [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
