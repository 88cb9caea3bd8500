/** Acknowledgements of one connection, sent in the order in which the packets came, many in one write. */

/**
 * Packet ids are per connection, so each connection has its own queue, and what it still owes dies with it. [MQTT-4.6.0-2]
 * Numbers in rings, no objects: tens of thousands of packets a second are each under way for some milliseconds.
 */
export interface AckQueue {
  /** Takes a packet's place in the order. @returns its ticket */
  hold(messageId: number, bytes: number): number
  /** Of a packet that is not finished. */
  bytesOf(ticket: number): number
  /** It may be acknowledged now. Once for each ticket, also after `close`. @returns its bytes */
  finish(ticket: number): number
  /** Takes the place of a packet that somebody else acknowledges; the returned function calls `acknowledge`, which does so at once, when it is its turn. */
  turn(): (acknowledge: () => void) => void
  /** Nothing more is sent. */
  close(): void
}

const PUBACK = 0x40
/** Remaining length of a PUBACK whose reason is success. [MQTT5 3.4.2.1] */
const SHORT_FORM = 2
const FIRST_CAPACITY = 256

/**
 * @param write takes whole PUBACK packets
 * @param letGo told how many packets are done with here: their PUBACK was written, or their connection is over; `turn` does not count
 */
export function createAckQueue(
  write: (packets: Uint8Array) => void,
  letGo: (packets: number) => void = () => undefined,
): AckQueue {
  /** Each a ring of `capacity`; a ticket's place is the ticket modulo it, a power of two. */
  let capacity = FIRST_CAPACITY
  let ids = new Uint16Array(capacity)
  let done = new Uint8Array(capacity)
  let sizes = new Int32Array(capacity)
  /** Tickets not yet written: first ≤ ticket < next. */
  let first = 0
  let next = 0
  /** Tickets of others; what acknowledges them, once they are done. */
  const others = new Map<number, (() => void) | null>()
  let scheduled = false
  let closed = false

  return {
    hold,
    bytesOf: ticket => sizes[ticket & (capacity - 1)]!,
    finish,
    turn() {
      const ticket = hold(0, 0)
      others.set(ticket, null)
      return acknowledge => {
        others.set(ticket, acknowledge)
        finish(ticket)
      }
    },
    close() {
      if (closed) return
      closed = true
      let finished = 0
      for (let ticket = first; ticket < next; ticket += 1)
        if (done[ticket & (capacity - 1)] === 1 && !others.has(ticket)) finished += 1
      if (finished > 0) letGo(finished)
    },
  }

  function hold(messageId: number, bytes: number): number {
    if (next - first === capacity) grow()
    const at = next & (capacity - 1)
    ids[at] = messageId
    done[at] = 0
    sizes[at] = bytes
    next += 1
    return next - 1
  }

  function finish(ticket: number): number {
    const at = ticket & (capacity - 1)
    done[at] = 1
    if (closed) {
      if (!others.has(ticket)) letGo(1)
    } else if (!scheduled && ticket === first) {
      scheduled = true
      // A commit finishes many packets in one go: what is done by then goes out together.
      setImmediate(flush)
    }
    return sizes[at]!
  }

  function isDone(ticket: number): boolean {
    return ticket < next && done[ticket & (capacity - 1)] === 1
  }

  function flush(): void {
    scheduled = false
    while (!closed && isDone(first)) {
      const acknowledge = others.get(first)
      if (!acknowledge) {
        writeRun()
        continue
      }
      others.delete(first)
      first += 1
      acknowledge()
    }
  }

  function writeRun(): void {
    let end = first
    while (isDone(end) && (others.size === 0 || !others.has(end))) end += 1
    const packets = new Uint8Array((end - first) * 4)
    for (let at = 0; first < end; first += 1, at += 4) {
      const messageId = ids[first & (capacity - 1)]!
      packets[at] = PUBACK
      packets[at + 1] = SHORT_FORM
      packets[at + 2] = messageId >> 8
      packets[at + 3] = messageId & 0xff
    }
    write(packets)
    letGo(packets.length / 4)
  }

  function grow(): void {
    const old = { capacity, ids, done, sizes }
    capacity *= 2
    ids = new Uint16Array(capacity)
    done = new Uint8Array(capacity)
    sizes = new Int32Array(capacity)
    for (let ticket = first; ticket < next; ticket += 1) {
      const [from, to] = [ticket & (old.capacity - 1), ticket & (capacity - 1)]
      ids[to] = old.ids[from]!
      done[to] = old.done[from]!
      sizes[to] = old.sizes[from]!
    }
  }
}
