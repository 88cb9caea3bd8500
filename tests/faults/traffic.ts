/** Devices at work: single messages, batches, events, poison, gaps filled late, reboots, re-sends, conflicts; all by one seed. */
import { createHash } from 'node:crypto'
import { receiptMessageSchema } from '../../core/messages.ts'
import { rejectedMessageSchema } from '../../core/rejections.ts'
import { deviceTopic } from '../../core/topics.ts'
import { type Books, type BootBook, CONFLICT, CONFLICT_SAFE, OLD, SAFE, SENT } from './books.ts'
import type { Links } from './links.ts'
import { batch, conflictOf, planOf, single, type Wire, type World } from './messages.ts'
import { FACILITY } from './process-config.ts'
import type { Random } from './random.ts'

/** What makes a message safe. */
export type SafeBy = 'puback' | 'receipt'

export interface Traffic {
  /** Messages per second, fresh and re-sent. */
  pace(perSecond: number): void
  /** Sends so many packets at once. */
  burst(packets: number): void
  /** A plain message of the probe; its device time tells it from all others. */
  probe(): { deviceMs: number }
  /** Messages that no answer has come for. */
  unacknowledged(): number
  /** SHA-256 of unreadable payloads that were answered for. */
  garbageSafe(): ReadonlySet<string>
  /** Receipts for what was never sent. */
  invented(): number
  /** Nothing new from now on; what is not safe is sent until it is. */
  finish(): void
  stop(): void
}

export const PROBE = 'probe'
const TICK_MS = 10
const MAX_UNSAFE = 8_000
const MAX_FLYING = 300
const RESEND_AFTER_MS = 2_500
const RESEND_SHARE = 0.07
const RECEIPT_BATCH = 200

export interface TrafficDeps {
  world: World
  books: Books
  links: Links
  random: Random
  by: SafeBy
  /** Names, and how much of the traffic each makes. */
  devices: readonly { name: string; weight: number; rebootShare: number }[]
}

