/** Dates of the calendar, as Japan, Korea and others write them. */

const YEAR = '(?:19|20)\\d{2}'
const ERAS = '(?:令和|平成|昭和|大正)\\s?(?:元|\\d{1,2})\\s?年'
const MONTHS = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?'

/** Tried on folded text. */
export const CALENDAR = new RegExp(
  [
    `(?<![\\p{L}\\d.])${YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\\d|3[01])(?!\\d)`,
    `(?<![\\p{L}\\d.])${YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?![\\p{L}\\d.])`,
    `${YEAR}\\s?年\\s?\\d{1,2}\\s?月`,
    `${YEAR}\\s?년\\s?\\d{1,2}\\s?월`,
    `${ERAS}\\s?\\d{1,2}\\s?月`,
    `(?<![\\p{L}\\d.])[rhs]\\d{1,2}[./]\\d{1,2}[./]\\d{1,2}(?![\\d.])`,
    `(?<![\\p{L}\\d])\\d{1,2}(?:st|nd|rd|th)?\\s${MONTHS},?\\s${YEAR}`,
    `(?<![\\p{L}])${MONTHS}\\s\\d{1,2}(?:st|nd|rd|th)?,?\\s${YEAR}`,
    `(?<!\\d)\\d{1,2}\\s?月\\s?\\d{1,2}\\s?日`,
    `(?<!\\d)\\d{1,2}\\s?월\\s?\\d{1,2}\\s?일`,
  ].join('|'),
  'iu',
)
