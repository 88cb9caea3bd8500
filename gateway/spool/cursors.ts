/** The spool's named cursors on disk: how far each consumer has come for good. Written whole, then renamed over the old one. */
import { crc32 } from 'node:zlib'
import type { SpoolFiles } from './files.ts'

export interface Cursor {
  /** Everything below is done. */
  position: number
  /** What the consumer keeps beside its position, for example its counts. */
  data: unknown
}

const fileOf = (name: string): string => `${name}.cursor`

/** The kept cursor; null when there is none or it cannot be read (its consumer then begins at the oldest entry, which it must bear). */
export async function loadCursor(files: SpoolFiles, name: string): Promise<Cursor | null> {
  if (!(await files.list()).includes(fileOf(name))) return null
  const file = await files.open(fileOf(name))
  try {
    const bytes = Buffer.alloc(await file.size())
    await file.read(bytes, 0)
    const text = bytes.toString()
    const space = text.indexOf(' ')
    const body = text.slice(space + 1)
    return space > 0 && text.slice(0, space) === String(crc32(body)) ? (JSON.parse(body) as Cursor) : null
  } finally {
    await file.close()
  }
}

/** When it returns, the cursor survives a power cut; until then the old one does. */
export async function saveCursor(files: SpoolFiles, name: string, cursor: Cursor): Promise<void> {
  const body = JSON.stringify(cursor)
  const temporary = `${fileOf(name)}.tmp`
  const file = await files.open(temporary, { create: true })
  try {
    await file.truncate(0)
    await file.writev([Buffer.from(`${crc32(body)} ${body}`)], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(temporary, fileOf(name))
  await files.syncFolder()
}
