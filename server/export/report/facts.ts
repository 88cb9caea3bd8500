/** What a risk report is made of: figures about a finished release or table, none of which tells of fewer than k people. */
import type { Ratio } from '../trial/policy.ts'

/** A share that is told as lying between two others, because the exact one would tell of a few. */
export interface Between {
  from: Ratio
  to: Ratio
}

export interface ReportedColumn {
  table: string
  column: string
  class: 'identifier' | 'quasi_identifier' | 'sensitive' | 'event' | 'measure' | 'technical'
  rule: 'remove' | 'pseudonymise' | 'generalise' | 'relative_time' | 'aggregate' | 'keep_if_k' | 'keep'
  /** Level of its hierarchy that was chosen; null: has none. */
  level: number | null
}

/** One attack on a written package, or on many of them taken together. */
export interface AttackResult {
  attack: string
  tries: number
  successes: number
  /** Rate that is reached without the package. */
  baseline: number
  /** 95 % upper bound of what the package adds to that. */
  wilsonUpper: number
  threshold: number
  passed: boolean
}

export interface RiskFacts {
  /** A trial's release, or somebody's own table. */
  about: 'trial' | 'table'
  /** Null: a table has no product. */
  product: 'P0' | 'P1' | 'P2' | null
  /** Stable code of why it is not more, for example `too_few_sites`; `as_asked`. */
  reason: string | null
  /** Made of people who do not exist. */
  demonstration: boolean
  release: string | null
  recipient: string | null
  k: number
  /** A record is at risk when one over the size of its class is above this. */
  threshold: Ratio
  suppressionLimit: Ratio
  /** Rows that are told. */
  records: number
  /** How many records each class has; empty: no record is about one person. */
  classSizes: readonly number[]
  /** Smallest class among all whom the records could be about; null: it is known who is in it. */
  smallestInPopulation: number | null
  before: { atRisk: Between; average: Between } | null
  columns: readonly ReportedColumn[]
  /** Fewest people who share any p events that somebody may know of one of them; null: there are none. */
  events: {
    occurred: number
    told: number
    known: readonly { p: number; method: 'all' | 'drawn'; fewest: number | null }[]
  } | null
  series: {
    groups: number
    smallestGroup: number
    bins: { told: number; possible: number } | null
  } | null
  aggregates: { told: number; suppressed: number } | null
  /** Null: it was not looked at. */
  composition: { earlier: number } | null
  attacks: readonly AttackResult[] | null
  utility: { loss: string | null; optimal: boolean | null }
  approvals: number
  keyDestroyed: boolean | null
  contentSha256: string | null
  policySha256: string | null
  software: string | null
}
