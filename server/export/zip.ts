/** The only door to ZIP: writes archives whose bytes depend on nothing but names and contents, and reads archives with suspicion. */
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { type Entry, fromBuffer, open, type ZipFile } from 'yauzl'
import { ZipFile as ZipWriter } from 'yazl'

export interface ZipEntry {
  /** With `/`, relative, ASCII. */
  path: string
  content: Buffer
}

/** The first instant that ZIP can tell; given as local time because the format knows no zone. */
const FIXED_TIME = new Date(1980, 0, 1, 0, 0, 0)
const FILE_MODE = 0o100644
const NAME = /^[A-Za-z0-9._/-]+$/
/** Far above any package made here; an archive that claims more is not read into memory. */
const MAX_TOTAL_BYTES = 1 << 30
const MAX_ENTRIES = 10_000

/** Writes the entries in the order given, uncompressed: a compressor's output differs from one release of Node to the next. */
export async function writeZip(file: string, entries: readonly ZipEntry[]): Promise<void> {
  const writer = new ZipWriter()
  const out = createWriteStream(file)
  writer.outputStream.pipe(out)
  for (const { path, content } of entries) {
    if (!NAME.test(path)) throw new RangeError('Names in an archive are plain ASCII')
    writer.addBuffer(content, path, {
      mtime: FIXED_TIME,
      mode: FILE_MODE,
      forceDosTimestamp: true,
      compress: false,
    })
  }
  writer.end()
  await finished(out)
}

export type ZipFault = 'unreadable' | 'unsafe_name' | 'duplicate' | 'not_a_file' | 'too_large'
export type ZipContent = { ok: true; entries: ZipEntry[] } | { ok: false; fault: ZipFault; detail: string }

/** Reads all entries of an archive; anything odd about it makes the whole archive a fault, never an exception. */
export async function readZip(source: string | Buffer): Promise<ZipContent> {
  let zip: ZipFile
  try {
    zip = await openZip(source)
  } catch (error) {
    return { ok: false, fault: 'unreadable', detail: messageOf(error) }
  }
  try {
    return await readEntries(zip)
  } catch (error) {
    const detail = messageOf(error)
    const unsafe = /absolute path|relative path|invalid characters/.test(detail)
    return { ok: false, fault: unsafe ? 'unsafe_name' : 'unreadable', detail }
  } finally {
    zip.close()
  }
}

async function readEntries(zip: ZipFile): Promise<ZipContent> {
  if (zip.entryCount > MAX_ENTRIES) return { ok: false, fault: 'too_large', detail: `${zip.entryCount} entries` }
  const entries: ZipEntry[] = []
  const seen = new Set<string>()
  let total = 0
  for (const entry of await headersOf(zip)) {
    const path = entry.fileName
    if (path.endsWith('/')) return { ok: false, fault: 'not_a_file', detail: JSON.stringify(path) }
    if (!NAME.test(path) || path.split('/').some(part => part === '' || part === '.' || part === '..'))
      return { ok: false, fault: 'unsafe_name', detail: JSON.stringify(path) }
    // Two names that differ in case only become one file on many machines.
    if (seen.has(path.toLowerCase())) return { ok: false, fault: 'duplicate', detail: path }
    seen.add(path.toLowerCase())
    const mode = entry.externalFileAttributes >>> 16
    if ((mode & 0o170000) !== 0 && (mode & 0o170000) !== 0o100000)
      return { ok: false, fault: 'not_a_file', detail: path }
    total += entry.uncompressedSize
    if (total > MAX_TOTAL_BYTES) return { ok: false, fault: 'too_large', detail: `${total} bytes` }
    entries.push({ path, content: await contentOf(zip, entry) })
  }
  return { ok: true, entries }
}

const OPTIONS = { lazyEntries: true, autoClose: false, strictFileNames: true } as const

function openZip(source: string | Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, zip?: ZipFile) => (zip ? resolve(zip) : reject(error))
    if (typeof source === 'string') open(source, OPTIONS, answer)
    else fromBuffer(source, OPTIONS, answer)
  })
}

function headersOf(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const headers: Entry[] = []
    zip.on('entry', (entry: Entry) => {
      headers.push(entry)
      zip.readEntry()
    })
    zip.once('end', () => resolve(headers))
    zip.once('error', reject)
    zip.readEntry()
  })
}

function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (!stream) return reject(error)
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('error', reject)
      // yauzl has counted the bytes by now, but leaves the checksum to the reader; the manifest is stronger.
      stream.on('end', () => resolve(Buffer.concat(parts)))
    })
  })
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
