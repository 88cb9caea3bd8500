/** The hierarchies of a trial's quasi-identifiers as versioned data: leaf first, then what it becomes level by level; above the last stands `*`. */

/** Raised with every change of the data below; named in the evidence beside their hash. */
export const HIERARCHIES_VERSION = 1

/** Upper ends of the age bands of each level above the single year; the last band is open. */
export const AGE_BANDS = [
  [64, 69, 74, 79, 84, 89],
  [64, 74, 84],
  [74, 84],
] as const
/** Ages at and below, at and above are told together; moved inward where fewer than k persons are beyond. */
export const AGE_CUTS = { bottom: [64, 69, 74], top: [90, 85] } as const

export const SEX = [['female'], ['male'], ['other']] as const

export const CARE_LEVEL = [
  ['independent', 'independent', '<=care_2'],
  ['support_1', 'support_1-2', '<=care_2'],
  ['support_2', 'support_1-2', '<=care_2'],
  ['care_1', 'care_1-2', '<=care_2'],
  ['care_2', 'care_1-2', '<=care_2'],
  ['care_3', 'care_3-5', '>=care_3'],
  ['care_4', 'care_3-5', '>=care_3'],
  ['care_5', 'care_3-5', '>=care_3'],
] as const

/** Whole days from admission to enrolment, below: half a year, one year, three years. */
export const STAY_BANDS = [
  { below: 183, label: '<6m' },
  { below: 366, label: '6-12m' },
  { below: 1_096, label: '1-3y' },
  { below: Number.POSITIVE_INFINITY, label: '>=3y' },
] as const

/** Chapters of ICD-10 brought down to what a facility records: a stroke is a disease of the circulation. */
export const DIAGNOSIS = [
  ['none', 'other'],
  ['dementia', 'neuro_cognitive'],
  ['stroke', 'cardio_vascular'],
  ['heart', 'cardio_vascular'],
  ['lung', 'other'],
  ['bone_joint', 'musculo_skeletal'],
  ['parkinson', 'neuro_cognitive'],
  ['diabetes', 'other'],
  ['cancer', 'other'],
  ['mental', 'neuro_cognitive'],
  ['other', 'other'],
] as const

/** ISO 3166-2 prefecture numbers of the eight regions. */
export const REGIONS = {
  hokkaido: [1, 1],
  tohoku: [2, 7],
  kanto: [8, 14],
  chubu: [15, 23],
  kinki: [24, 30],
  chugoku: [31, 35],
  shikoku: [36, 39],
  kyushu: [40, 47],
} as const
