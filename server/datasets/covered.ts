/** Whom placements are for, and which parts of them a dataset may count: where a consent holds and the resident is not away. Pure. */
import type { PlacementRecord } from '../../core/registry.ts'
import type { AbsenceRecord, ConsentRecord, StayRecord } from '../../core/registry-people.ts'

interface Span {
  fromMs: number
  toMs: number | null
}

/** Of residents who withdrew, nothing counts any more, not even from before: until they consent anew. */
export const inForce = (
  consents: readonly ConsentRecord[],
  asked: ConsentRecord['purpose'] = 'device_evaluation',
): ConsentRecord[] => consents.filter(({ purpose, withdrawnMs }) => purpose === asked && withdrawnMs === null)

/**
 * A placement that names no resident is for the one who has its bed, or who lives in its room with nobody else, as long as that is so:
 * it comes out in as many parts. Where two live, nobody can say whose readings these are.
 */
export function placementsForResidents(
  placements: readonly PlacementRecord[],
  stays: readonly StayRecord[],
): PlacementRecord[] {
  return placements.flatMap(placement => {
    const { resident, room, bed } = placement
    if (resident !== null || room === null) return [placement]
    const here = stays.filter(stay => (bed === null ? stay.room === room : stay.bed === bed))
    const parts = here.flatMap(stay => {
      const others = here.filter(other => other.resident !== stay.resident)
      return without(common(placement, stay), union(others)).map(span => ({ ...span, resident: stay.resident }))
    })
    return parts.map(({ fromMs, toMs, resident: who }) => ({ ...placement, resident: who, fromMs, toMs }))
  })
}

/** Spans are half-open. A placement comes out in as many parts as its resident's consents and absences leave of it. */
export function coveredPlacements(
  placements: readonly PlacementRecord[],
  consents: readonly ConsentRecord[],
  absences: readonly AbsenceRecord[],
  purpose: ConsentRecord['purpose'] = 'device_evaluation',
): PlacementRecord[] {
  return placements.flatMap(placement => {
    const consented = union(inForce(consents, purpose).filter(({ resident }) => resident === placement.resident))
    const away = union(absences.filter(({ resident }) => resident === placement.resident))
    return consented
      .flatMap(span => without(common(placement, span), away))
      .map(({ fromMs, toMs }) => ({ ...placement, fromMs, toMs }))
  })
}

const end = ({ toMs }: Span): number => toMs ?? Number.POSITIVE_INFINITY
const spanOf = (fromMs: number, toMs: number): Span[] =>
  fromMs < toMs ? [{ fromMs, toMs: toMs === Number.POSITIVE_INFINITY ? null : toMs }] : []

const common = (a: Span, b: Span): Span[] => spanOf(Math.max(a.fromMs, b.fromMs), Math.min(end(a), end(b)))

/** What is left of spans where none of the others lies. */
const without = (spans: readonly Span[], others: readonly Span[]): Span[] =>
  others.reduce<Span[]>(
    (left, other) =>
      left.flatMap(span => [
        ...spanOf(span.fromMs, Math.min(end(span), other.fromMs)),
        ...spanOf(Math.max(span.fromMs, end(other)), end(span)),
      ]),
    [...spans],
  )

/** The same time, in spans that do not overlap. */
function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1)
    if (!last || fromMs > end(last)) merged.push({ fromMs, toMs })
    else if (end({ fromMs, toMs }) > end(last)) last.toMs = toMs
  }
  return merged
}
