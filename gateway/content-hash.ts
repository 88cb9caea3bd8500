/** The hash of what a message says: equal for the same boot, seq, ts and values in whatever order, blind to firmware, battery and signal. */
import { crc32 } from 'node:zlib'
import type { MetricValue } from '../core/messages.ts'

/** @returns an unsigned 32-bit number */
export function contentHash(message: {
  boot: string
  seq: number
  ts: string | number
  event?: string
  metrics?: Record<string, MetricValue>
  attributes?: Record<string, MetricValue>
}): number {
  const values = message.metrics ?? message.attributes ?? {}
  let text = `${message.boot} ${message.seq} ${message.ts} ${message.event ?? ''}`
  for (const name of Object.keys(values).sort()) text += ` ${name} ${JSON.stringify(values[name])}`
  return crc32(text)
}
