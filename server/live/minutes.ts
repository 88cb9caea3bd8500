/** The last half hour of each room, minute by minute: its state and its first number, as strips on the board draw them. */

export const MINUTES = 30
const MINUTE_MS = 60_000

interface Entry {
  minute: number
  state: number | null
  value: number | null
}

export interface Minutes {
  /** Notes what a room shows now; the last word of a minute stands. */
  note(room: string, atMs: number, state: number | null, value: number | null): void
  /** Writes a past minute only where nothing is known; what is then still unknown may be filled later. */
  fill(room: string, atMs: number, state: number | null, value: number | null): void
  /** Oldest first, one entry a minute, the present minute last. */
  of(room: string, nowMs: number): { states: (number | null)[]; values: (number | null)[] }
}

export function createMinutes(): Minutes {
  /** A ring per room: the entry of a minute lies at minute mod MINUTES. */
  const rings = new Map<string, (Entry | undefined)[]>()
  const slot = (room: string, atMs: number) => {
    let ring = rings.get(room)
    if (!ring) {
      ring = new Array<Entry | undefined>(MINUTES)
      rings.set(room, ring)
    }
    const minute = Math.floor(atMs / MINUTE_MS)
    return { ring, minute, index: minute % MINUTES }
  }
  return {
    note(room, atMs, state, value) {
      const { ring, minute, index } = slot(room, atMs)
      ring[index] = { minute, state, value }
    },
    fill(room, atMs, state, value) {
      const { ring, minute, index } = slot(room, atMs)
      const present = ring[index]
      const known = present?.minute === minute && (present.state !== null || present.value !== null)
      if (present && (present.minute > minute || known)) return
      ring[index] = { minute, state, value }
    },
    of(room, nowMs) {
      const { ring, minute } = slot(room, nowMs)
      const entries = Array.from({ length: MINUTES }, (_, i) => {
        const wanted = minute - MINUTES + 1 + i
        const entry = ring[wanted % MINUTES]
        return entry?.minute === wanted ? entry : null
      })
      return { states: entries.map(entry => entry?.state ?? null), values: entries.map(entry => entry?.value ?? null) }
    },
  }
}
