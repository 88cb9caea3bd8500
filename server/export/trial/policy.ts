/** The rules of a trial release, as data: who writes the files obeys them and the gate checks them. Source: reference on anonymization, sections 5 and 10. */

/** A rational, because 1/11 and 0.09 are not the same number. */
export interface Ratio {
  numerator: number
  denominator: number
}

export interface TrialPolicy {
  version: number
  /** Fewest persons behind anything that is told. */
  k: number
  /** Largest share of participants that may be left out. */
  suppressionLimit: Ratio
  /** A record is at risk when one over the size of its class is above this. */
  riskThreshold: Ratio
  /** For each sensitive attribute; how they apply to yes/no attributes: docs/decisions. */
  sensitive: { distinctL: number; entropyL: number; alpha: Ratio }
  /** With fewer participants only P0 comes out. */
  minSubjectsForP1: number
  /** Facilities in a release that names participants one by one. */
  minSites: number
  /** Every combination of up to so many events is shared by k persons. */
  events: { power: number; binDays: readonly number[] }
  series: {
    binMinutes: number
    groupMin: number
    groupMax: number
    /** A bin of a group is told only with so many persons in it. */
    minPersons: number
    /** A quantile is told only with so many persons beyond it. */
    beyondQuantile: number
    /** Bins in which more than this share of a site changes together are masked in all its groups. */
    commonEventShare: Ratio
  }
  /** What must be kept for the release to be worth anything; less is a failure. */
  utility: { subjects: Ratio; seriesBins: Ratio; eventTypes: Ratio }
}

export const trialPolicy: TrialPolicy = {
  version: 1,
  k: 12,
  suppressionLimit: { numerator: 5, denominator: 100 },
  riskThreshold: { numerator: 9, denominator: 100 },
  sensitive: { distinctL: 3, entropyL: 2, alpha: { numerator: 1, denominator: 2 } },
  minSubjectsForP1: 24,
  minSites: 3,
  events: { power: 2, binDays: [1, 7, 28] },
  series: {
    binMinutes: 60,
    groupMin: 18,
    groupMax: 35,
    minPersons: 12,
    beyondQuantile: 5,
    commonEventShare: { numerator: 1, denominator: 2 },
  },
  utility: {
    subjects: { numerator: 95, denominator: 100 },
    seriesBins: { numerator: 80, denominator: 100 },
    eventTypes: { numerator: 50, denominator: 100 },
  },
}
