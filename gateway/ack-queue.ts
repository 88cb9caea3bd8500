/** Acknowledgements of one connection, sent in the order in which the packets came, many in one write. */

/** Packet ids are per connection, so each connection has its own queue, and what it still owes dies with it. [MQTT-4.6.0-2] */
export interface AckQueue {
  /** Takes a packet's place in the order; the returned function says that it may be acknowledged now. */
  hold(messageId: number): () => void
  /** Takes the place of a packet that somebody else acknowledges; the returned function calls `acknowledge`, which does so at once, when it is its turn. */
  turn(): (acknowledge: () => void) => void
  /** Nothing more is sent. */
  close(): void
}

interface Held {
  messageId: number
  done: boolean
  /** Absent: we acknowledge. */
  acknowledge?: () => void
}

const PUBACK = 0x40
/** Remaining length of a PUBACK whose reason is success. [MQTT5 3.4.2.1] */
const SHORT_FORM = 2

/** @param write takes whole PUBACK packets */
export function createAckQueue(write: (packets: Uint8Array) => void): AckQueue {
  let queue: Held[] = []
  let first = 0
  let scheduled = false
  let closed = false

  return {
    hold(messageId) {
      const held: Held = { messageId, done: false }
      queue.push(held)
      return () => finish(held)
    },
    turn() {
      const held: Held = { messageId: 0, done: false }
      queue.push(held)
      return acknowledge => {
        held.acknowledge = acknowledge
        finish(held)
      }
    },
    close() {
      closed = true
      queue = []
      first = 0
    },
  }

  function finish(held: Held): void {
    held.done = true
    if (scheduled || closed || queue[first] !== held) return
    scheduled = true
    // A commit finishes many packets in one go: what is done by then goes out together.
    setImmediate(flush)
  }

  function flush(): void {
    scheduled = false
    while (!closed && queue[first]?.done) {
      const acknowledge = queue[first]?.acknowledge
      if (acknowledge) {
        first += 1
        acknowledge()
      } else writeRun()
    }
    if (first > 1_000 && first * 2 > queue.length) {
      queue = queue.slice(first)
      first = 0
    }
  }

  function writeRun(): void {
    let end = first
    while (queue[end]?.done && !queue[end]?.acknowledge) end += 1
    const packets = new Uint8Array((end - first) * 4)
    for (let i = first, at = 0; i < end; i += 1, at += 4) {
      const { messageId } = queue[i] as Held
      packets[at] = PUBACK
      packets[at + 1] = SHORT_FORM
      packets[at + 2] = messageId >> 8
      packets[at + 3] = messageId & 0xff
    }
    first = end
    write(packets)
  }
}
