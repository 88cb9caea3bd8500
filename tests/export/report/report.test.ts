/** The risk report: figures as rationals, nothing finer than it may tell, the same in each language, and nothing that a page would have to fetch. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RiskFacts } from '../../../server/export/report/facts.ts'
import { riskReport } from '../../../server/export/report/report.ts'
import { between, histogramOf, percent, riskBefore, riskOf } from '../../../server/export/report/risk.ts'
import { REPORT_TEXTS } from '../../../server/export/report/texts/texts.ts'
import { p0Facts, p1Facts, tableFacts } from './facts.ts'

const contentOf = (facts: RiskFacts, name: string): string =>
  riskReport(facts).find(file => file.name === name)?.content ?? ''

test('a class of eleven is at risk for nine in a hundred, one of twelve is not', () => {
  const at = (classSizes: number[]) => riskOf({ ...p1Facts, classSizes })
  expect(at([11, 12])).toEqual({
    prosecutor: { numerator: 1, denominator: 11 },
    journalist: { numerator: 1, denominator: 11 },
    marketer: { numerator: 2, denominator: 23 },
    recordsAtRisk: 11,
  })
  expect(at([12])?.recordsAtRisk).toBe(0)
  expect(at([])).toBeNull()
  expect(riskOf({ ...p1Facts, smallestInPopulation: 80 })?.journalist.denominator).toBe(80)
})

test('a percentage is never less than it is', () => {
  expect(percent({ numerator: 1, denominator: 13 })).toBe('7.7%')
  expect(percent({ numerator: 1, denominator: 12 })).toBe('8.4%')
  expect(percent({ numerator: 9, denominator: 100 })).toBe('9%')
})

test('a share before is told so wide that k people lie between its ends', () => {
  fc.assert(
    fc.property(fc.nat(400), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 2, max: 20 }), (given, all, k) => {
      const count = Math.min(given, all)
      const { from, to } = between(count, all, k)
      expect(from.numerator * all).toBeLessThanOrEqual(count * from.denominator)
      expect(to.numerator * all).toBeGreaterThanOrEqual(count * to.denominator)
      if (from.denominator > 1) expect(all / from.denominator).toBeGreaterThanOrEqual(k)
    }),
  )
  expect(riskBefore([1, 1, 1, 21], { threshold: p1Facts.threshold, k: 12 }).atRisk).toEqual({
    from: { numerator: 0, denominator: 2 },
    to: { numerator: 1, denominator: 2 },
  })
})

test('every class is in one bin of the histogram', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 12, max: 90 })), sizes => {
      const bins = histogramOf(sizes, 12)
      expect(bins.reduce((sum, { classes }) => sum + classes, 0)).toBe(sizes.length)
    }),
  )
})

test('files for programs and in three languages, the same for the same facts', () => {
  expect(riskReport(p1Facts).map(({ name }) => name)).toEqual([
    'risk-report.ja.html',
    'risk-report.ko.html',
    'risk-report.en.html',
    'risk-report.json',
  ])
  expect(riskReport(p1Facts)).toEqual(riskReport(structuredClone(p1Facts)))
  expect(JSON.parse(contentOf(p1Facts, 'risk-report.json'))).toMatchObject({
    risk: { prosecutor: { ratio: '1/13', percent: '7.7%' }, marketer: { ratio: '6/118' }, records_at_risk: 0 },
    class_sizes: [
      { from: 12, to: 17, classes: 4 },
      { from: 18, to: 23, classes: 0 },
      { from: 24, to: 35, classes: 2 },
      { from: 36, to: null, classes: 0 },
    ],
  })
})

test('the sizes of single classes are not told, but the smallest', () => {
  const distinct = { ...p1Facts, classSizes: [13, 131, 137], records: 281 }
  for (const { content } of riskReport(distinct)) {
    expect(content).not.toMatch(/\b131\b/)
    expect(content).not.toMatch(/\b137\b/)
  }
})

test.each(['ja', 'ko', 'en'] as const)('the page in %s has all figures, and every word is filled in', language => {
  for (const facts of [p1Facts, p0Facts, tableFacts]) {
    const page = contentOf(facts, `risk-report.${language}.html`)
    expect(page).toContain(`<html lang="${language}">`)
    expect(page.replace(/<style>[^<]*<\/style>/, '')).not.toMatch(/[{}]|undefined|null|NaN/)
    expect(page).not.toMatch(/<script|<link|src=|url\(|@import/)
    expect(page.match(/href="[^"]*"/g)?.every(href => /^href="risk-report\.(ja|ko|en)\.html"$/.test(href))).toBe(true)
  }
  const page = contentOf(p1Facts, `risk-report.${language}.html`)
  for (const figure of ['7.7%', '9%', '6/118', '1/13']) expect(page).toContain(figure)
  // Every picture has words.
  expect(page.match(/<figure>/g)?.length).toBe(
    page.match(/<figure><div role="img" aria-label="[^"]{20,}"><svg/g)?.length,
  )
})

test('no word is missing in a language, and values have the same places in each', () => {
  const shape = (value: unknown): unknown => {
    if (typeof value === 'string') return [...value.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
    if (Array.isArray(value)) return value.map(shape)
    return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, shape(inner)]))
  }
  expect(shape(REPORT_TEXTS.ko)).toEqual(shape(REPORT_TEXTS.ja))
  expect(shape(REPORT_TEXTS.en)).toEqual(shape(REPORT_TEXTS.ja))
})

test('what others wrote is text on the page', () => {
  const page = contentOf({ ...p1Facts, recipient: '<b onclick="x">&' }, 'risk-report.en.html')
  expect(page).toContain('&lt;b onclick=&quot;x&quot;&gt;&amp;')
})

test('attacks are listed with their bounds when they were carried out', () => {
  const attack = {
    attack: '1 linkage',
    tries: 120,
    successes: 9.2,
    baseline: 0.083,
    wilsonUpper: 0.061,
    threshold: 0.09,
  }
  const facts = {
    ...p1Facts,
    attacks: [
      { ...attack, passed: true },
      { ...attack, attack: '2 logs', passed: false },
    ],
  }
  const page = contentOf(facts, 'risk-report.en.html')
  expect(page).toContain('6.1%')
  expect(page).toContain('not held')
})
