/** A spool with a store writer and a ledger on disks that lose what was not synced; entries made by hand. */
import type { BootId, DeviceId, FacilityId, ProfileId } from '../../../core/ids.ts'
import type { LedgerRow } from '../../../core/ledger.ts'
import { type CommitDigest, createDigest } from '../../../gateway/digest.ts'
import { type AcceptedEntry, type Entry, isAccepted, type RefusedEntry, rowOf } from '../../../gateway/entries.ts'
import { createLedger, type Ledger } from '../../../gateway/ledger/ledger.ts'
import { createStoreTally } from '../../../gateway/ledger/store-tally.ts'
import type { SpoolFiles } from '../../../gateway/spool/files.ts'
import { createSpool } from '../../../gateway/spool/spool.ts'
import { createPowerCutDisk, type PowerCutDisk } from '../power-cut-files.ts'
import { quiet } from '../quiet-log.ts'

export const HOUR = Date.UTC(2026, 10, 20, 5)

export const accepted = (seq: number, more: Partial<AcceptedEntry> = {}): AcceptedEntry => ({
  k: 'a',
  f: 'demo' as FacilityId,
  d: 'mat1' as DeviceId,
  b: 'b' as BootId,
  s: seq,
  h: seq,
  p: 'bed.sleep_mat' as ProfileId,
  n: seq,
  t: HOUR + seq,
  rx: HOUR + seq,
  v: { heart_rate: 60 },
  pk: 1,
  ...more,
})

export const refused = (more: Partial<RefusedEntry> = {}): RefusedEntry => ({
  k: 'r',
  f: 'demo',
  d: 'mat1',
  rx: HOUR,
  topic: 'mimamori/v1/demo/mat1/telemetry',
  reason: 'not_json',
  fields: [],
  detail: '',
  sha256: '',
  raw: '{',
  bytes: 1,
  pk: 1,
  ...more,
})

export interface Disks {
  spool: PowerCutDisk
  ledger: PowerCutDisk
}
export const freshDisks = (): Disks => ({ spool: createPowerCutDisk(), ledger: createPowerCutDisk() })
export const cutPower = ({ spool, ledger }: Disks): Disks => ({ spool: spool.cut(), ledger: ledger.cut() })

export interface Bench {
  ledger: Ledger
  clock: { nowMs: number }
  give(...entries: Entry[]): Promise<void>
  /** The store takes what is in the spool; entries whose seq is in `dead` it refuses, those in `swallowed` are nowhere counted. */
  store(options?: { dead?: readonly number[]; swallowed?: readonly number[]; atMost?: number }): Promise<void>
  /** Counts all, closes and settles what can be. */
  settle(): Promise<void>
  rows(facility?: string): Promise<LedgerRow[]>
  stop(): Promise<void>
}

export async function openBench(
  disks: Disks,
  options: { nowMs?: number; ledgerFiles?: SpoolFiles; spoolFiles?: SpoolFiles; replayed?: () => number } = {},
): Promise<Bench> {
  const clock = { nowMs: options.nowMs ?? HOUR }
  const spool = createSpool<Entry, CommitDigest>({
    newDigest: createDigest,
    files: options.spoolFiles ?? disks.spool.files,
    state: { snapshot: () => [], restore: () => undefined, apply: () => undefined },
    consumers: ['store', 'ledger'],
    maxBytes: 1e9,
    segmentBytes: 4_000,
    commitMs: 0,
    log: quiet,
    fatal: error => {
      throw error
    },
  })
  await spool.start(0)
  const store = spool.consumer('store')
  const tally = createStoreTally(store.cursor().data)
  const ledger = await createLedger({
    consumer: spool.consumer('ledger'),
    files: options.ledgerFiles ?? disks.ledger.files,
    tally,
    storePosition: () => store.cursor().position,
    replayed: options.replayed ?? (() => 0),
    clock: () => clock.nowMs,
    log: quiet,
  })
  ledger.start()
  return {
    ledger,
    clock,
    give: (...entries) => new Promise(resolve => spool.append(entries, entries.length, () => resolve())),
    async store({ dead = [], swallowed = [], atMost = Number.POSITIVE_INFINITY } = {}) {
      for (let i = 0; i < atMost; i += 1) {
        const commit = await store.next()
        if (!commit) return
        commit.entries().forEach((entry, at) => {
          if (!isAccepted(entry) || swallowed.includes(entry.s)) return
          if (dead.includes(entry.s)) tally.dead(rowOf(entry, commit.first + at))
          else tally.add(rowOf(entry, commit.first + at))
        })
        store.advance(commit.first + commit.count, tally.save())
      }
    },
    settle: ledger.caughtUp,
    async rows(facility = 'demo') {
      const all: LedgerRow[] = []
      for (const hour of ledger.hours().reverse()) all.push(...(await ledger.rows(facility, hour)))
      return all
    },
    async stop() {
      await ledger.stop()
      await spool.stop()
    },
  }
}
