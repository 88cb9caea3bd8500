/** Tells a row's boot from the few rows that carry one: boots are filled forward in the order of acceptance. */
import type { BootId } from '../../core/ids.ts'

export interface BootMarker {
  /** Gateway time of the row that carries it, epoch ms. */
  rx: number
  /** Store key of that row. */
  key: bigint
  boot: BootId
}

/** A row accepted before any marker (its marker was deleted by hand). */
export const UNKNOWN_BOOT = 'unknown' as BootId

const COUNT_CYCLE = 1_000_000
/** The device's count of accepted messages, modulo its cycle. */
const countOf = (key: bigint): number => Number(key % BigInt(COUNT_CYCLE))

/** Order of acceptance: gateway time, then the count; within one millisecond a count that wrapped to 0 comes after 999,999. */
function accepted(a: { rx: number; n: number }, b: { rx: number; n: number }): number {
  if (a.rx !== b.rx) return a.rx - b.rx
  const ahead = (a.n - b.n + COUNT_CYCLE) % COUNT_CYCLE
  return ahead < COUNT_CYCLE / 2 ? ahead : ahead - COUNT_CYCLE
}

/** A row on its way may be a day ahead of the gateway's clock, and not more. */
const AHEAD_MS = 2 * 86_400_000

/**
 * Which of a device's markers must outlive the removal of all rows with keys in from ≤ key < to: those of boots under which later rows may
 * have been accepted.
 */
export function markersToKeep(markers: readonly BootMarker[], from: bigint, to: bigint): BootMarker[] {
  const n = (marker: BootMarker) => ({ rx: marker.rx, n: countOf(marker.key) })
  const sorted = markers.toSorted((a, b) => accepted(n(a), n(b)))
  const safeMs = Number(to / 1_000_000n) - AHEAD_MS
  return sorted.filter(({ key }, i) => {
    const following = sorted[i + 1]
    return key >= from && key < to && (!following || following.rx >= safeMs)
  })
}

/** Looks up the boot of a row of one device by its gateway time and key; binary search. */
export function createBootLookup(markers: readonly BootMarker[]): (rx: number, key: bigint) => BootId {
  const sorted = markers.map(marker => ({ rx: marker.rx, n: countOf(marker.key), boot: marker.boot })).sort(accepted)
  return (rx, key) => {
    const row = { rx, n: countOf(key) }
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (accepted(sorted[middle] as (typeof sorted)[number], row) <= 0) low = middle + 1
      else high = middle
    }
    return sorted[low - 1]?.boot ?? UNKNOWN_BOOT
  }
}
