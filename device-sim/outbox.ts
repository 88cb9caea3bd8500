/** The outbox of a device: numbers messages, keeps each until the receipt covers it or it is refused for good, and says what to send next. */
import { createHash } from 'node:crypto'
import { MAX_BATCH_BYTES, MAX_BATCH_MESSAGES, type ReceiptMessage } from '../core/messages.ts'
import type { RejectedMessage } from '../core/rejections.ts'
import { isEvent, type Sample } from './sample.ts'

interface Entry {
  boot: string
  seq: number
  atMs: number
  event: boolean
  /** The message without `v`; sent again byte for byte. */
  json: string
  state: 'waiting' | 'sent' | 'done'
  /** Time of the PUBACK, epoch ms; null before. */
  pubackMs: number | null
  /** Of the payload that it last went out in, hex. */
  sha256: string
}

/** One PUBLISH: a message on its own, or a batch of telemetry. */
export interface Packet {
  channel: 'telemetry' | 'event'
  payload: string
  entries: readonly Entry[]
}

export interface OutboxCounts {
  /** Messages that were sent at least once. */
  published: number
  /** Covered by a receipt (on the platform's disk, or refused for good) or dropped after a final refusal. */
  acknowledged: number
  /** Those of which the platform refused something, wholly or single metrics. */
  refused: number
}

/** A gap in the receipt may still be on its way; only what had its PUBACK so long ago is sent again for it. */
const GAP_PATIENCE_MS = 5_000
const BATCH_ENVELOPE_BYTES = 24
/** Refusals remembered, so that the refusal of a message sent twice is counted once. */
const REFUSALS_KEPT = 10_000

interface Run {
  next: number
  /** In order of seq. */
  held: Map<number, Entry>
  telemetry: Entry[]
}
const newRun = (): Run => ({ next: 0, held: new Map(), telemetry: [] })

/** @param options.boot the present run of the counter; earlier runs may have a backlog of their own */
export function createOutbox(options: { boot: string; batchLimit?: number }) {
  const batchLimit = Math.min(options.batchLimit ?? MAX_BATCH_MESSAGES, MAX_BATCH_MESSAGES)
  /** The present boot first, then earlier ones. */
  const boots = new Map<string, Run>([[options.boot, newRun()]])
  const events: Entry[] = []
  const counts: OutboxCounts = { published: 0, acknowledged: 0, refused: 0 }
  const refused = new Set<string>()
  let size = 0

  function add(sample: Sample, boot = options.boot, extras: Record<string, unknown> = {}): void {
    const run = boots.get(boot) ?? newRun()
    boots.set(boot, run)
    const { atMs, ...body } = sample
    const seq = run.next++
    const json = JSON.stringify({ boot, seq, ts: new Date(atMs).toISOString(), ...body, ...extras })
    const entry: Entry = { boot, seq, atMs, event: isEvent(sample), json, state: 'waiting', pubackMs: null, sha256: '' }
    run.held.set(seq, entry)
    size++
    wait(entry)
  }

  function wait(entry: Entry): void {
    entry.state = 'waiting'
    entry.pubackMs = null
    if (entry.event) events.push(entry)
    else boots.get(entry.boot)?.telemetry.push(entry)
  }

  /** The next packet to send: events first, oldest first and never batched; then telemetry of the present boot, then of earlier ones. */
  function take(): Packet | null {
    for (let entry = events.shift(); entry; entry = events.shift()) {
      if (entry.state === 'waiting') return packetOf('event', [entry])
    }
    for (const run of boots.values()) {
      const batch: Entry[] = []
      let bytes = BATCH_ENVELOPE_BYTES
      let taken = 0
      for (const entry of run.telemetry) {
        const more = Buffer.byteLength(entry.json) + 1
        if (batch.length === batchLimit || (batch.length > 0 && bytes + more > MAX_BATCH_BYTES)) break
        taken++
        if (entry.state !== 'waiting') continue
        batch.push(entry)
        bytes += more
      }
      run.telemetry.splice(0, taken)
      if (batch.length > 0) return packetOf('telemetry', batch)
    }
    return null
  }

  function packetOf(channel: Packet['channel'], entries: Entry[]): Packet {
    const [first] = entries
    const alone = entries.length === 1 && first
    const payload = alone
      ? `{"v":1,${first.json.slice(1)}`
      : `{"v":1,"messages":[${entries.map(entry => entry.json).join(',')}]}`
    const sha256 = createHash('sha256').update(payload).digest('hex')
    for (const entry of entries) {
      if (entry.sha256 === '') counts.published++
      entry.state = 'sent'
      entry.sha256 = sha256
    }
    return { channel, payload, entries }
  }

  /** The broker acknowledged the packet; the messages stay until the receipt. */
  function acknowledged(packet: Packet, nowMs: number): void {
    for (const entry of packet.entries) entry.pubackMs = nowMs
  }

  function done(entry: Entry): void {
    entry.state = 'done'
    boots.get(entry.boot)?.held.delete(entry.seq)
    counts.acknowledged++
    size--
  }

  /** Forgets what the receipt covers and queues again what it misses and should have had by now. */
  function cover(receipt: ReceiptMessage, nowMs: number): void {
    for (const [seq, entry] of boots.get(receipt.boot)?.held ?? []) {
      if (seq > receipt.seq) break
      const missing = receipt.gaps.some(([from, to]) => from <= seq && seq <= to)
      if (!missing) done(entry)
      else if (entry.pubackMs !== null && nowMs - entry.pubackMs >= GAP_PATIENCE_MS) wait(entry)
    }
  }

  /** Drops what is refused for good; a curable refusal keeps the message, which goes out again in time. */
  function reject(rejected: RejectedMessage): void {
    if (!rejected.final) return
    const hit = refusedEntries(rejected)
    const name = `${rejected.boot}/${rejected.seq ?? rejected.sha256}`
    if (refused.size >= REFUSALS_KEPT) refused.clear()
    if (!refused.has(name)) counts.refused += Math.max(hit.length, 1)
    refused.add(name)
    for (const entry of hit) done(entry)
  }

  /** Of one message where the platform could read its number, else of the whole packet, known by its hash. */
  function refusedEntries({ boot, seq, sha256 }: RejectedMessage): Entry[] {
    if (boot === undefined || seq === undefined) return held().filter(entry => entry.sha256 === sha256)
    const entry = boots.get(boot)?.held.get(seq)
    return entry ? [entry] : []
  }

  const held = (): Entry[] => [...boots.values()].flatMap(run => [...run.held.values()])

  /** The connection is lost: nothing is known of what was sent, so all of it goes out again, in order. */
  function resendAll(): number {
    return again(() => true)
  }

  /** Sends again what had its PUBACK before `beforeMs` and was never covered: an outside broker may have lost it. */
  function resendUnheard(beforeMs: number): number {
    return again(entry => entry.pubackMs !== null && entry.pubackMs < beforeMs)
  }

  function again(which: (entry: Entry) => boolean): number {
    const due = held().filter(entry => entry.state === 'sent' && which(entry))
    for (const entry of due) wait(entry)
    if (due.length > 0) {
      events.sort((a, b) => a.atMs - b.atMs)
      for (const run of boots.values()) run.telemetry.sort((a, b) => a.seq - b.seq)
    }
    return due.length
  }

  return {
    add,
    take,
    acknowledged,
    cover,
    reject,
    resendAll,
    resendUnheard,
    counts: () => ({ ...counts }),
    size: () => size,
  }
}
