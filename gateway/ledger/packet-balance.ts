/** Compares the packets that were acknowledged at the socket with those that were committed, facility by facility. */
import type { DevicePacket } from '../bus.ts'

/**
 * At any moment acknowledged ≤ committed ≤ taken, and where nothing is in flight all three are equal. Counted at two ends that know
 * nothing of each other: a packet that is acknowledged without having been committed, or committed twice, shows.
 */
export interface PacketBalance {
  /** The gateway got a packet. */
  taken(facility: string): void
  /** So many packets were acknowledged at the socket, or had lost their connection by then. Call it after `committed`. */
  acknowledged(facility: string, packets: number): void
  /** So many packets became durable, or needed no keeping (a status). */
  committed(facility: string, packets: number): void
  /** Differences that are none of what is in flight and were not told before: packets acknowledged minus packets committed. */
  differences(): { facility: string; difference: number }[]
}

/** Names come from topics; more than so many are counted together under the empty name. */
const MAX_FACILITIES = 1_000

interface Counters {
  taken: number
  acknowledged: number
  committed: number
  /** The largest surplus of acknowledgements since the last look; it may have been covered by later commits that lack theirs. */
  surplus: number
}

export function createPacketBalance(): PacketBalance {
  const facilities = new Map<string, Counters>()

  return {
    taken(facility) {
      of(facility).taken += 1
    },
    acknowledged(facility, packets) {
      const counters = of(facility)
      counters.acknowledged += packets
      counters.surplus = Math.max(counters.surplus, counters.acknowledged - counters.committed)
    },
    committed(facility, packets) {
      of(facility).committed += packets
    },
    differences: () =>
      [...facilities].flatMap(([facility, counters]) => {
        const difference = differenceIn(counters)
        if (difference === 0) return []
        // Told once: from here on the two ends are equal again.
        counters.committed += difference
        counters.surplus = 0
        return [{ facility, difference }]
      }),
  }

  function of(name: string): Counters {
    const known = facilities.get(name)
    if (known) return known
    if (facilities.size >= MAX_FACILITIES && name !== '') return of('')
    const fresh = { taken: 0, acknowledged: 0, committed: 0, surplus: 0 }
    facilities.set(name, fresh)
    return fresh
  }
}

function differenceIn({ taken, acknowledged, committed, surplus }: Counters): number {
  if (surplus > 0) return surplus
  if (committed > taken) return taken - committed
  return taken === acknowledged ? acknowledged - committed : 0
}

/** The facility for which a packet counts: the publisher's, where it had no right to the topic; else that of the topic, as in its entries. */
export function facilityOfPacket({ topic, publisher }: DevicePacket): string {
  if (publisher) return publisher.facility
  const from = topic.indexOf('/', topic.indexOf('/') + 1) + 1
  if (from < 2) return ''
  const to = topic.indexOf('/', from)
  return to < 0 ? topic.slice(from) : topic.slice(from, to)
}
