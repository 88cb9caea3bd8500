/** Takes packets in: judged, spooled, and only when durable acknowledged, shown and answered. */
import type { BoardModel } from './board-model.ts'
import type { GatewayBus, Ingest } from './bus.ts'
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
  spool: Spool<Entry>
  board: BoardModel
  receipts: Receipts
  bus: GatewayBus
  metrics: GatewayMetrics
  clock(): number
  log: Log
}

const FATE = { a: 'accepted', d: 'duplicate', c: 'conflicting', r: 'refused' } as const

export function createIntake(deps: IntakeDeps): Ingest {
  const { judge, spool, board, receipts, bus, metrics, log } = deps

  return (packet, done) => {
    const rxMs = deps.clock()
    const judged = judge.judge(packet, rxMs)
    if (judged.status) {
      board.status(judged.status.device, judged.status.message, rxMs, packet.retained)
      return done({ close: false })
    }
    spool.append(judged.entries, judged.messages, () => {
      count(judged)
      for (const { entry, device, message } of judged.accepted) board.accepted(entry, device, message)
      for (const { facility, device, boot } of judged.heard) receipts.heard(facility, device, boot)
      const told = tell(judged)
      if (!judged.close) return done({ close: false })
      // The device should hear why before its connection ends.
      void told.then(() => done({ close: true }))
    })
  }

  async function tell(judged: JudgedPacket): Promise<void> {
    const refusals = judged.entries.filter(isRefused)
    const sent = await Promise.allSettled(refusals.map(entry => sendRejection(bus, entry)))
    const failed = sent.find(result => result.status === 'rejected')
    if (failed) log.debug(errorFields(failed.reason), 'a device was not told of a refusal')
  }

  function count(judged: JudgedPacket): void {
    const [first] = judged.entries
    if (first) metrics.packet(first.f)
    for (const entry of judged.entries)
      if (entry.k !== 'part') metrics.fate(entry.f, FATE[entry.k], entry.k === 'r' ? entry.reason : undefined)
  }
}
