/** Attacks 15 and 18: names, ids, dates and addresses anywhere in the bytes, and what the report tells that the tables do not. */
import { type Attack, counted, type Outcome, type World } from './attack.ts'
import { DAY_HOURS, HOUR_MS } from './known.ts'

const DAY_MS = DAY_HOURS * HOUR_MS
const PATTERNS: Readonly<Record<string, RegExp>> = {
  'an e-mail address': /[\w.+-]+@[\w-]+\.[\w.]+/,
  'a MAC address': /\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b/i,
  'an IP address': /\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b/,
  'a UUID': /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i,
  'a Japanese telephone number': /\b0\d{1,3}-\d{2,4}-\d{4}\b/,
  'a Korean resident number': /\b\d{6}-[1-4]\d{6}\b/,
  'a postal code': /〒\s?\d{3}-\d{4}/,
  'a calendar date': /\b(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/,
  'a Japanese date': /\d{1,2}月\d{1,2}日|令和\d+年/,
}

/** Everything that the files say as text: plain files as they are, Parquet by its bytes and by its values. */
function textOf({ seen }: World): string {
  const parquet = Object.values(seen.parquet).flatMap(({ rows, notes, chunks }) => [
    ...new Set(rows.flatMap(row => Object.values(row))),
    ...notes.map(({ key, value }) => `${key}=${value}`),
    ...chunks.map(({ min, max }) => `${min} ${max}`),
  ])
  const raw = seen.files.filter(({ name }) => name.endsWith('.parquet')).map(({ bytes }) => bytes.toString('utf8'))
  return [...seen.texts.values(), ...parquet, ...raw, ...seen.files.map(({ name }) => name)].join('\n')
}

/** The simulated ids, device names and names are the canaries: each stands in one source column and nowhere else. */
export const identifiers: Attack = {
  number: 15,
  name: 'identifiers, dates and planted canaries',
  kind: 'every',
  threshold: 0,
  run(world): Outcome {
    const outcome = counted()
    const text = textOf(world)
    const look = (leaks: boolean, what: string) => {
      outcome.add(leaks, 0)
      if (leaks) outcome.found.push(what)
    }
    const { input, people } = world.known
    const lower = text.toLowerCase()
    for (const id of input.subjects.map(({ id }) => id)) look(lower.includes(id), 'a participant’s id')
    for (const id of input.devices.map(({ id }) => id)) look(lower.includes(id), 'a device’s id')
    for (const id of input.sites.map(({ id }) => id)) look(lower.includes(id), 'a facility’s id')
    for (const name of input.private_names) look(text.includes(name), 'a private name')
    for (const { by } of input.approvals) look(lower.includes(by.toLowerCase()), 'who approved')
    for (const canary of world.canaries) look(text.includes(canary), 'a planted canary')
    for (const [what, pattern] of Object.entries(PATTERNS)) look(pattern.test(text), what)
    const epochs = new Set(people.flatMap(({ subject, originMs }) => [subject.from_ms, subject.to_ms, originMs]))
    for (const ms of epochs) look(text.includes(String(ms)) || text.includes(String(ms / 1000)), 'an epoch time')
    const stamps = text.match(/\b1[5-9]\d{8}(?:\d{3})?\b/g) ?? []
    look(
      stamps.some(stamp => inTrial(world, Number(stamp.padEnd(13, '0')))),
      'an integer that is a time of the trial',
    )
    return outcome
  },
}

const inTrial = ({ known: { input } }: World, ms: number): boolean =>
  ms >= input.from_ms - 400 * DAY_MS && ms <= input.to_ms + 100 * DAY_MS

/** Keys of numbers that count people. */
const COUNTS = new Set([
  'persons',
  'members',
  'people',
  'size',
  'subjects',
  'participants',
  'suppressed_subjects',
  'rows',
])
/** Words of their own: a denominator is none. */
const EXTREMES =
  /(?<![a-z])(min|max|lowest|highest|extreme|clip)(?![a-z])|[a-z](Min|Max|Lowest|Highest|Extreme|Clip)(?![a-z])/

export const report: Attack = {
  number: 18,
  name: 'leakage of the report',
  kind: 'every',
  threshold: 0,
  run(world): Outcome {
    const outcome = counted()
    const look = (leaks: boolean, what: string) => {
      outcome.add(leaks, 0)
      if (leaks) outcome.found.push(what)
    }
    const extremes = new Set([...world.known.extremes.values()].flatMap(({ min, max }) => [min, max]))
    for (const [name, text] of world.seen.texts) {
      if (!name.endsWith('.json')) continue
      for (const { path, value } of leavesOf(JSON.parse(text))) {
        const key = path.at(-1) ?? ''
        // The policy's own numbers are the same for everybody.
        if (typeof value !== 'number' || path[0] === 'policy') continue
        if (COUNTS.has(key)) look(value > 0 && value < world.k, `${name} counts a few people`)
        if (EXTREMES.test(path.join('.'))) look(extremes.has(value) && value !== 0, `${name} tells a raw extreme`)
      }
    }
    const text = textOf(world)
    for (const secret of world.judge.secrets)
      for (const form of [
        secret.toString('hex'),
        secret.toString('base64'),
        secret.toString('base64url'),
        secret.toString('latin1'),
      ])
        look(text.toLowerCase().includes(form.toLowerCase()), 'the release key')
    return outcome
  },
}

type Leaf = { path: string[]; value: unknown }
function leavesOf(value: unknown, path: string[] = []): Leaf[] {
  if (value === null || typeof value !== 'object') return [{ path, value }]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}
