/** Reads the spool's bodies without making objects: ordinary accepted messages, which are nearly all, are found by their layout; any other is parsed. */
import { utf8 } from '../core/byte-writer.ts'
import type { DeviceId, FacilityId, ProfileId } from '../core/ids.ts'
import type { RawRow, RowSource, Span } from '../core/ports.ts'
import type { Entry } from './entries.ts'

export interface RawEntries {
  /**
   * Reads the entry that begins at `at`; `end` then says where it ends.
   * @returns `row`, filled; or the entry, where it is not laid out as createEntryEncoder does with an ordinary one
   */
  read(body: Buffer, at: number): RawRow | Entry
  end(): number
}

/** Pieces between the varying parts of an accepted entry, as createEntryEncoder writes them. */
const HEAD = utf8('{"k":"a","f":"')
const DEVICE = utf8('","d":"')
const PROFILE = utf8('","p":"')
const BOOT = utf8('","b":"')
const SEQ = utf8('","s":')
const HASH = utf8(',"h":')
const RX = utf8(',"rx":')
const COUNT = utf8(',"n":')
const TIME = utf8(',"t":')
const VALUES = utf8(',"v":{')
const BOOT_CHANGED = utf8(',"nb":1')
const LATE = utf8(',"m":["late"]')
const PACKET = utf8(',"pk":1')
const [QUOTE, BACKSLASH, OPEN, CLOSE, COMMA] = [0x22, 0x5c, 0x7b, 0x7d, 0x2c]
const ZERO = 0x30
const NINE = 0x39

export const isRawRow = (read: RawRow | Entry): read is RawRow => 'bytes' in read && 'source' in read

export function createRawEntries(): RawEntries {
  /** By facility, device and profile as they stand in the bytes, so that each is made once. */
  const sources = new Map<string, RowSource>()
  const span = (): Span => ({ from: 0, to: 0 })
  const row: RawRow = {
    source: { facility: '' as FacilityId, device: '' as DeviceId, profile: '' as ProfileId },
    bytes: new Uint8Array(0),
    boot: span(),
    seq: span(),
    rx: span(),
    rxMs: 0,
    deviceMs: span(),
    count: span(),
    values: span(),
    bootChanged: false,
    late: false,
  }
  const hash = span()
  const [facility, device, profile] = [span(), span(), span()]
  let end = 0

  return {
    read(body, at) {
      row.bytes = body
      if (readOrdinary(body, at)) return row
      end = endOfObject(body, at)
      return JSON.parse(body.toString('utf8', at, end)) as Entry
    },
    end: () => end,
  }

  function readOrdinary(body: Buffer, from: number): boolean {
    let at = text(body, behind(body, from, HEAD), facility)
    at = text(body, behind(body, at, DEVICE), device)
    at = text(body, behind(body, at, PROFILE), profile)
    at = text(body, behind(body, at, BOOT), row.boot)
    at = digits(body, behind(body, at, SEQ), row.seq)
    at = digits(body, behind(body, at, HASH), hash)
    at = digits(body, behind(body, at, RX), row.rx)
    at = digits(body, behind(body, at, COUNT), row.count)
    at = digits(body, behind(body, at, TIME), row.deviceMs)
    at = values(body, behind(body, at, VALUES), row.values)
    if (at < 0) return false
    const changed = behind(body, at, BOOT_CHANGED)
    row.bootChanged = changed >= 0
    if (changed >= 0) at = changed
    const late = behind(body, at, LATE)
    row.late = late >= 0
    if (late >= 0) at = late
    const packet = behind(body, at, PACKET)
    if (packet >= 0) at = packet
    if (body[at] !== CLOSE) return false
    end = at + 1
    row.rxMs = numberIn(body, row.rx)
    row.source = sourceOf(body)
    return true
  }

  function sourceOf(body: Buffer): RowSource {
    const key = body.toString('latin1', facility.from, profile.to)
    let source = sources.get(key)
    if (!source) {
      source = {
        facility: body.toString('latin1', facility.from, facility.to) as FacilityId,
        device: body.toString('latin1', device.from, device.to) as DeviceId,
        profile: body.toString('latin1', profile.from, profile.to) as ProfileId,
      }
      sources.set(key, source)
    }
    return source
  }
}

/** Where `piece`, which stands at `at`, ends; -1 when it does not stand there. */
function behind(body: Uint8Array, at: number, piece: Uint8Array): number {
  if (at < 0) return -1
  for (let i = 0; i < piece.length; i += 1) if (body[at + i] !== piece[i]) return -1
  return at + piece.length
}

/** A text without escapes up to its closing quote, where it ends; -1 for any other. */
function text(body: Uint8Array, from: number, span: Span): number {
  if (from < 0) return -1
  let at = from
  while (at < body.length && body[at] !== QUOTE) {
    if (body[at] === BACKSLASH) return -1
    at += 1
  }
  span.from = from
  span.to = at
  return at
}

function digits(body: Uint8Array, from: number, span: Span): number {
  if (from < 0) return -1
  let at = from
  while (body[at]! >= ZERO && body[at]! <= NINE) at += 1
  span.from = from
  span.to = at
  return at > from ? at : -1
}

function values(body: Uint8Array, from: number, span: Span): number {
  if (from < 0) return -1
  const end = endOfMembers(body, from)
  span.from = from
  span.to = end - 1
  return end
}

function numberIn(body: Uint8Array, { from, to }: Span): number {
  let number = 0
  for (let i = from; i < to; i += 1) number = number * 10 + body[i]! - ZERO
  return number
}

const endOfObject = (body: Uint8Array, from: number): number => endOfMembers(body, from + 1)

/** Behind the brace that closes the object whose first member begins at `from`. */
function endOfMembers(body: Uint8Array, from: number): number {
  let depth = 1
  let at = from
  while (depth > 0 && at < body.length) {
    const byte = body[at]
    if (byte === QUOTE) at = closingQuote(body, at + 1)
    else if (byte === OPEN) depth += 1
    else if (byte === CLOSE) depth -= 1
    at += 1
  }
  return at
}

function closingQuote(body: Uint8Array, from: number): number {
  let at = from
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

/** Where the first entry of a body begins, and where the next one does behind `end`: a comma stands between. */
export const FIRST_ENTRY = 1
export const nextEntry = (end: number): number => end + 1
export const isBehindLast = (body: Uint8Array, end: number): boolean => body[end] !== COMMA
