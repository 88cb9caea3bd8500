/** Reads calendar days as they are written in Japan and elsewhere: 1938-04-02, 1938/4/2, 1938年4月2日, 昭和13年4月2日, S13.4.2. */

/** Eras with their first day; the year before the first full one counts as year 1 too. */
const ERAS: readonly { names: readonly string[]; from: string }[] = [
  { names: ['令和', '令', 'r'], from: '2019-05-01' },
  { names: ['平成', '平', 'h'], from: '1989-01-08' },
  { names: ['昭和', '昭', 's'], from: '1926-12-25' },
  { names: ['大正', '大', 't'], from: '1912-07-30' },
  { names: ['明治', '明', 'm'], from: '1868-01-25' },
]
const WESTERN = /^(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?$/
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/
const JAPANESE = /^([a-z]|[^\d\s]{1,2}?)\.?(\d{1,2}|元)[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/

/** @returns `1938-04-02`, or null when the text is no day that existed */
export function readDay(written: string): string | null {
  const text = written.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
  const western = WESTERN.exec(text) ?? COMPACT.exec(text)
  if (western) return dayOf(Number(western[1]), western[2], western[3])
  const japanese = JAPANESE.exec(text)
  const at = ERAS.findIndex(({ names }) => names.includes(japanese?.[1] ?? ''))
  const era = ERAS[at]
  if (!japanese || !era) return null
  const year = japanese[2] === '元' ? 1 : Number(japanese[2])
  const day = dayOf(Number(era.from.slice(0, 4)) + year - 1, japanese[3], japanese[4])
  const next = ERAS[at - 1]
  return day !== null && year > 0 && day >= era.from && (!next || day < next.from) ? day : null
}

function dayOf(year: number, month: string | undefined, date: string | undefined): string | null {
  const day = `${String(year).padStart(4, '0')}-${month?.padStart(2, '0')}-${date?.padStart(2, '0')}`
  const instant = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day) ? day : null
}
