/** The risk report of a release or table: one page in each language, and the same for programs. */
import { LANGUAGES, type Language } from '../../../core/profile.ts'
import type { RiskFacts } from './facts.ts'
import { escaped, facts, fileName, filled, list, page, paragraph, table } from './html.ts'
import { histogramOf, percent, riskOf } from './risk.ts'
import { attacks, eventsAndSeries, glance, note, plain, risks } from './sections.ts'
import { REPORT_TEXTS, type ReportTexts } from './texts/texts.ts'

export interface ReportFile {
  name: string
  content: string
}

const REPORT_JSON = 'risk-report.json'

/** The same facts give the same bytes. */
export const riskReport = (facts: RiskFacts): ReportFile[] => [
  ...LANGUAGES.map(language => ({ name: fileName(language), content: pageOf(facts, language) })),
  { name: REPORT_JSON, content: `${JSON.stringify(dataOf(facts), null, 2)}\n` },
]

/** The heads follow the template that EMA and Health Canada share; the clauses below them are those of ISO/IEC 27559:2022. */
function pageOf(of: RiskFacts, language: Language): string {
  const t = REPORT_TEXTS[language]
  const { product, k } = of
  const title = of.about === 'table' ? t.titleOfTable : t.title
  const label = product && `<p class="label"><b>${product}</b><span>${escaped(t.product[product])}</span></p>\n`
  const section = (head: string, clauses: string, body: string): string =>
    body && `<section>\n<h2>${escaped(head)}</h2>\n${clause(clauses, t)}${body}</section>\n`
  const body = [
    label ?? '',
    `<h1>${escaped(title)}</h1>\n`,
    of.demonstration ? note(t.demonstration) : '',
    of.reason === null ? '' : paragraph(t.reason[of.reason] ?? of.reason),
    glance(of, t),
    section(t.method.head, '6, 7.3.2, 7.3.3', method(of, t)),
    section(t.columns.head, '7.2.4', columns(of, t)),
    section(t.risk.head, '8.2.2', risks(of, t) + eventsAndSeries(of, t)),
    section(t.attacks.head, '8.2.3', attacks(of, t)),
    section(t.mitigation.head, '8.3', mitigation(of, t)),
    section(t.again.head, '8.3.4', again(of, t)),
    section(t.utility.head, '8.3', utility(of, t)),
    section(t.governance.head, '9', governance(of, t)),
  ]
  return page(language, filled(`${title}${product ? ` ${product}` : ''}`, { k }), body.join(''))
}

const clause = (clauses: string, t: ReportTexts): string =>
  `<p class="clause">${escaped(filled(t.clause, { clauses }))}</p>\n`

const method = ({ about }: RiskFacts, t: ReportTexts): string =>
  paragraph(t.method.lead) + list(about === 'table' ? t.method.itemsOfTable : t.method.items)

const columns = ({ columns: rows }: RiskFacts, t: ReportTexts): string =>
  rows.length === 0
    ? ''
    : paragraph(t.columns.lead) +
      table(
        t.columns.head,
        [t.columns.column, t.columns.class, t.columns.technique, t.columns.level],
        rows.map(row => [
          row.table === '' ? row.column : `${row.table}.${row.column}`,
          t.columns.classes[row.class],
          t.columns.rules[row.rule],
          row.level === null ? '' : String(row.level),
        ]),
      )

function mitigation({ about, k }: RiskFacts, t: ReportTexts): string {
  if (about === 'table') return plain(t.mitigation.dataItems.slice(1, 2), k)
  const part = (head: string, items: readonly string[]) => `<h3>${escaped(head)}</h3>\n${plain(items, k)}`
  return part(t.mitigation.data, t.mitigation.dataItems) + part(t.mitigation.environment, t.mitigation.environmentItems)
}

function again({ about, composition, k }: RiskFacts, t: ReportTexts): string {
  if (!composition) return paragraph(t.again.notAsked)
  const earlier = composition.earlier === 0 ? t.again.none : filled(t.again.earlier, { n: composition.earlier, k })
  return paragraph(earlier) + (about === 'trial' ? plain(t.again.items, k) : '')
}

function utility(of: RiskFacts, t: ReportTexts): string {
  const kept = { ...of.suppressionLimit, numerator: of.suppressionLimit.denominator - of.suppressionLimit.numerator }
  const share = (told: number, possible: number) => filled(t.utility.of, { told, possible })
  const told: (readonly [string, string])[] = []
  if (of.classSizes.length > 0)
    told.push([t.utility.subjects, filled(t.utility.atLeast, { share: floorPercent(kept) })])
  if (of.series?.bins) told.push([t.utility.bins, share(of.series.bins.told, of.series.bins.possible)])
  if (of.events) told.push([t.utility.types, share(of.events.told, of.events.occurred)])
  if (of.utility.loss !== null)
    told.push([t.utility.loss, of.utility.loss + (of.utility.optimal ? ` (${t.utility.optimal})` : '')])
  return paragraph(t.utility.lead) + facts(told)
}

const floorPercent = ({ numerator, denominator }: { numerator: number; denominator: number }): string =>
  `${Math.floor((1_000 * numerator) / denominator) / 10}%`

function governance(of: RiskFacts, t: ReportTexts): string {
  const told = [
    [t.facts.approvals, of.approvals > 0 ? String(of.approvals) : null],
    [t.facts.software, of.software],
    [t.facts.policy, of.policySha256],
    [t.facts.content, of.contentSha256],
  ] as const
  const key = of.keyDestroyed === null ? [] : [of.keyDestroyed ? t.governance.keyDestroyed : t.governance.keyKept]
  const items = of.about === 'table' ? t.governance.items.slice(-1) : [...key, ...t.governance.items]
  return list(items) + facts(told.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])))
}

/** Sizes of classes as a histogram only: nothing here is finer than on the pages. */
function dataOf({ classSizes, ...rest }: RiskFacts) {
  const risk = riskOf({ classSizes, ...rest })
  const told = ({ numerator, denominator }: { numerator: number; denominator: number }) => ({
    ratio: `${numerator}/${denominator}`,
    percent: percent({ numerator, denominator }),
  })
  return {
    format: 1,
    ...rest,
    risk: risk && {
      prosecutor: told(risk.prosecutor),
      journalist: told(risk.journalist),
      marketer: told(risk.marketer),
      records_at_risk: risk.recordsAtRisk,
    },
    class_sizes: histogramOf(classSizes, rest.k),
  }
}
