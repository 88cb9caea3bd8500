/** Small files that are replaced whole, with a checksum, on the injectable file layer: a reader finds the old content or the new one. */
import { crc32 } from 'node:zlib'
import type { SpoolFiles } from './spool/files.ts'

/**
 * When it returns, the new content survives a power cut; until then the old one does. After an error, that of a sync too, it may be tried
 * again: all of the content is then written anew.
 */
export async function replaceFile(files: SpoolFiles, name: string, body: string): Promise<void> {
  const temporary = `${name}.tmp`
  const file = await files.open(temporary, { create: true })
  try {
    await file.truncate(0)
    await file.writev([Buffer.from(`${crc32(body)} ${body}`)], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(temporary, name)
  await files.syncFolder()
}

/** The content of a file that is there; null when it is not what was written. */
export async function readWhole(files: SpoolFiles, name: string): Promise<string | null> {
  const file = await files.open(name)
  try {
    const bytes = Buffer.alloc(await file.size())
    await file.read(bytes, 0)
    const text = bytes.toString()
    const space = text.indexOf(' ')
    const body = text.slice(space + 1)
    return space > 0 && text.slice(0, space) === String(crc32(body)) ? body : null
  } finally {
    await file.close()
  }
}
