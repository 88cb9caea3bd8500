/** What every store can hold alike: the check that a row passes before any store takes it. */
import { AppError } from '../../core/errors.ts'
import { type EventRow, MARKS, type Mark, type StoredRow, type StoredValue } from '../../core/readings.ts'

/** Names that the rows' own columns take; a metric must not have them. */
export const RESERVED_METRICS: readonly string[] = ['boot', 'boot_rx', 'marks', 'rx', 'seq']

const METRIC_NAME = /^[a-z][a-z0-9_]{0,47}$/
const NAME = /^[A-Za-z0-9._-]{1,64}$/
/** Empty text cannot be told from none in a CSV answer; control characters and half surrogate pairs do not survive every way. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const TEXT = /^[^\u0000-\u001f\u007f\p{Cs}]{1,1000}$/u

/** Throws AppError `store_refused` at the first row that could not be read back as it was given. Values are not named. */
export function assertStorable(rows: readonly StoredRow[]): void {
  for (const row of rows) {
    const fault = faultOf(row)
    if (fault) throw new AppError('store_refused', `Row at position ${row.position}: ${fault}`)
  }
}

export const areNames = (...texts: readonly string[]): boolean => texts.every(text => NAME.test(text))

function faultOf(row: StoredRow): string | null {
  if (!areNames(row.facility, row.device, row.profile)) return 'facility, device or profile is no name'
  if (!NAME.test(row.boot)) return 'boot is no name'
  if (!Number.isSafeInteger(row.seq) || !Number.isSafeInteger(row.rx)) return 'seq or rx is no integer'
  if (row.kind === 'event') return eventFault(row)
  let any = false
  for (const name in row.values) {
    if (!METRIC_NAME.test(name) || RESERVED_METRICS.includes(name)) return 'a metric name cannot be stored'
    if (!isStorableValue(row.values[name] as StoredValue)) return `${name} has a value that cannot be stored`
    any = true
  }
  return any ? null : 'no values'
}

/** Attributes are stored as JSON, which has room for any text but not for every number. */
function eventFault(row: EventRow): string | null {
  if (!METRIC_NAME.test(row.event)) return 'event is no name'
  const bad = Object.keys(row.attributes).find(
    name => typeof row.attributes[name] === 'number' && !Number.isFinite(row.attributes[name]),
  )
  return bad === undefined ? null : 'an attribute is no finite number'
}

const isStorableValue = (value: StoredValue): boolean =>
  typeof value === 'number' ? Number.isFinite(value) : TEXT.test(value)

/** Marks as a bit set, bit i for MARKS[i]. */
export const marksToBits = (marks: readonly Mark[]): number =>
  marks.reduce((bits, mark) => bits | (1 << MARKS.indexOf(mark)), 0)
const SETS: readonly (readonly Mark[])[] = Array.from({ length: 1 << MARKS.length }, (_, bits) =>
  MARKS.filter((_, i) => bits & (1 << i)),
)
/** The marks of a bit set, in the order of MARKS. */
export const marksFromBits = (bits: number): readonly Mark[] => SETS[bits] ?? []
/** Marks as text, in the order of MARKS, for example `late,partly_refused`; empty for none. Indexed by bit set. */
export const MARK_TEXTS: readonly string[] = SETS.map(set => set.join(','))
/** Marks from such a text. */
export const marksFromText = (text: string): readonly Mark[] => marksFromBits(MARK_TEXTS.indexOf(text))
