/** What was planted in a facility, in every form in which it could come out again: numbers, texts, bytes, times. */
import { createHash } from 'node:crypto'

export interface Planted {
  /** Values that nothing else has. */
  numbers: readonly number[]
  /** Names, payloads and parts of them. */
  texts: readonly string[]
  /** Device times of events and readings, ms. */
  times: readonly number[]
  /** What arrived in between arrived by the gateway's clock. */
  arrived: readonly [fromMs: number, toMs: number]
}

const MINUTE_MS = 60_000

/** Tells what of it a text holds; `clock`: times of arrival are looked for too, in answers that have no time of the caller's own. */
export function createDetector({ numbers, texts, times, arrived }: Planted) {
  const needles = new Map<string, string>()
  const add = (form: string, of: string) => void (form.length > 3 && needles.set(form.toLowerCase(), of))
  for (const number of numbers) {
    const of = `value ${number}`
    for (const text of [String(number), number.toFixed(2), number.toExponential(), number.toFixed(2).replace('.', ',')])
      for (const form of formsOf(text)) add(form, of)
    for (const bytes of [doubleOf(number, true), doubleOf(number, false)])
      for (const encoding of ['hex', 'base64', 'base64url'] as const) add(bytes.toString(encoding), of)
  }
  for (const text of texts) {
    for (const form of formsOf(text)) add(form, `text ${text}`)
    for (const hash of ['sha256', 'sha1', 'md5'])
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        add(createHash(hash).update(text).digest(encoding), `${hash} of ${text}`)
  }
  const isTelling = (ms: number, clock: boolean): boolean =>
    times.some(time => Math.abs(ms - time) < MINUTE_MS) ||
    (clock && ms > arrived[0] - MINUTE_MS && ms < arrived[1] + MINUTE_MS)

  return (text: string, clock: boolean): string[] => {
    const lower = text.toLowerCase()
    const found = [...needles].flatMap(([form, of]) => (lower.includes(form) ? [`${of}, as ${form}`] : []))
    for (const [written, ms] of timesIn(text)) if (isTelling(ms, clock)) found.push(`a time, as ${written}`)
    return found
  }
}

/** How a text could stand in an answer or a file: escaped, encoded, decomposed, within Base64. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const escaped = [...text].map(c =>
    c.codePointAt(0)! > 126 ? `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}` : c,
  )
  const html = [...text].map(c => (c.codePointAt(0)! > 126 ? `&#${c.codePointAt(0)};` : c)).join('')
  // Base64 of something longer holds it at one of three offsets; the letters at the edges depend on what is beside it.
  const inside = [0, 1, 2].map(offset => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    return encoded.slice(offset === 0 ? 0 : offset + 1, -1)
  })
  return [
    ...[text, text.normalize('NFD'), JSON.stringify(text).slice(1, -1), escaped.join(''), html],
    ...[encodeURIComponent(text), bytes.toString('hex'), Buffer.from(text, 'utf16le').toString('hex')],
    ...inside.filter(form => form.length > 5).flatMap(form => [form, form.replace(/\+/g, '-').replace(/\//g, '_')]),
  ]
}

function doubleOf(number: number, little: boolean): Buffer {
  const bytes = Buffer.alloc(8)
  if (little) bytes.writeDoubleLE(number)
  else bytes.writeDoubleBE(number)
  return bytes
}

/** Every time that a text may name: with offset, epoch in s, ms, µs or ns. */
function timesIn(text: string): [written: string, ms: number][] {
  const iso = [...text.matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g)].map(
    ([written]): [string, number] => [written, Date.parse(written)],
  )
  const http = [...text.matchAll(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g)].map(
    ([written]): [string, number] => [written, Date.parse(written)],
  )
  const epoch = [...text.matchAll(/(?<![\d.])(1[6-9]\d{8})(\d{3})?(\d{3})?(\d{3})?(?!\d)/g)].map(
    ([written, s = '', ms = '']): [string, number] => [written, Number(s + (ms || '000'))],
  )
  return [...iso, ...http, ...epoch]
}
