/** The server's time as the browser best knows it: from what the server said, never from the browser's own calendar. */

const KEPT = 60

/**
 * The least delayed of the last 60 words of the server gives the offset, so that frames which were held up on the way are seen as old.
 * @param localNow a clock that never jumps, in ms (performance.now)
 */
export function createServerClock(localNow: () => number, guessMs: number) {
  const offsets = new Float64Array(KEPT)
  let heard = 0
  let offset = guessMs - localNow()
  return {
    /** The server said `serverMs` just now, or a little while ago. */
    hear(serverMs: number): void {
      offsets[heard % KEPT] = serverMs - localNow()
      heard += 1
      offset = Number.NEGATIVE_INFINITY
      for (let i = 0; i < Math.min(heard, KEPT); i += 1) offset = Math.max(offset, offsets[i] as number)
    },
    /** A coarse word (a whole second, from an HTTP header): used only while there is nothing better. */
    hearCoarse(serverMs: number): void {
      if (heard === 0) offset = serverMs - localNow()
    },
    /** After a sleep nothing measured before it counts. */
    forget(): void {
      heard = 0
    },
    now: (): number => localNow() + offset,
  }
}
export type ServerClock = ReturnType<typeof createServerClock>
