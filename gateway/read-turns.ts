/** How much of what devices send is worked on in one turn of the event loop: an event that comes on one connection must not wait for all that waits on the others. */

export interface ReadTurns {
  /** Works on `bytes` now if this turn has room; otherwise later, in the order of asking. @returns whether it was now */
  take(bytes: number, work: () => void): boolean
  /** Something that does not wait counts, too. */
  count(bytes: number): void
}

/** About 250 messages, some milliseconds. A thousand devices that send what they kept fill a megabyte at once, and a single socket two. */
const TURN_BYTES = 65_536

export function createReadTurns(turnBytes = TURN_BYTES): ReadTurns {
  const waiting: { bytes: number; work: () => void }[] = []
  let used = 0
  let scheduled = false

  return {
    take(bytes, work) {
      if (used < turnBytes && waiting.length === 0) {
        count(bytes)
        work()
        return true
      }
      waiting.push({ bytes, work })
      schedule()
      return false
    },
    count,
  }

  function count(bytes: number): void {
    used += bytes
    schedule()
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(nextTurn)
  }

  function nextTurn(): void {
    scheduled = false
    used = 0
    let done = 0
    for (; done < waiting.length && used < turnBytes; done += 1) {
      const { bytes, work } = waiting[done] as (typeof waiting)[number]
      used += bytes
      work()
    }
    waiting.splice(0, done)
    if (waiting.length > 0 || used > 0) schedule()
  }
}
