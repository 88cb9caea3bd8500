/** Turns spooled rows into InfluxDB line protocol by copying bytes: both write names, numbers and plain texts alike. */
import { type ByteWriter, createByteWriter, utf8 } from '../../core/byte-writer.ts'
import type { RawBatch, RawRow, RowSource, Span } from '../../core/ports.ts'
import { createLineEncoder, lineHead } from './influx-line.ts'
import { areNames, assertStorable, RESERVED_METRICS } from './storable.ts'

const FIRST_BYTES = 262_144
const MAX_FREE = 3
/** The store key is the device time with so many digits of the count behind it. */
const COUNT_DIGITS = 6
const LONGEST_NAME = 48
const LONGEST_TEXT = 1_000
const LONGEST_RESERVED = Math.max(...RESERVED_METRICS.map(name => name.length))
const [NEWLINE, SPACE, COMMA, EQUALS, INTEGER, ZERO, NINE] = [0x0a, 0x20, 0x2c, 0x3d, 0x69, 0x30, 0x39]
const [QUOTE, BACKSLASH, COLON, UNDERSCORE, LOWER_A, LOWER_Z] = [0x22, 0x5c, 0x3a, 0x5f, 0x61, 0x7a]
const SEQ = utf8('seq=')
const RX = utf8('i,rx=')
const BOOT = utf8('i,boot="')
const BOOT_RX = utf8('",boot_rx=')
const LATE = utf8(',marks="late"')

/** @param write posts lines in UTF-8; what it is given holds until the next row is added */
export function createRawLines(write: (lines: Uint8Array) => Promise<void>): { begin(): RawBatch } {
  /** Null: not to be stored. */
  const heads = new Map<RowSource, Uint8Array | null>()
  const encodeRows = createLineEncoder()
  /** Buffers of a megabyte, made anew for each batch, would keep the garbage collector busy. */
  const free: ByteWriter[] = []

  return {
    begin() {
      const out = free.pop() ?? createByteWriter(FIRST_BYTES)
      out.cut(0)
      return {
        add(row) {
          const head = headOf(row.source)
          const before = out.length()
          if (!head || row.deviceMs.to - row.deviceMs.from < 2) return false
          if (before > 0) out.byte(NEWLINE)
          out.bytes(head)
          if (!putValues(out, row)) {
            out.cut(before)
            return false
          }
          putRest(out, row)
          return true
        },
        addRow(row) {
          assertStorable([row])
          if (out.length() > 0) out.byte(NEWLINE)
          out.bytes(encodeRows([row]))
        },
        write: () => write(out.written()),
        free() {
          if (free.length < MAX_FREE) free.push(out)
        },
      }
    },
  }

  function headOf(source: RowSource): Uint8Array | null {
    const known = heads.get(source)
    if (known !== undefined) return known
    const { facility, device, profile } = source
    const head = areNames(facility, device, profile) ? lineHead('telemetry', source) : null
    heads.set(source, head)
    return head
  }
}

/** `"name":value,…` becomes `name=value,…`. False: something is not as plain as that; what was written is then of no use. */
function putValues(out: ByteWriter, { bytes, values }: RawRow): boolean {
  let at = values.from
  while (at < values.to) {
    const nameEnd = endOfName(bytes, at + 1)
    if (nameEnd < 0 || bytes[at] !== QUOTE || bytes[nameEnd + 1] !== COLON) return false
    out.bytes(bytes, at + 1, nameEnd)
    out.byte(EQUALS)
    const end = endOfValue(bytes, nameEnd + 2, values.to)
    if (end < 0) return false
    out.bytes(bytes, nameEnd + 2, end)
    out.byte(COMMA)
    at = end + 1
  }
  return values.to > values.from
}

/** As METRIC_NAME of storable.ts has it, and none of the reserved ones. */
function endOfName(bytes: Uint8Array, from: number): number {
  let at = from
  if (bytes[at]! < LOWER_A) return -1
  while (isNameByte(bytes[at]!)) at += 1
  const length = at - from
  if (bytes[at] !== QUOTE || length > LONGEST_NAME) return -1
  return length <= LONGEST_RESERVED && RESERVED_METRICS.includes(latin1(bytes, from, at)) ? -1 : at
}

const isNameByte = (byte: number): boolean =>
  (byte >= LOWER_A && byte <= LOWER_Z) || (byte >= ZERO && byte <= NINE) || byte === UNDERSCORE

/** A number, or a text of plain ASCII that is not empty. */
function endOfValue(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  if (bytes[at] !== QUOTE) {
    // JSON has no other value that begins with a digit or a minus, and spooled values are numbers and texts only.
    while (at < to && bytes[at] !== COMMA) at += 1
    return at > from ? at : -1
  }
  at += 1
  while (at < to && bytes[at] !== QUOTE) {
    const byte = bytes[at]!
    if (byte < SPACE || byte > 0x7e || byte === BACKSLASH) return -1
    at += 1
  }
  const length = at - from - 1
  return length > 0 && length <= LONGEST_TEXT ? at + 1 : -1
}

function putRest(out: ByteWriter, row: RawRow): void {
  out.bytes(SEQ)
  putSpan(out, row, row.seq)
  out.bytes(RX)
  putSpan(out, row, row.rx)
  if (row.bootChanged) {
    out.bytes(BOOT)
    putSpan(out, row, row.boot)
    out.bytes(BOOT_RX)
    putSpan(out, row, row.rx)
  }
  out.byte(INTEGER)
  if (row.late) out.bytes(LATE)
  out.byte(SPACE)
  putSpan(out, row, row.deviceMs)
  const { from, to } = row.count
  for (let missing = COUNT_DIGITS - (to - from); missing > 0; missing -= 1) out.byte(ZERO)
  out.bytes(row.bytes, Math.max(from, to - COUNT_DIGITS), to)
}

function putSpan(out: ByteWriter, { bytes }: RawRow, { from, to }: Span): void {
  out.bytes(bytes, from, to)
}

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
