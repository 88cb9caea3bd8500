/** Takes packets in: judged, spooled, and only when durable acknowledged, shown and answered. */
import type { BoardModel } from './board-model.ts'
import type { GatewayBus, Ingest } from './bus.ts'
import type { CommitDigest } from './digest.ts'
import type { Entry } from './entries.ts'
import { isRefused } from './entries.ts'
import type { JudgedPacket, PacketJudge } from './judge-packet.ts'
import { errorFields, type Log } from './log.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Receipts } from './receipts.ts'
import { sendRejection } from './rejections-out.ts'
import type { Spool } from './spool/spool.ts'

export interface IntakeDeps {
  judge: PacketJudge
  spool: Spool<Entry, CommitDigest>
  board: BoardModel
  receipts: Receipts
  bus: GatewayBus
  metrics: GatewayMetrics
  /** A status needs no keeping: its packet counts as committed once it is known. */
  statusTaken(facility: string): void
  clock(): number
  log: Log
}

const MAX_NAMED = 1_000

export function createIntake(deps: IntakeDeps): Ingest {
  const { judge, spool, board, receipts, bus, metrics, log } = deps
  /** Facilities that the metrics name; the names of what is refused come from topics. */
  const named = new Set<string>()

  return (packet, done, ticket) => {
    const rxMs = deps.clock()
    const judged = judge.judge(packet, rxMs)
    if (judged.status) {
      board.status(judged.status.device, judged.status.message, rxMs, packet.retained)
      deps.statusTaken(judged.status.device.facility)
      return done(ticket)
    }
    const { device } = judged
    // A receipt waits by itself for what it covers.
    if (device) for (const boot of judged.heard) receipts.heard(device, boot)
    const [first] = judged.accepted
    // What a device measures may be seen a moment before it is durable: then nothing of the packet has to be kept in memory until it is.
    if (device && first && judged.entries.length === 1 && first.entry.e === undefined && judged.holdMs === 0) {
      board.accepted(first.entry, device, first.extras)
      spool.append(judged.entries, 1, done, ticket)
      return
    }
    spool.append(judged.entries, judged.messages, () => {
      if (device) for (const { entry, extras } of judged.accepted) board.accepted(entry, device, extras)
      const outcome = judged.holdMs === 0 ? undefined : { close: false, holdMs: judged.holdMs }
      // Only a packet of one accepted message surely has nothing refused in it.
      if (judged.entries.length === 1 && first) return done(ticket, outcome)
      const told = tell(judged)
      if (!judged.close) return done(ticket, outcome)
      // The device should hear why before its connection ends.
      void told.then(() => done(ticket, { close: true, holdMs: 0 }))
    })
  }

  function nameOf(facility: string): string {
    if (named.size < MAX_NAMED) named.add(facility)
    return named.has(facility) ? facility : ''
  }

  async function tell(judged: JudgedPacket): Promise<void> {
    const refusals = judged.entries.filter(isRefused)
    for (const { f, k, reason } of refusals) if (k === 'r') metrics.refused(nameOf(f), reason)
    const sent = await Promise.allSettled(refusals.map(entry => sendRejection(bus, entry)))
    const failed = sent.find(result => result.status === 'rejected')
    if (failed) log.debug(errorFields(failed.reason), 'a device was not told of a refusal')
  }
}
