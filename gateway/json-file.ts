/** Small files of the gateway's own that are replaced whole, so that a reader never sees half of one. */
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { makeFolder, syncFolder } from './spool/files.ts'

/** The file's content; null when it is missing or not what the schema says. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** When it returns the new content survives a power cut; until then the old one does. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await makeFolder(dirname(path))
  const file = await open(`${path}.tmp`, 'w', 0o600)
  try {
    await file.writeFile(JSON.stringify(value))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.tmp`, path)
  await syncFolder(dirname(path))
}
