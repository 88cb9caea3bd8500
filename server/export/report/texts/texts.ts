/** The words of a risk report: the same in each language; `{…}` are filled in. */
import type { Language } from '../../../../core/profile.ts'
import { EN } from './en.ts'
import { JA } from './ja.ts'
import { KO } from './ko.ts'

export interface ReportTexts {
  title: string
  titleOfTable: string
  product: Record<'P0' | 'P1' | 'P2', string>
  reason: Record<string, string>
  demonstration: string
  glance: {
    head: string
    /** With `{n}`, `{risk}`, `{limit}`. */
    sentence: string
    sentenceWithout: string
    people: string
    peopleAlt: string
  }
  /** Numbers stand beside their unit: alone they could be taken for a room. */
  rows: string
  people: string
  facts: Record<
    'release' | 'recipient' | 'records' | 'classes' | 'software' | 'policy' | 'content' | 'approvals',
    string
  >
  method: { head: string; lead: string; items: string[]; itemsOfTable: string[] }
  columns: {
    head: string
    lead: string
    table: string
    column: string
    class: string
    technique: string
    level: string
    classes: Record<'identifier' | 'quasi_identifier' | 'sensitive' | 'event' | 'measure' | 'technical', string>
    rules: Record<
      'remove' | 'pseudonymise' | 'generalise' | 'relative_time' | 'aggregate' | 'keep_if_k' | 'keep',
      string
    >
  }
  risk: {
    head: string
    initial: string
    initialText: string
    initialUnknown: string
    threshold: string
    thresholdText: string
    residual: string
    none: string
    pseudonymised: string
    figure: string
    measured: string
    limit: string
    meaning: string
    rows: Record<'prosecutor' | 'journalist' | 'marketer' | 'atRisk', { name: string; meaning: string }>
    journalistKnown: string
    noLimit: string
    barsAlt: string
    limitLine: string
    beforeAfter: string
    before: string
    after: string
    beforeAfterAlt: string
    between: string
  }
  classes: { head: string; lead: string; size: string; count: string; open: string; alt: string }
  events: {
    head: string
    lead: string
    known: string
    fewest: string
    method: string
    all: string
    drawn: string
    none: string
  }
  series: { head: string; text: string; cells: string }
  attacks: {
    head: string
    lead: string
    notRun: string
    attack: string
    tries: string
    successes: string
    baseline: string
    upper: string
    limit: string
    result: string
    passed: string
    failed: string
  }
  mitigation: { head: string; data: string; dataItems: string[]; environment: string; environmentItems: string[] }
  again: { head: string; none: string; earlier: string; notAsked: string; items: string[] }
  utility: {
    head: string
    lead: string
    subjects: string
    bins: string
    types: string
    loss: string
    optimal: string
    atLeast: string
    of: string
  }
  governance: { head: string; items: string[]; keyDestroyed: string; keyKept: string }
  clause: string
}

export const REPORT_TEXTS: Record<Language, ReportTexts> = { ja: JA, ko: KO, en: EN }
