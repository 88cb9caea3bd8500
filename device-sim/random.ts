/** Seeded chance: the same key gives the same numbers on every machine, in any order of asking. */

/** A 32-bit hash of a text (FNV-1a with a final mix). */
export function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(h)
}

function mix(h: number): number {
  let x = h >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** A number in [0, 1) that belongs to this key and index. */
export const chanceAt = (key: number, index: number): number =>
  mix(key ^ mix(index ^ Math.floor(index / 2 ** 32))) / 2 ** 32

/** A value between -1 and 1 that wanders smoothly, with one free point per `stepMs`. */
export function drift(key: number, atMs: number, stepMs: number): number {
  const at = atMs / stepMs
  const step = Math.floor(at)
  const part = at - step
  const smooth = part * part * (3 - 2 * part)
  return (chanceAt(key, step) * (1 - smooth) + chanceAt(key, step + 1) * smooth) * 2 - 1
}

export interface Chance {
  /** [0, 1) */
  next(): number
  /** Even between two bounds. */
  between(low: number, high: number): number
  /** Whole number, bounds inclusive. */
  whole(low: number, high: number): number
  /** True with this probability. */
  is(probability: number): boolean
}

/** A stream of numbers for a key. */
export function chanceOf(...key: (string | number)[]): Chance {
  const root = hash32(key.join('/'))
  let n = 0
  const next = (): number => chanceAt(root, n++)
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    is: probability => next() < probability,
  }
}

export const roundTo = (value: number, digits: number): number => Number(value.toFixed(digits))
export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
