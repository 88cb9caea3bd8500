/** Looks for people, places, machines and dates in everything that a package says; tables' cells have their own forms (cells.ts). */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { MANIFEST_FILE, TRIAL_TABLES } from '../../trial/layout.ts'
import { PATTERNS } from '../patterns.ts'
import { CALENDAR } from './calendar.ts'
import { checkedNumbersIn } from './check-digits.ts'
import type { TrialFinding } from './finding.ts'
import { folded, standsIn } from './name-forms.ts'
import { NAME_PATTERNS } from './name-patterns.ts'
import { type Sought, soughtIn } from './sought.ts'
import type { Truth } from './truth.ts'

export async function scanPackage(
  connection: DuckdbConnection,
  packageFolder: string,
  jobFolder: string,
  paths: readonly string[],
  truth: Truth,
): Promise<TrialFinding[]> {
  const sought = await soughtIn(connection, jobFolder, truth, ownWordsOf(truth))
  const findings: TrialFinding[] = []
  for (const path of paths) {
    const content = await readFile(join(packageFolder, path))
    findings.push(...scanFile(path, content, sought, folded(truth.input.maker)))
  }
  return findings
}

/** Words of the tables and of the device types: a facility called `care`, or a user called by a role, is no secret in the middle of a sentence. */
function ownWordsOf({ input }: Truth): Set<string> {
  const texts = [
    JSON.stringify(input.profiles),
    ...Object.keys(TRIAL_TABLES),
    ...Object.values(TRIAL_TABLES).flat(),
    OWN,
  ]
  return new Set(texts.flatMap(text => folded(text).split(/[^\p{L}]+/u)).filter(word => /^[a-z]{3,}$/.test(word)))
}
const OWN = `release request trial product policy evidence dictionary manifest report risk steward reviewer software version
  mimamori recipient demonstration care home garden facility resident person group class record value count device metric
  staff display admin maker auditor operator platform manufacturer`

function scanFile(path: string, content: Buffer, sought: readonly Sought[], maker: string): TrialFinding[] {
  const found = (check: TrialFinding['check'], kind: string): TrialFinding => ({ check, where: `${path}: ${kind}` })
  // Compressed pages say nothing here; whatever stands in a dictionary, a statistic or the footer does.
  const raw = path.endsWith('.parquet') ? printableIn(content) : content.toString()
  const values = path.endsWith('.json') ? stringsIn(raw) : path.endsWith('.html') ? raw.split(/<[^>]*>/) : []
  const text = folded([raw, ...values].join('\n'))
  const whole = new Set(values.map(value => folded(value).trim()))
  const kinds = new Set(sought.filter(item => stands(item, text, whole)).map(({ kind }) => kind))
  const findings = [...kinds].map(kind => found('identifiers', kind))
  // Tables hold nothing but numbers and words of their columns, which are held against the truth: there is nothing to guess.
  if (/\.(csv|parquet)$/.test(path) || path === MANIFEST_FILE) return findings
  const others = text.replaceAll(maker, ' ')
  const alike = PATTERNS.filter(({ pattern }) => pattern.test(others)).map(({ kind }) => kind)
  const names = NAME_PATTERNS.filter(({ pattern }) => pattern.test(asWritten([raw, ...values], maker))).map(
    ({ kind }) => kind,
  )
  for (const kind of new Set([...alike, ...checkedNumbersIn(others), ...names])) findings.push(found('patterns', kind))
  return CALENDAR.test(others) ? [...findings, found('calendar', 'date')] : findings
}

/** Without folding the case, which names in Latin letters are known by. */
const asWritten = (texts: readonly string[], maker: string): string =>
  texts
    .join('\n')
    .normalize('NFKC')
    .replace(new RegExp(escaped(maker), 'giu'), ' ')

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function stands({ forms, whole: onlyWhole }: Sought, text: string, whole: ReadonlySet<string>): boolean {
  if (!onlyWhole) return forms.some(form => standsIn(form, text))
  const room = (form: string) =>
    new RegExp(
      `(?:room|居室|病室|部屋|병실)\\s?${escaped(form)}(?![\\p{L}\\d])|(?<![\\p{L}\\d])${escaped(form)}\\s?(?:号室|호실)`,
      'iu',
    ).test(text)
  return forms.some(form => (!/^[\x20-\x7e]{1,2}$/.test(form) && whole.has(form)) || room(form))
}

/** Stretches of UTF-8 text of three characters and more. */
const printableIn = (content: Buffer): string => (content.toString().match(/[^\p{C}\ufffd]{3,}/gu) ?? []).join('\n')

/** Keys and texts of a JSON document, with what was written as `\u…` in plain. */
function stringsIn(text: string): string[] {
  const found: string[] = []
  JSON.parse(text, (key, value: unknown) => {
    found.push(key)
    if (typeof value === 'string') found.push(value)
    return value
  })
  return found
}
