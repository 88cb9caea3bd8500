/** Looks for everything that the input knows of people, places and machines in everything that the package says. */
import type { ExportInput } from '../input.ts'
import type { Finding } from './finding.ts'
import { PATTERNS } from './patterns.ts'
import { type Row, TABLES, type WrittenFile } from './written.ts'

/**
 * One thing to look for. `anywhere`: even within a word. `token`: not within a longer word or number. `whole`: as a whole
 * value, or beside a word for room; for numbers and common words, which mean nothing within a sentence.
 */
interface Sought {
  kind: string
  text: string
  how: 'anywhere' | 'token' | 'whole'
}

/**
 * @param ownFiles the package of the same request with nobody in it: all that it says on its own account. A name of one
 * word that stands there (a facility called `care`) is looked for as a whole value only, one that is a whole value there
 * (a user called `steward`) not at all.
 */
export function checkIdentifiers(
  files: readonly WrittenFile[],
  tables: ReadonlyMap<string, readonly Row[]>,
  input: ExportInput,
  ownFiles: readonly WrittenFile[],
): Finding[] {
  const ownValues = new Set(ownFiles.flatMap(file => valuesIn(file, undefined)).map(folded))
  const ownText = folded(ownFiles.map(file => file.content).join('\n'))
  const sought = soughtIn(input, ownText).filter(item => !(isWord(item.text) && ownValues.has(item.text)))
  return files.flatMap(file => {
    const values = valuesIn(file, tables.get(file.path))
    // Numbers in tables are held against the recount instead: a count may look like a room or a phone.
    const text = folded(tables.has(file.path) ? values.join('\n') : file.content.toString())
    const whole = new Set(values.map(folded))
    const kinds = new Set(sought.filter(item => stands(item, text, whole)).map(item => item.kind))
    const alike = PATTERNS.filter(({ pattern }) => pattern.test(text))
    return [
      ...[...kinds].map((kind): Finding => ({ check: 'identifiers', where: `${file.path}: ${kind}` })),
      ...alike.map(({ kind }): Finding => ({ check: 'patterns', where: `${file.path}: ${kind}` })),
    ]
  })
}

/** Full-width and half-width, upper and lower case are the same to a reader. */
const folded = (text: string): string => text.normalize('NFKC').trim().toLowerCase()

/** Names with digits, signs or blanks are never mere words. */
const isWord = (text: string): boolean => /^\p{L}+$/u.test(text)

function soughtIn(input: ExportInput, ownText: string): Sought[] {
  const residents = [...input.placements, ...input.consents].flatMap(({ resident }) => resident ?? [])
  const devices = [...input.devices.map(({ id }) => id), ...input.placements.map(({ device }) => device)]
  const named = (kind: string, texts: readonly string[]): Sought[] =>
    texts.map(folded).map(text => {
      const how = /^[\x20-\x7e]+$/.test(text) ? 'token' : 'anywhere'
      const item: Sought = { kind, text, how }
      const common = /^\d+$/.test(text) || [...text].length < 3 || (isWord(text) && stands(item, ownText, NONE))
      return common ? { ...item, how: 'whole' } : item
    })
  const all: Sought[] = [
    ...residents.map((text): Sought => ({ kind: 'resident', text, how: 'anywhere' })),
    ...named('device', devices),
    ...named('facility', [input.scope.facility]),
    ...named(
      'reviewer',
      input.approvals.map(({ by }) => by),
    ),
    ...named('private name', input.private_names),
  ]
  const unique = new Map(all.map(item => [`${item.kind} ${item.text}`, item]))
  return [...unique.values()].filter(item => item.text !== '')
}
const NONE: ReadonlySet<string> = new Set()

function stands({ text: wanted, how }: Sought, text: string, whole: ReadonlySet<string>): boolean {
  if (how === 'anywhere') return text.includes(wanted)
  const quoted = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  if (how === 'token') return new RegExp(`(?<![\\p{L}\\d-])${quoted}(?![\\p{L}\\d-])`, 'u').test(text)
  // One or two plain characters say nothing alone: a unit, a number of decimals.
  if (!/^[\x20-\x7e]{1,2}$/.test(wanted) && whole.has(wanted)) return true
  const room = `(?:room|居室|病室|部屋|병실)\\s?${quoted}(?![\\p{L}\\d])|(?<![\\p{L}\\d])${quoted}\\s?(?:号室|호실)`
  return new RegExp(room, 'u').test(text)
}

/** The texts that a file holds one by one: cells, strings in JSON, texts between tags. */
function valuesIn({ path, content }: WrittenFile, rows: readonly Row[] | undefined): string[] {
  const text = content.toString()
  if (rows)
    return rows.flatMap(row =>
      Object.keys(row)
        .filter(name => TABLES[path]?.[name] === 'text')
        .map(name => row[name] ?? ''),
    )
  if (path.endsWith('.html')) return text.split(/<[^>]*>/).filter(part => part.trim() !== '')
  if (!path.endsWith('.json')) return []
  const found: string[] = []
  const visit = (value: unknown): void => {
    if (typeof value === 'string') found.push(value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit)
  }
  visit(parsed(text))
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
