/** One line of the conditions' journal on disk: a checksum and a JSON text; what is torn or only room for more is told from what is whole. */
import { crc32 } from 'node:zlib'

const CRC_DIGITS = 8
const LINE_END = 0x0a

/** @param text JSON, which never holds a line end of its own */
export const encodeLine = (text: string): string => `${crcOf(text)} ${text}\n`

const crcOf = (text: string): string => crc32(text).toString(16).padStart(CRC_DIGITS, '0')

export interface ScannedLines {
  /** Texts of the whole lines, in order. */
  texts: string[]
  /** Behind the last whole line, in bytes. */
  end: number
  /** How many lines before that were damaged. */
  damaged: number
  /** Whether anything but room (zeros) lies behind `end`: the torn end of a last write. */
  torn: boolean
}

export function scanLines(bytes: Buffer): ScannedLines {
  const found: ScannedLines = { texts: [], end: 0, damaged: 0, torn: false }
  let damaged = 0
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf(LINE_END, at)
    if (lineEnd < 0) break
    const text = readLine(bytes.toString('utf8', at, lineEnd))
    at = lineEnd + 1
    if (text === null) {
      damaged += 1
      continue
    }
    found.texts.push(text)
    found.end = at
    found.damaged = damaged
  }
  found.torn = bytes.subarray(found.end).some(byte => byte !== 0)
  return found
}

function readLine(line: string): string | null {
  const text = line.slice(CRC_DIGITS + 1)
  return line[CRC_DIGITS] === ' ' && crcOf(text) === line.slice(0, CRC_DIGITS) ? text : null
}
