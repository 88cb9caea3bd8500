/** What the spool holds: one entry for each message, saying which fate it met; short keys, as they are written a million times. */
import type { BootId, DeviceId, FacilityId, ProfileId } from '../core/ids.ts'
import { type Mark, type StoredRow, type StoredValue, storeKey } from '../core/readings.ts'
import type { RejectionReason } from '../core/rejections.ts'

/** What the ledger counts beside the fate. */
interface Counted {
  /** Present on the first entry of each packet. */
  pk?: 1 | undefined
  /** Present when the packet's acknowledgement was held back by the rate limit; on its first entry. */
  df?: 1 | undefined
  /** How many numbers were skipped, seen by this message for the first time. */
  g?: number | undefined
  /** Present when this message had been counted missing before. */
  rc?: 1 | undefined
}

/** Which message of which device. */
interface Identity extends Counted {
  /** Facility and device. */
  f: FacilityId
  d: DeviceId
  /** Boot and seq. */
  b: BootId
  s: number
  /** Hash of the parsed content. */
  h: number
}

/** Accepted: becomes a row of the store. */
export interface AcceptedEntry extends Identity {
  k: 'a'
  p: ProfileId
  /** The device's count of accepted messages before this one. */
  n: number
  /** Device time and gateway time, epoch ms. */
  t: number
  rx: number
  /** Present when the device's previously accepted message had another boot. */
  nb?: 1 | undefined
  m?: Mark[] | undefined
  v: Record<string, StoredValue>
  /** Present for events; `v` then holds the attributes. */
  e?: string | undefined
}

/** A message that was seen before: the same content, or older than the contents that are remembered (then it is kept in `raw`). */
export interface DuplicateEntry extends Identity {
  k: 'd'
  rx: number
  raw?: string
}
/** Another content under an identity that was seen before: kept aside. */
export interface ConflictingEntry extends Identity {
  k: 'c'
  rx: number
  raw: string
}

/** Refused, whole or (`part`) in some metrics only; the latter stands beside the accepted entry and is no fate of its own. */
export interface RefusedEntry extends Counted {
  k: 'r' | 'part'
  f: string
  /** As named in the topic, which may be no device at all. */
  d: string
  b?: string
  s?: number
  /** Present when the identity counts as received: a device that is known, and a refusal for good. */
  h?: number
  rx: number
  topic: string
  reason: RejectionReason
  fields: string[]
  detail: string
  /** SHA-256 of the MQTT payload, hex. */
  sha256: string
  /** The refused message; base64 when it is no UTF-8. */
  raw: string
  base64?: 1
  bytes: number
}

export type Entry = AcceptedEntry | DuplicateEntry | ConflictingEntry | RefusedEntry

/** An entry with a fate of its own. */
export type FateEntry = Exclude<Entry, RefusedEntry> | (RefusedEntry & { k: 'r' })

export const hasFate = (entry: Entry): entry is FateEntry => entry.k !== 'part'
export const isAccepted = (entry: Entry): entry is AcceptedEntry => entry.k === 'a'
export const isRefused = (entry: Entry): entry is RefusedEntry => entry.k === 'r' || entry.k === 'part'

/** The row that the store gets; the same at every replay. */
export function rowOf(entry: AcceptedEntry, position: number): StoredRow {
  const base = {
    facility: entry.f,
    device: entry.d,
    profile: entry.p,
    key: storeKey(entry.t, entry.n),
    rx: entry.rx,
    boot: entry.b,
    bootChanged: entry.nb === 1,
    seq: entry.s,
    marks: entry.m ?? [],
    position,
  }
  return entry.e === undefined
    ? { kind: 'telemetry', ...base, values: entry.v }
    : { kind: 'event', ...base, event: entry.e, attributes: entry.v }
}

/** The entry as JSON. Accepted ones, of which there are millions, are put together by hand: in half the time. */
export function encodeEntry(entry: Entry): string {
  if (!isAccepted(entry)) return JSON.stringify(entry)
  // Names have no characters that JSON would escape.
  let text = `{"k":"a","f":"${entry.f}","d":"${entry.d}","b":"${entry.b}","s":${entry.s},"h":${entry.h},"rx":${entry.rx}`
  text += `,"p":"${entry.p}","n":${entry.n},"t":${entry.t},"v":{`
  let comma = ''
  for (const name in entry.v) {
    const value = entry.v[name]!
    text += `${comma}"${name}":${typeof value === 'number' ? value : JSON.stringify(value)}`
    comma = ','
  }
  text += '}'
  if (entry.nb) text += ',"nb":1'
  if (entry.m) text += `,"m":${JSON.stringify(entry.m)}`
  if (entry.e !== undefined) text += `,"e":"${entry.e}"`
  if (entry.pk) text += ',"pk":1'
  if (entry.df) text += ',"df":1'
  if (entry.g) text += `,"g":${entry.g}`
  if (entry.rc) text += ',"rc":1'
  return `${text}}`
}
