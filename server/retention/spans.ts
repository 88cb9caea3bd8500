/** Stretches of time, cut by others; pure. */

/** Epoch ms, half-open. */
export interface Span {
  fromMs: number
  toMs: number
}
export interface Piece extends Span {
  /** Devices of which nothing may go. */
  held: ReadonlySet<string>
}

/** What is left of a span where none of the others lies. */
export function without(span: Span, others: readonly Span[]): Span[] {
  return piecesOf(
    span,
    others.map(other => ({ ...other, devices: EVERYONE })),
  ).filter(({ held }) => held.size === 0)
}
const EVERYONE: ReadonlySet<string> = new Set(['*'])

/** The span in pieces, in order of time, each with the devices that are held during all of it. */
export function piecesOf(span: Span, holds: readonly (Span & { devices: ReadonlySet<string> })[]): Piece[] {
  const inside = holds.filter(({ fromMs, toMs }) => fromMs < span.toMs && toMs > span.fromMs)
  const cuts = inside.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter(ms => ms > span.fromMs && ms < span.toMs)
  const edges = [span.fromMs, ...new Set(cuts.toSorted((a, b) => a - b)), span.toMs]
  return edges.slice(1).flatMap((toMs, i) => {
    const fromMs = edges[i] as number
    if (fromMs >= toMs) return []
    const over = inside.filter(hold => hold.fromMs < toMs && hold.toMs > fromMs)
    return [{ fromMs, toMs, held: new Set(over.flatMap(({ devices }) => [...devices])) }]
  })
}