export function startTraffic({ world, books, links, random, by, devices }: TrafficDeps): Traffic {
  let perSecond = 0
  let tokens = 0
  let flying = 0
  let finishing = false
  let tickedMs = performance.now()
  let invented = 0
  let late: { boot: BootBook; seqs: number[]; due: number }[] = []
  let again: { boot: BootBook; seqs: number[] }[] = []
  const garbage = new Set<string>()
  const garbageSent = new Set<string>()
  const plan = (boot: BootBook, seq: number) => planOf(world, boot, seq, boot.plain)

  links.onMessage((topic, payload) => {
    const [, , , device = '', leaf] = topic.split('/')
    if (leaf === 'receipt') takeReceipt(device, payload)
    else if (leaf === 'rejected') takeRejection(payload)
  })
  const ticking = setInterval(tick, TICK_MS)
  const resending = by === 'receipt' ? setInterval(resendUnsafe, 500) : undefined

  return {
    pace(given) {
      perSecond = given
    },
    burst(packets) {
      for (let i = 0; i < packets; i += 1) fresh(1)
    },
    probe() {
      const boot = books.current(PROBE)
      const seq = boot.next++
      send(boot, [seq])
      const planned = plan(boot, seq)
      return { deviceMs: planned.fate === 'stored' ? planned.deviceMs : 0 }
    },
    unacknowledged: () => books.unsafe(),
    garbageSafe: () => garbage,
    invented: () => invented,
    finish() {
      finishing = true
      for (const { boot, seqs } of late) again.push({ boot, seqs })
      late = []
    },
    stop() {
      clearInterval(ticking)
      clearInterval(resending)
    },
  }

  function tick(): void {
    const nowMs = performance.now()
    tokens = Math.min(tokens + (perSecond * (nowMs - tickedMs)) / 1_000, perSecond)
    tickedMs = nowMs
    const waiting = again
    again = []
    for (const { boot, seqs } of waiting) send(boot, seqs)
    while (tokens > 0 && !finishing && flying < MAX_FLYING && books.unsafe() < MAX_UNSAFE) tokens -= act()
  }

  /** @returns how many messages were sent */
  function act(): number {
    const { counts } = books
    const due = late.findIndex(item => item.due < counts.sent)
    if (due >= 0) {
      const [item] = late.splice(due, 1)
      counts.lateFilled += item!.seqs.length
      send(item!.boot, item!.seqs)
      return item!.seqs.length
    }
    if (counts.sent > 200 && counts.resent < counts.sent * RESEND_SHARE) return resendSafe()
    const roll = random.next()
    if (roll < 0.04) return conflict()
    if (roll < 0.07) return sendGarbage()
    return fresh(roll < 0.72 ? 1 : roll < 0.95 ? random.int(2, 50) : random.int(51, 500))
  }

  function fresh(count: number): number {
    const device = random.weighted(devices)
    if (!links.up(device.name)) return 1
    const boot = random.chance(device.rebootShare) ? books.reboot(device.name) : books.current(device.name)
    if (random.chance(0.03)) {
      const skipped = Array.from({ length: random.int(1, 5) }, () => boot.next++)
      late.push({ boot, seqs: skipped, due: books.counts.sent + random.int(100, 3_000) })
    }
    send(
      boot,
      Array.from({ length: count }, () => boot.next++),
    )
    return count
  }

  /** What was safe long ago, or a moment ago: a device that never heard so. */
  function resendSafe(): number {
    const { name } = random.weighted(devices)
    const boot = random.pick(books.device(name).boots)
    const from = random.chance(0.5) ? 0 : random.int(0, boot.next)
    const isOld = (seq: number): boolean => books.counts.sent - boot.ordinals[seq]! > OLD
    const wantOld = random.chance(0.5) && isOld(0)
    const seqs: number[] = []
    for (let seq = wantOld ? random.int(0, Math.floor(from / 2)) : from; seq < boot.next && seqs.length < 60; seq += 1)
      if (boot.flags[seq]! & SAFE && (!wantOld || isOld(seq))) seqs.push(seq)
    send(boot, seqs)
    return Math.max(1, seqs.length)
  }

  function conflict(): number {
    const boot = books.current(random.weighted(devices).name)
    const seq = random.int(0, Math.max(0, boot.next - 1))
    const flags = boot.flags[seq] ?? 0
    const planned = plan(boot, seq)
    if (!(flags & SAFE) || flags & CONFLICT || planned.fate !== 'stored' || !links.up(boot.device)) return 1
    boot.flags[seq]! |= CONFLICT
    books.counts.conflicts += 1
    publish(boot.device, planned.kind, JSON.stringify({ v: 1, ...conflictOf(planned) }), ok => {
      if (ok && by === 'puback') boot.flags[seq]! |= CONFLICT_SAFE
    })
    return 1
  }

  /** Bytes that are no message, each payload another. */
  function sendGarbage(): number {
    const { name } = random.weighted(devices)
    if (!links.up(name)) return 1
    books.counts.garbage += 1
    const bytes = Buffer.from(`{"v":1,"boot":"${books.counts.garbage}\u0000`)
    const payload = random.chance(0.5) ? bytes : Buffer.concat([bytes, Buffer.from([0xff, 0xfe, random.int(0, 255)])])
    const sha256 = createHash('sha256').update(payload).digest('hex')
    garbageSent.add(sha256)
    publish(name, 'telemetry', payload, ok => {
      if (ok && by === 'puback') garbage.add(sha256)
    })
    return 1
  }

  /** Batches what may be batched, in the order of the seqs. */
  function send(boot: BootBook, seqs: readonly number[]): void {
    if (seqs.length === 0) return
    if (!links.up(boot.device)) {
      again.push({ boot, seqs: [...seqs] })
      return
    }
    let together: { seq: number; wire: Wire }[] = []
    const flush = (): void => {
      const [first] = together
      if (!first) return
      const payload = together.length === 1 ? single(first.wire) : batch(together.map(({ wire }) => wire))
      if (together.length > 1) books.counts.batches += 1
      publishSeqs(
        boot,
        'telemetry',
        payload,
        together.map(({ seq }) => seq),
      )
      together = []
    }
    for (const seq of seqs) {
      const planned = plan(boot, seq)
      if (planned.kind === 'event' || (planned.fate === 'refused' && planned.alone)) {
        if (planned.kind === 'event' && !(boot.flags[seq]! & SENT)) books.counts.events += 1
        publishSeqs(boot, planned.kind, single(planned.wire), [seq])
      } else {
        together.push({ seq, wire: planned.wire })
        if (together.length === 500) flush()
      }
    }
    flush()
  }

  function publishSeqs(boot: BootBook, channel: 'telemetry' | 'event', payload: string, seqs: readonly number[]): void {
    const nowMs = performance.now()
    for (const seq of seqs) books.sent(boot, seq, nowMs)
    publish(boot.device, channel, payload, ok => {
      if (by === 'puback' && ok) for (const seq of seqs) books.safe(boot, seq)
      else if (!ok) again.push({ boot, seqs: [...seqs] })
    })
  }

  function publish(
    device: string,
    channel: 'telemetry' | 'event',
    payload: string | Buffer,
    done: (ok: boolean) => void,
  ): void {
    flying += 1
    links.publish(device, deviceTopic(FACILITY, device, channel), payload, error => {
      flying -= 1
      done(!error)
    })
  }

  function takeReceipt(device: string, payload: Buffer): void {
    const parsed = receiptMessageSchema.parse(JSON.parse(payload.toString()))
    const boot = books.find(device, parsed.boot)
    if (!boot) {
      invented += 1
      return
    }
    let gap = 0
    for (let seq = 0; seq <= parsed.seq; seq += 1) {
      while (parsed.gaps[gap] && parsed.gaps[gap]![1] < seq) gap += 1
      if (parsed.gaps[gap] && seq >= parsed.gaps[gap]![0]) seq = parsed.gaps[gap]![1]
      else if ((boot.flags[seq] ?? 0) & SENT) books.safe(boot, seq)
      else invented += 1
    }
  }

  function takeRejection(payload: Buffer): void {
    const { sha256, final } = rejectedMessageSchema.parse(JSON.parse(payload.toString()))
    if (final && garbageSent.has(sha256)) garbage.add(sha256)
  }

  /** A device that hears nothing sends the same messages again. */
  function resendUnsafe(): void {
    const beforeMs = performance.now() - RESEND_AFTER_MS
    for (const boot of books.boots()) {
      if (boot.unsafe.size === 0 || flying >= MAX_FLYING) continue
      const seqs: number[] = []
      for (const [seq, sentMs] of boot.unsafe) if (sentMs < beforeMs && seqs.length < RECEIPT_BATCH) seqs.push(seq)
      send(
        boot,
        seqs.sort((a, b) => a - b),
      )
    }
  }
}
