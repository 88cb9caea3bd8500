/** The sections about what was measured: risk before and after, classes, events, series, attacks. */

import type { RiskFacts } from './facts.ts'
import { escaped, facts, figure, filled, list, paragraph, table } from './html.ts'
import { besideLimit, classSizes, oneAmong, shares } from './pictures.ts'
import { histogramOf, percent, type Risk, riskOf } from './risk.ts'
import type { ReportTexts } from './texts/texts.ts'

export function glance(facts_: RiskFacts, t: ReportTexts): string {
  const { k, threshold, classSizes: sizes, product } = facts_
  const risk = riskOf(facts_)
  const smallest = risk?.prosecutor.denominator ?? k
  const sentence = risk ? t.glance.sentence : t.glance.sentenceWithout
  const words = filled(sentence, { n: smallest, risk: risk ? percent(risk.prosecutor) : '', limit: percent(threshold) })
  const told = [
    [t.facts.release, facts_.release],
    [t.facts.recipient, facts_.recipient],
    [t.facts.records, sizes.length > 0 ? filled(t.rows, { n: facts_.records }) : null],
    [t.facts.classes, sizes.length > 0 ? String(sizes.length) : null],
  ] as const
  const picture = figure(
    oneAmong(smallest),
    filled(t.glance.peopleAlt, { n: smallest }),
    filled(t.glance.people, { n: smallest }),
  )
  return `${product === 'P2' ? note(t.risk.pseudonymised) : `<p class="lead">${escaped(words)}</p>\n${risk ? picture : ''}`}${facts(
    told.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  )}`
}

export const note = (text: string): string => `<p class="note">${escaped(text)}</p>\n`

export function risks(of: RiskFacts, t: ReportTexts): string {
  const { k, threshold, suppressionLimit, before } = of
  const limit = percent(threshold)
  const range = before && filled(t.risk.between, { from: percent(before.atRisk.from), to: percent(before.atRisk.to) })
  const risk = riskOf(of)
  return [
    `<h3>${escaped(t.risk.initial)}</h3>\n`,
    paragraph(range ? filled(t.risk.initialText, { share: range }) : t.risk.initialUnknown),
    `<h3>${escaped(t.risk.threshold)}</h3>\n`,
    paragraph(filled(t.risk.thresholdText, { limit, k, suppression: percent(suppressionLimit) })),
    `<h3>${escaped(t.risk.residual)}</h3>\n`,
    of.product === 'P2' ? note(t.risk.pseudonymised) : '',
    risk ? residual(of, risk, limit, range, t) : paragraph(filled(t.risk.none, { k })),
  ].join('')
}

function residual(of: RiskFacts, risk: Risk, limit: string, range: string | null, t: ReportTexts): string {
  const { rows } = t.risk
  const told = {
    prosecutor: percent(risk.prosecutor),
    journalist: percent(risk.journalist),
    marketer: percent(risk.marketer),
  }
  const bars = (['prosecutor', 'journalist', 'marketer'] as const).map(name => ({
    name: rows[name].name,
    value: risk[name],
    told: told[name],
  }))
  const journalist =
    of.smallestInPopulation === null ? `${rows.journalist.meaning} ${t.risk.journalistKnown}` : rows.journalist.meaning
  const atRisk = { numerator: risk.recordsAtRisk, denominator: of.records }
  const after = percent(atRisk)
  return [
    figure(
      besideLimit(bars, of.threshold, limit),
      filled(t.risk.barsAlt, { ...told, limit }),
      filled(t.risk.limitLine, { limit }),
    ),
    table(
      t.risk.residual,
      [t.risk.figure, t.risk.measured, t.risk.limit, t.risk.meaning],
      [
        [rows.prosecutor.name, `${told.prosecutor} (1/${risk.prosecutor.denominator})`, limit, rows.prosecutor.meaning],
        [rows.journalist.name, `${told.journalist} (1/${risk.journalist.denominator})`, limit, journalist],
        [
          rows.marketer.name,
          `${told.marketer} (${risk.marketer.numerator}/${risk.marketer.denominator})`,
          limit,
          rows.marketer.meaning,
        ],
        [rows.atRisk.name, `${risk.recordsAtRisk} (${after})`, '0', rows.atRisk.meaning],
      ],
    ),
    of.before && range
      ? figure(
          shares([
            { name: t.risk.before, ...of.before.atRisk, told: range },
            { name: t.risk.after, from: atRisk, to: atRisk, told: after },
          ]),
          filled(t.risk.beforeAfterAlt, { before: range, after }),
          t.risk.beforeAfter,
        )
      : '',
    classes(of, t),
  ].join('')
}

function classes({ classSizes: sizes, k }: RiskFacts, t: ReportTexts): string {
  const bins = histogramOf(sizes, k)
  const nameOf = ({ from, to }: (typeof bins)[number]): string =>
    to === null ? filled(t.classes.open, { from }) : `${from}–${to}`
  const alt = bins.map(bin => `${nameOf(bin)}: ${bin.classes}`).join(', ')
  return [
    `<h3>${escaped(t.classes.head)}</h3>\n`,
    paragraph(filled(t.classes.lead, { k })),
    figure(classSizes(bins, nameOf), filled(t.classes.alt, { list: alt }), `${t.classes.size} → ${t.classes.count}`),
  ].join('')
}

export function eventsAndSeries({ events, series, aggregates, product }: RiskFacts, t: ReportTexts): string {
  const method = { all: t.events.all, drawn: t.events.drawn }
  return [
    events && product !== 'P2'
      ? `<h3>${escaped(t.events.head)}</h3>\n${paragraph(t.events.lead)}${table(
          t.events.head,
          [t.events.known, t.events.fewest, t.events.method],
          events.known.map(({ p, fewest, method: how }) => [
            String(p),
            fewest === null ? t.events.none : filled(t.people, { n: fewest }),
            method[how],
          ]),
        )}`
      : '',
    (series && product !== 'P2') || aggregates ? `<h3>${escaped(t.series.head)}</h3>\n` : '',
    series && series.groups > 0 && product !== 'P2'
      ? paragraph(filled(t.series.text, { n: series.smallestGroup }))
      : '',
    aggregates ? paragraph(filled(t.series.cells, { ...aggregates })) : '',
  ].join('')
}

export function attacks({ attacks: results }: RiskFacts, t: ReportTexts): string {
  if (!results) return paragraph(t.attacks.notRun)
  const share = (n: number): string => `${(Math.ceil(n * 1_000) / 10).toString()}%`
  return `${paragraph(t.attacks.lead)}${table(
    t.attacks.head,
    [
      t.attacks.attack,
      t.attacks.tries,
      t.attacks.successes,
      t.attacks.baseline,
      t.attacks.upper,
      t.attacks.limit,
      t.attacks.result,
    ],
    results.map(one => [
      one.attack,
      String(one.tries),
      String(Math.round(one.successes * 10) / 10),
      share(one.baseline),
      share(one.wilsonUpper),
      share(one.threshold),
      one.passed ? t.attacks.passed : t.attacks.failed,
    ]),
  )}`
}

export const plain = (items: readonly string[], k: number): string => list(items.map(item => filled(item, { k })))
