/** The hash of what a message says: equal for the same boot, seq, ts and values in whatever order, blind to firmware, battery and signal. */
import type { MetricValue } from '../core/messages.ts'

/*
 * FNV-1a over texts, the 64 bits of numbers, MurmurHash3's finalizer between the parts; the values are summed, so that their order is all
 * the same. Sorting and writing the values out as text takes ten times as long.
 */
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const TRUE = 0x9e3779b1
const FALSE = 0x85ebca77

const double = new Float64Array(1)
const halves = new Uint32Array(double.buffer)

/** @returns an unsigned 32-bit number */
export function contentHash(message: {
  boot: string
  seq: number
  ts: string | number
  event?: string
  metrics?: Record<string, MetricValue>
  attributes?: Record<string, MetricValue>
}): number {
  const values = message.metrics ?? message.attributes
  let sum = 0
  for (const name in values) sum = (sum + finish(textHash(name) ^ Math.imul(valueHash(values[name]!), TRUE))) | 0
  let hash = finish(textHash(message.boot) + sum)
  hash = finish(hash ^ numberHash(message.seq))
  hash = finish(hash ^ valueHash(message.ts))
  return finish(message.event === undefined ? hash : hash ^ textHash(message.event)) >>> 0
}

function valueHash(value: MetricValue): number {
  if (typeof value === 'number') return numberHash(value)
  if (typeof value === 'string') return textHash(value)
  return value ? TRUE : FALSE
}

function numberHash(value: number): number {
  double[0] = value
  return finish(halves[0]! ^ Math.imul(halves[1]!, TRUE))
}

function textHash(text: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}

function finish(value: number): number {
  let hash = value ^ (value >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
