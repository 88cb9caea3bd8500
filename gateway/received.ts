/** What has been received, per device and boot: exact intervals, counts, the latest contents. The state that the spool commits. */

import { type Entry, type FateEntry, hasFate, isAccepted } from './entries.ts'
import { addTo, type Intervals, includes } from './intervals.ts'
import { createRecentHashes, type RecentHashes } from './recent-hashes.ts'
import type { SpoolState } from './spool/spool.ts'

/** Of all messages of a facility since its first day. */
export interface FateTotals {
  accepted: number
  duplicate: number
  conflicting: number
  refused: number
  /** Distinct identities received. */
  received: number
  missing: number
  recovered: number
  deferred: number
}

export type Seen = 'no' | 'same' | 'other' | 'too_old_to_tell'

/** What is known of one device; the object stays the same for the life of the process. */
export interface DeviceRecord {
  /** Count of accepted messages, and the boot of the latest. */
  n: number
  boot: string | null
  boots: Map<string, { id: number; intervals: Intervals }>
  hashes: RecentHashes
}

export interface Received extends SpoolState<Entry> {
  /** Found or begun. */
  device(facility: string, device: string): DeviceRecord
  /** Whether an identity was received before, and whether with this content. */
  seen(device: DeviceRecord, boot: string, seq: number, hash: number): Seen
  /** Takes a new entry into the state, after noting on it which gap it opens or closes. Null: a device that is none. */
  take(device: DeviceRecord | null, entry: FateEntry): void
  /** A packet is held back by the rate limit. */
  deferred(facility: string): void
  intervals(facility: string, device: string, boot: string): Intervals | null
  totals(facility: string): FateTotals
}

interface Snapshot {
  totals: Record<string, FateTotals>
  /** Boots in the order of their numbers; the hashes follow in binary, device after device. */
  devices: { key: string; n: number; boot: string | null; boots: [string, Intervals][]; hashBytes: number }[]
}

const LENGTH_BYTES = 4
/** Names of what is refused come from topics; more than so many are counted together under the empty name. */
const MAX_FACILITIES = 1_000
const FATE = { a: 'accepted', d: 'duplicate', c: 'conflicting', r: 'refused' } as const

export function createReceived(): Received {
  const devices = new Map<string, DeviceRecord>()
  const totals = new Map<string, FateTotals>()
  const keyOf = (facility: string, device: string): string => `${facility}/${device}`

  return {
    device: (facility, device) => deviceOf(keyOf(facility, device)),
    seen({ boots, hashes }, boot, seq, hash) {
      const known = boots.get(boot)
      if (!known || !includes(known.intervals, seq)) return 'no'
      const kept = hashes.find(known.id, seq)
      if (kept === null) return 'too_old_to_tell'
      return kept === hash ? 'same' : 'other'
    },
    take(device, entry) {
      const counts = count(entry)
      if (device && hasIdentity(entry)) {
        const boot = bootOf(device, entry.b)
        noteGap(boot.intervals, entry)
        countGap(counts, entry)
        enter(device, boot, entry)
      }
    },
    deferred(facility) {
      totalsOf(facility).deferred += 1
    },
    intervals: (facility, device, boot) => devices.get(keyOf(facility, device))?.boots.get(boot)?.intervals ?? null,
    totals: facility => ({ ...totalsOf(facility) }),
    apply(entry) {
      if (!hasFate(entry)) return
      const counts = count(entry)
      if (entry.df) counts.deferred += 1
      if (!hasIdentity(entry)) return
      countGap(counts, entry)
      const device = deviceOf(keyOf(entry.f, entry.d))
      enter(device, bootOf(device, entry.b), entry)
    },
    snapshot,
    restore,
  }

  function count(entry: FateEntry): FateTotals {
    const counts = totalsOf(entry.f)
    counts[FATE[entry.k]] += 1
    return counts
  }

  function countGap(counts: FateTotals, entry: FateEntry): void {
    counts.received += 1
    counts.missing += entry.g ?? 0
    if (entry.rc) counts.recovered += 1
  }

  function totalsOf(facility: string): FateTotals {
    const known = totals.get(facility)
    if (known) return known
    if (totals.size >= MAX_FACILITIES && facility !== '') return totalsOf('')
    const fresh: FateTotals = {
      accepted: 0,
      duplicate: 0,
      conflicting: 0,
      refused: 0,
      received: 0,
      missing: 0,
      recovered: 0,
      deferred: 0,
    }
    totals.set(facility, fresh)
    return fresh
  }

  function deviceOf(key: string): DeviceRecord {
    const known = devices.get(key)
    if (known) return known
    const fresh = { n: 0, boot: null, boots: new Map(), hashes: createRecentHashes() }
    devices.set(key, fresh)
    return fresh
  }

  function snapshot(): Uint8Array[] {
    const hashes: Uint8Array[] = []
    const head: Snapshot = { totals: Object.fromEntries(totals), devices: [] }
    for (const [key, { n, boot, boots, hashes: recent }] of devices) {
      const encoded = recent.encode()
      hashes.push(encoded)
      const list = [...boots].map(([name, { intervals }]): [string, Intervals] => [name, intervals])
      head.devices.push({ key, n, boot, boots: list, hashBytes: encoded.length })
    }
    const text = Buffer.from(JSON.stringify(head))
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32LE(text.length)
    return [length, text, ...hashes]
  }

  function restore(bytes: Uint8Array): void {
    devices.clear()
    totals.clear()
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    let at = LENGTH_BYTES + buffer.readUInt32LE(0)
    const head = JSON.parse(buffer.subarray(LENGTH_BYTES, at).toString()) as Snapshot
    for (const [facility, counts] of Object.entries(head.totals)) totals.set(facility, counts)
    for (const { key, n, boot, boots, hashBytes } of head.devices) {
      const hashes = createRecentHashes(buffer.subarray(at, at + hashBytes))
      at += hashBytes
      devices.set(key, {
        n,
        boot,
        boots: new Map(boots.map(([name, intervals], id) => [name, { id, intervals }])),
        hashes,
      })
    }
  }
}

type Identified = FateEntry & { b: string; s: number; h: number }

/** Whether the message counts as received: not a repeat, and not one that is to come again. */
const hasIdentity = (entry: FateEntry): entry is Identified =>
  (entry.k === 'a' || entry.k === 'r') && entry.b !== undefined && entry.s !== undefined && entry.h !== undefined

/** Seqs grow by one from 0: what lies between the highest so far and this one is missing until it comes. */
function noteGap(intervals: Intervals, entry: Identified): void {
  const highest = intervals.length === 0 ? -1 : intervals[intervals.length - 1]!
  if (entry.s > highest + 1) entry.g = entry.s - highest - 1
  else if (entry.s < highest) entry.rc = 1
}

function enter(device: DeviceRecord, boot: { id: number; intervals: Intervals }, entry: Identified): void {
  addTo(boot.intervals, entry.s)
  device.hashes.add(boot.id, entry.s, entry.h)
  if (!isAccepted(entry)) return
  device.n = entry.n + 1
  device.boot = entry.b
}

function bootOf(device: DeviceRecord, boot: string): { id: number; intervals: Intervals } {
  const known = device.boots.get(boot)
  if (known) return known
  const fresh = { id: device.boots.size, intervals: [] }
  device.boots.set(boot, fresh)
  return fresh
}
