/** Writes records to the end of the newest segment or as the head of a new one, and syncs them; waits where the disk is full. */
import { errorFields, type Log } from '../log.ts'
import type { SpoolFile, SpoolFiles } from './files.ts'
import type { EncodedRecord } from './record.ts'
import { type Segment, segmentName } from './segments.ts'

export interface SegmentWriter {
  /** Takes up the segment that recovery left. */
  open(newest: Segment | undefined): Promise<void>
  /**
   * When it returns the record survives a power cut. A full disk is waited for; any other failure is thrown and final: after a failed
   * sync the kernel may have dropped what it could not write, and a second sync would lie.
   * @param first position of the record's first entry; `rotate` begins a new segment with it
   * @returns the segment that holds it, already grown
   */
  write(record: EncodedRecord, first: number, rotate: boolean): Promise<Segment>
  /** Bytes of the newest segment without its snapshot; null when there is none. */
  dataBytes(): number | null
  close(): Promise<void>
}

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT'])
export const isNoRoom = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && NO_ROOM.has(String(error.code))

export function createSegmentWriter(deps: {
  files: SpoolFiles
  log: Log
  recoveredDataBytes(): number
  /** Resolves when it is worth trying again. */
  waitForRoom(): Promise<void>
}): SegmentWriter {
  let active: { segment: Segment; file: SpoolFile; dataBytes: number } | null = null

  return {
    async open(newest) {
      if (!newest) return
      active = { segment: newest, file: await deps.files.open(newest.name), dataBytes: deps.recoveredDataBytes() }
    },
    write,
    dataBytes: () => active?.dataBytes ?? null,
    close: async () => {
      await active?.file.close()
      active = null
    },
  }

  async function write(record: EncodedRecord, first: number, rotate: boolean): Promise<Segment> {
    if (!active || rotate) return writeHead(record, first)
    await writeAt(active.file, record, active.segment.size)
    await active.file.sync()
    active.segment.size += record.bytes
    active.dataBytes += record.bytes
    return active.segment
  }

  async function writeHead(record: EncodedRecord, first: number): Promise<Segment> {
    const name = segmentName(first)
    const file = await whenRoom(() => deps.files.open(name, { create: true }))
    await writeAt(file, record, 0)
    await file.sync()
    await deps.files.syncFolder()
    await active?.file.close()
    const segment = { name, first, size: record.bytes }
    active = { segment, file, dataBytes: record.bytes - record.snapshotBytes }
    return segment
  }

  function writeAt(file: SpoolFile, record: EncodedRecord, at: number): Promise<void> {
    return whenRoom(async () => {
      try {
        await file.writev(record.buffers, at)
      } catch (error) {
        if (isNoRoom(error)) await file.truncate(at)
        throw error
      }
    })
  }

  async function whenRoom<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work()
      } catch (error) {
        if (!isNoRoom(error)) throw error
        if (tries === 0) deps.log.error(errorFields(error), 'the disk of the spool is full: nothing is acknowledged')
        await deps.waitForRoom()
      }
    }
  }
}
