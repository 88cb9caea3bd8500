/** Readings as CSV, written as fast as the other side takes it: memory does not grow with the range. */
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Reading } from '../../core/readings.ts'
import { createZoneClock } from '../zone-clock.ts'

const HEADER = 'device_time,gateway_time,boot,seq,metric,value,unit,marks\r\n'
/** Rows put together before they are handed on. */
const CHUNK_ROWS = 500

/**
 * Writes header and rows, then ends `to`. Times are RFC 3339 in `zone`; marks are separated by a space [RFC 4180 for the rest].
 * A failing scan destroys `to`, so that a broken file cannot be taken for a whole one; a reader that goes away ends the scan quietly.
 */
export async function streamCsv(
  readings: AsyncIterable<Reading>,
  { zone, unit }: { zone: string; unit: string | null },
  to: Writable,
): Promise<void> {
  // Nothing is sent before the store has answered: an error until then is still a proper problem document.
  const chunks = csvChunks(readings, zone, unit)
  const first = await chunks.next()
  try {
    await pipeline(Readable.from(prepend(first, chunks)), to)
  } catch (error) {
    const wentAway = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
    if (!wentAway) throw error
  }
}

async function* prepend(first: IteratorResult<string, void>, rest: AsyncGenerator<string, void>) {
  if (!first.done) yield first.value
  yield* rest
}

async function* csvChunks(
  readings: AsyncIterable<Reading>,
  zone: string,
  unit: string | null,
): AsyncGenerator<string, void> {
  const clock = createZoneClock(zone)
  const unitCell = cell(unit ?? '')
  let chunk = HEADER
  let rows = 0
  for await (const { deviceMs, rx, boot, seq, metric, value, marks } of readings) {
    chunk += `${clock.format(deviceMs)},${clock.format(rx)},${cell(boot)},${seq},${metric},${cell(String(value))},${unitCell},${marks.join(' ')}\r\n`
    rows += 1
    if (rows % CHUNK_ROWS !== 0) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
