/** What has been received, per device and boot: exact intervals, counts, the latest contents. The state that the spool commits. */

import { type Entry, isAccepted } from './entries.ts'
import { addTo, type Intervals, includes } from './intervals.ts'
import { createRecentHashes, type RecentHashes } from './recent-hashes.ts'
import type { SpoolState } from './spool/spool.ts'

/** Fates of all messages of a facility since its first day. */
export interface FateTotals {
  accepted: number
  duplicate: number
  conflicting: number
  refused: number
}

export type Seen = 'no' | 'same' | 'other' | 'too_old_to_tell'

export interface Received extends SpoolState<Entry> {
  /** Whether an identity was received before, and whether with this content. */
  seen(facility: string, device: string, boot: string, seq: number, hash: number): Seen
  /** The device's count of accepted messages, and the boot of the latest. */
  latest(facility: string, device: string): { n: number; boot: string | null }
  intervals(facility: string, device: string, boot: string): Intervals | null
  totals(facility: string): FateTotals
}

interface DeviceState {
  n: number
  boot: string | null
  boots: Map<string, { id: number; intervals: Intervals }>
  hashes: RecentHashes
}
interface Snapshot {
  totals: Record<string, FateTotals>
  /** Boots in the order of their numbers; the hashes follow in binary, device after device. */
  devices: { key: string; n: number; boot: string | null; boots: [string, Intervals][]; hashBytes: number }[]
}

const LENGTH_BYTES = 4
const FATE = { a: 'accepted', d: 'duplicate', c: 'conflicting', r: 'refused' } as const

export function createReceived(): Received {
  const devices = new Map<string, DeviceState>()
  const totals = new Map<string, FateTotals>()
  const keyOf = (facility: string, device: string): string => `${facility}/${device}`

  return {
    seen(facility, device, boot, seq, hash) {
      const state = devices.get(keyOf(facility, device))
      const known = state?.boots.get(boot)
      if (!state || !known || !includes(known.intervals, seq)) return 'no'
      const kept = state.hashes.find(known.id, seq)
      if (kept === null) return 'too_old_to_tell'
      return kept === hash ? 'same' : 'other'
    },
    latest: (facility, device) => devices.get(keyOf(facility, device)) ?? { n: 0, boot: null },
    intervals: (facility, device, boot) => devices.get(keyOf(facility, device))?.boots.get(boot)?.intervals ?? null,
    totals: facility => ({ ...totalsOf(facility) }),
    apply,
    snapshot,
    restore,
  }

  function apply(entry: Entry): void {
    if (entry.k !== 'part') totalsOf(entry.f)[FATE[entry.k]] += 1
    if (entry.k === 'd' || entry.k === 'c' || entry.k === 'part') return
    if (entry.b === undefined || entry.s === undefined || entry.h === undefined) return
    const state = deviceOf(keyOf(entry.f, entry.d))
    const boot = bootOf(state, entry.b)
    addTo(boot.intervals, entry.s)
    state.hashes.add(boot.id, entry.s, entry.h)
    if (!isAccepted(entry)) return
    state.n = entry.n + 1
    state.boot = entry.b
  }

  function totalsOf(facility: string): FateTotals {
    const known = totals.get(facility)
    if (known) return known
    const fresh = { accepted: 0, duplicate: 0, conflicting: 0, refused: 0 }
    totals.set(facility, fresh)
    return fresh
  }

  function deviceOf(key: string): DeviceState {
    const known = devices.get(key)
    if (known) return known
    const fresh = { n: 0, boot: null, boots: new Map(), hashes: createRecentHashes() }
    devices.set(key, fresh)
    return fresh
  }

  function bootOf(state: DeviceState, boot: string): { id: number; intervals: Intervals } {
    const known = state.boots.get(boot)
    if (known) return known
    const fresh = { id: state.boots.size, intervals: [] }
    state.boots.set(boot, fresh)
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
