/** The page that a person opens first: what the package is, how to check it, what it is not. Plain HTML without scripts. */
import { LANGUAGES, type Language } from '../../../core/profile.ts'
import { formatInZone } from '../../../core/time.ts'
import type { P0Tables } from '../anonymize/p0.ts'
import type { ExportInput } from '../input.ts'
import type { P0Policy } from '../policy.ts'
import { README_TEXTS } from './readme-texts.ts'
import { unitIn } from './tables.ts'

const STYLE = `body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse}
td,th{border-bottom:1px solid #d5dae0;padding:.3rem .8rem .3rem 0;text-align:left;vertical-align:top}code{font-size:.92em;background:#f1f3f5;padding:.1em .3em}`

export function readmeOf(
  language: Language,
  input: ExportInput,
  product: string,
  tables: P0Tables,
  policy: P0Policy,
  keyId: string,
): string {
  const t = README_TEXTS[language]
  const types = input.profiles
    .filter(profile => input.scope.device_types.includes(profile.id))
    .map(profile => `${profile.label[language]} (${profile.id})`)
  const facts = [
    [t.facts.product, `${product}: ${t.p0} (${t.facts.productBy})`],
    [t.facts.period, `${input.scope.from} – ${input.scope.to}`],
    [t.facts.zone, input.zone],
    [t.facts.types, types.join(', ')],
    [t.facts.release, input.release],
    [t.facts.created, formatInZone(input.snapshot_ms, input.zone)],
  ]
  const hours = new Map<string, number>()
  for (const cell of tables.published) hours.set(cell.metric, (hours.get(cell.metric) ?? 0) + 1)
  const content = tables.metrics
    .filter(metric => metric.use === 'mean')
    .map(metric => [
      `${metric.definition.label[language]} (${metric.metric})`,
      unitIn(metric),
      String(hours.get(metric.metric) ?? 0),
    ])
  const leftOut = tables.metrics
    .filter(metric => metric.use === 'left_out')
    .map(metric => metric.definition.label[language])
  const fill = (text: string): string =>
    escaped(text)
      .replace('{k}', String(policy.minResidents))
      .replace('{share}', `${policy.maxShare.numerator}/${policy.maxShare.denominator}`)
      .replace('{decimals}', String(policy.sumDecimals))
      .replace('{key}', code(keyId))
      .replace('{sums}', code('sha256sum -c MANIFEST.sha256'))
      .replace('{minisign}', code('minisign -V -P PUBLIC_KEY -m MANIFEST.sha256'))
      .replace('{verify}', code(`npm run verify -- ${input.release}.zip --key PUBLIC_KEY`))

  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(t.title)} ${product}</title>
<style>${STYLE}</style>
</head>
<body>
<p>${LANGUAGES.map(other => (other === language ? NAMES[other] : `<a href="README.${other}.html" lang="${other}">${NAMES[other]}</a>`)).join(' · ')}</p>
<h1>${escaped(t.title)}</h1>
${input.demonstration ? `<p><strong>${escaped(t.demonstration)}</strong></p>\n` : ''}<p>${escaped(t.what)}</p>
${tableHtml(null, facts)}
<h2>${escaped(t.notHead)}</h2>
${list(t.not.map(escaped))}
<h2>${escaped(t.ruleHead)}</h2>
${list(t.rules.map(fill))}
<h2>${escaped(t.contentHead)}</h2>
${tableHtml([t.columns.metric, t.columns.unit, t.columns.hours], content)}
${leftOut.length > 0 ? `<p>${escaped(t.leftOut)} ${escaped(leftOut.join(', '))}</p>\n` : ''}<h2>${escaped(t.filesHead)}</h2>
${tableHtml(null, Object.entries(t.files))}
<h2>${escaped(t.verifyHead)}</h2>
${list(t.verify.map(fill))}
</body>
</html>
`
}

const NAMES: Record<Language, string> = { ja: '日本語', ko: '한국어', en: 'English' }

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const code = (text: string): string => `<code>${escaped(text)}</code>`
const list = (items: readonly string[]): string => `<ul>\n${items.map(item => `<li>${item}</li>\n`).join('')}</ul>`

function tableHtml(head: readonly string[] | null, rows: readonly (readonly string[])[]): string {
  const headRow = head ? `<tr>${head.map(cell => `<th>${escaped(cell)}</th>`).join('')}</tr>\n` : ''
  const body = rows.map(row => `<tr>${row.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>\n`).join('')
  return `<table>\n${headRow}${body}</table>`
}
