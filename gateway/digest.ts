/** What the gateway's consumers need of a commit: ordinary messages as columns, all others as they are; the object of an ordinary one does not outlive its packet. */
import type { Mark } from '../core/readings.ts'
import { type AcceptedEntry, type Entry, isAccepted } from './entries.ts'
import type { Digest } from './spool/commit.ts'

export interface CommitDigest extends Digest<Entry> {
  ordinary: OrdinaryColumns
  /** All that are not ordinary, with their place in the commit. */
  notable: readonly { at: number; entry: Entry }[]
  /** How many packets of each facility there are. */
  packets(): ReadonlyMap<string, number>
}

/** Of accepted telemetry without gaps and the like, and with no mark but `late`: nothing about it is news. All of one length. */
export interface OrdinaryColumns {
  /** Places in the commit. */
  at: number[]
  facility: string[]
  device: string[]
  /** Device time and gateway time, epoch ms. */
  deviceMs: number[]
  rxMs: number[]
  /** 1 where a packet begins. */
  packet: number[]
  /** 1 where the message is late. */
  late: number[]
}

const isOrdinary = (entry: Entry): entry is AcceptedEntry =>
  isAccepted(entry) &&
  entry.e === undefined &&
  (entry.m === undefined || isLate(entry.m)) &&
  entry.g === undefined &&
  entry.rc === undefined &&
  entry.df === undefined &&
  entry.ms === undefined

const isLate = (marks: readonly Mark[]): boolean => marks.length === 1 && marks[0] === 'late'

export function createDigest(): CommitDigest {
  const ordinary: OrdinaryColumns = { at: [], facility: [], device: [], deviceMs: [], rxMs: [], packet: [], late: [] }
  const notable: { at: number; entry: Entry }[] = []
  const packets = new Map<string, number>()
  let count = 0

  return {
    add(entry) {
      if (entry.pk !== undefined) packets.set(entry.f, (packets.get(entry.f) ?? 0) + 1)
      if (isOrdinary(entry)) {
        ordinary.at.push(count)
        ordinary.facility.push(entry.f)
        ordinary.device.push(entry.d)
        ordinary.deviceMs.push(entry.t)
        ordinary.rxMs.push(entry.rx)
        ordinary.packet.push(entry.pk ?? 0)
        ordinary.late.push(entry.m ? 1 : 0)
      } else notable.push({ at: count, entry })
      count += 1
    },
    ordinary,
    notable,
    packets: () => packets,
  }
}
