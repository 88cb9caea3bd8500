/** The spool's segment files: their names, how the newest is recovered after a crash, how damaged bytes are put aside. */
import type { Log } from '../log.ts'
import type { SpoolFile, SpoolFiles } from './files.ts'
import { hasRecordBehind, parseBody, scanRecords } from './record.ts'

export interface Segment {
  name: string
  /** Position of its first entry. */
  first: number
  /** How far it is durable, in bytes. */
  size: number
}

export const segmentName = (first: number): string => `${String(first).padStart(16, '0')}.seg`
const SEGMENT = /^(\d{16})\.seg$/

export interface Recovered {
  /** Oldest first. */
  segments: Segment[]
  /** Position of the next entry. */
  next: number
  /** Bytes of the newest segment without its snapshot. */
  newestDataBytes: number
}

export interface Restore<E> {
  /** Sets the whole state. */
  restore(snapshot: Uint8Array): void
  /** Takes one more entry into it. */
  apply(entry: E): void
}

/**
 * Brings the folder into order after any kind of end, and the state back to what was last durable. Only the newest segment can have been
 * under way: its torn end is cut off, and a newest segment without one whole record is removed. Older ones are checked when they are read.
 */
export async function recover<E>(files: SpoolFiles, state: Restore<E>, log: Log): Promise<Recovered> {
  const names = await files.list()
  for (const name of names.filter(n => n.endsWith('.tmp'))) await files.remove(name)
  const firsts = names.flatMap(name => SEGMENT.exec(name)?.[1] ?? []).sort()
  const segments = firsts.map(digits => ({ name: `${digits}.seg`, first: Number(digits), size: 0 }))
  let next = 0
  let newestDataBytes = 0
  while (segments.length > 0) {
    const newest = segments.at(-1)!
    const found = await recoverNewest(files, newest, state, log)
    if (found) {
      next = found.next
      newestDataBytes = found.dataBytes
      break
    }
    segments.pop()
    await files.remove(newest.name)
  }
  for (const segment of segments.slice(0, -1)) segment.size = await sizeOf(files, segment.name)
  await files.syncFolder()
  return { segments, next, newestDataBytes }
}

async function recoverNewest<E>(
  files: SpoolFiles,
  segment: Segment,
  state: Restore<E>,
  log: Log,
): Promise<{ next: number; dataBytes: number } | null> {
  const file = await files.open(segment.name)
  try {
    const size = await file.size()
    let end = 0
    let next = 0
    let snapshotBytes = 0
    for await (const record of scanRecords(file, 0, size)) {
      if (end === 0) {
        state.restore(record.snapshot)
        snapshotBytes = record.snapshot.length
      } else {
        for (const entry of parseBody(record.body)) state.apply(entry as E)
      }
      end = record.end
      next = record.first + record.count
    }
    if (end < size) {
      if (await hasRecordBehind(file, end, size)) await quarantine(files, file, segment.name, end, size, log)
      else log.info({ segment: segment.name, bytes: size - end }, 'cut off the torn end of the spool')
      await file.truncate(end)
    }
    // What a killed process had written and not synced counts from here on: others will build on it.
    await file.sync()
    segment.size = end
    return end > 0 ? { next, dataBytes: end - snapshotBytes } : null
  } finally {
    await file.close()
  }
}

/** Keeps damaged bytes for a person to look at: nobody reads that file again. */
export async function quarantine(
  files: SpoolFiles,
  file: SpoolFile,
  name: string,
  from: number,
  to: number,
  log: Log,
): Promise<void> {
  const kept = `${name}-${from}.quarantined`
  const bytes = Buffer.alloc(to - from)
  await file.read(bytes, from)
  const copy = await files.open(kept, { create: true })
  try {
    await copy.writev([bytes], 0)
    await copy.sync()
  } finally {
    await copy.close()
  }
  await files.syncFolder()
  log.error({ segment: name, kept, bytes: to - from }, 'the disk has damaged the spool: the damaged part is put aside')
}

async function sizeOf(files: SpoolFiles, name: string): Promise<number> {
  const file = await files.open(name)
  try {
    return await file.size()
  } finally {
    await file.close()
  }
}
