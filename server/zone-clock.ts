/** RFC 3339 in a facility's zone for millions of instants: the zone's offset is asked for once per quarter of an hour. */
import { zoneOffset } from '../core/time.ts'

/** Zones change their offset at whole quarters of an hour only. */
const SPAN_MS = 900_000
const MAX_SPANS = 100_000

export interface ZoneClock {
  /** `2026-11-23T15:28:00.123+09:00` */
  format(ms: number): string
}

export function createZoneClock(zone: string): ZoneClock {
  const spans = new Map<number, { offsetMs: number; suffix: string }>()
  return {
    format(ms) {
      const span = Math.floor(ms / SPAN_MS)
      let known = spans.get(span)
      if (!known) {
        const offsetMs = zoneOffset(ms, zone)
        if (spans.size >= MAX_SPANS) spans.clear()
        known = { offsetMs, suffix: suffixOf(offsetMs) }
        spans.set(span, known)
      }
      return new Date(ms + known.offsetMs).toISOString().slice(0, -1) + known.suffix
    },
  }
}

function suffixOf(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
