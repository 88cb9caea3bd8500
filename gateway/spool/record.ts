/** The spool's record on disk: one for each commit, under one checksum, with a snapshot of the whole state when it opens a segment. */
import { crc32 } from 'node:zlib'
import type { SpoolFile } from './files.ts'

/*
 * Little-endian: magic u32 | crc u32 (of all that follows) | snapshot bytes u32 | body bytes u32 | entries u32 | first position f64
 * | snapshot | body. The body is a JSON array of entries. The magic keeps a run of zeros from passing as an empty record.
 */
const MAGIC = 0x4d_49_4d_31
const HEADER_BYTES = 28
const CHUNK_BYTES = 1 << 20

export interface EncodedRecord {
  buffers: Uint8Array[]
  bytes: number
  snapshotBytes: number
}

export interface ScannedRecord {
  /** Position of the first entry; entries are numbered without holes inside a record. */
  first: number
  count: number
  snapshot: Uint8Array
  body: Uint8Array
  /** Where in the file it ends. */
  end: number
}

/** @param body a JSON array of `count` entries */
export function encodeRecord(
  first: number,
  count: number,
  body: Uint8Array,
  snapshot: readonly Uint8Array[],
): EncodedRecord {
  const snapshotBytes = snapshot.reduce((sum, part) => sum + part.length, 0)
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt32LE(snapshotBytes, 8)
  header.writeUInt32LE(body.length, 12)
  header.writeUInt32LE(count, 16)
  header.writeDoubleLE(first, 20)
  let crc = crc32(header.subarray(8))
  // Of no bytes in memory zlib makes 0, whatever sum there was before.
  const parts = snapshot.filter(part => part.length > 0)
  for (const part of parts) crc = crc32(part, crc)
  header.writeUInt32LE(crc32(body, crc), 4)
  const buffers = [header, ...parts, body]
  return { buffers, bytes: HEADER_BYTES + snapshotBytes + body.length, snapshotBytes }
}

export const parseBody = (body: Uint8Array): unknown[] =>
  JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString())

/** Reads records one after another from `from` to `to`; stops before the first that is torn. The buffers given out live on. */
export async function* scanRecords(file: SpoolFile, from: number, to: number): AsyncGenerator<ScannedRecord> {
  let chunk = Buffer.alloc(0)
  let chunkAt = from
  let at = from
  const have = async (bytes: number): Promise<boolean> => {
    if (at + bytes <= chunkAt + chunk.length) return true
    if (at + bytes > to) return false
    const next = Buffer.allocUnsafe(Math.min(Math.max(bytes, CHUNK_BYTES), to - at))
    chunk = next.subarray(0, await file.read(next, at))
    chunkAt = at
    return chunk.length >= bytes
  }
  while (await have(HEADER_BYTES)) {
    const bytes = lengthAt(chunk, at - chunkAt)
    if (bytes === null || !(await have(bytes))) return
    const record = decodeRecord(chunk.subarray(at - chunkAt, at - chunkAt + bytes), at)
    if (!record) return
    yield record
    at = record.end
  }
}

const lengthAt = (chunk: Buffer, at: number): number | null =>
  chunk.readUInt32LE(at) === MAGIC ? HEADER_BYTES + chunk.readUInt32LE(at + 8) + chunk.readUInt32LE(at + 12) : null

function decodeRecord(buffer: Buffer, at: number): ScannedRecord | null {
  if (crc32(buffer.subarray(8)) !== buffer.readUInt32LE(4)) return null
  const bodyAt = HEADER_BYTES + buffer.readUInt32LE(8)
  return {
    first: buffer.readDoubleLE(20),
    count: buffer.readUInt32LE(16),
    snapshot: buffer.subarray(HEADER_BYTES, bodyAt),
    body: buffer.subarray(bodyAt),
    end: at + buffer.length,
  }
}

/** Whether any whole record lies behind `from`: then what stands there is not the torn end of the last write but damage. */
export async function hasRecordBehind(file: SpoolFile, from: number, to: number): Promise<boolean> {
  const rest = Buffer.allocUnsafe(Math.max(0, to - from))
  const length = await file.read(rest, from)
  const magic = Buffer.alloc(4)
  magic.writeUInt32LE(MAGIC, 0)
  for (let at = rest.indexOf(magic, 1); at >= 0 && at + HEADER_BYTES <= length; at = rest.indexOf(magic, at + 1)) {
    const bytes = lengthAt(rest, at)
    if (bytes !== null && at + bytes <= length && decodeRecord(rest.subarray(at, at + bytes), from + at)) return true
  }
  return false
}
