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
  /** A status needs no keeping: its packet counts as committed once it is known. */
  statusTaken(facility: string): void
  clock(): number
  log: Log
}

export function createIntake(deps: IntakeDeps): Ingest {
  const { judge, spool, board, receipts, bus, metrics, log } = deps

  return (packet, done) => {
    const rxMs = deps.clock()
    const judged = judge.judge(packet, rxMs)
    if (judged.status) {
      board.status(judged.status.device, judged.status.message, rxMs, packet.retained)
      deps.statusTaken(judged.status.device.facility)
      return done(IN_TIME)
    }
    spool.append(judged.entries, judged.messages, () => {
      const { device } = judged
      if (device) {
        for (const { entry, extras } of judged.accepted) board.accepted(entry, device, extras)
        for (const boot of judged.heard) receipts.heard(device, boot)
      }
      // Only a packet of one accepted message surely has nothing refused in it.
      if (judged.entries.length === 1 && judged.accepted.length === 1) return done(outcomeOf(judged))
      const told = tell(judged)
      if (!judged.close) return done(outcomeOf(judged))
      // The device should hear why before its connection ends.
      void told.then(() => done({ close: true, holdMs: 0 }))
    })
  }

  async function tell(judged: JudgedPacket): Promise<void> {
    const refusals = judged.entries.filter(isRefused)
    for (const { f, k, reason } of refusals) if (k === 'r') metrics.refused(f, reason)
    const sent = await Promise.allSettled(refusals.map(entry => sendRejection(bus, entry)))
    const failed = sent.find(result => result.status === 'rejected')
    if (failed) log.debug(errorFields(failed.reason), 'a device was not told of a refusal')
  }
}

const IN_TIME = { close: false, holdMs: 0 }
const outcomeOf = ({ holdMs }: JudgedPacket) => (holdMs === 0 ? IN_TIME : { close: false, holdMs })
