/** Writes CSV: UTF-8, LF, a header, quotes only where needed. */

export type CsvValue = string | number | null

export function csvOf(header: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return [header, ...rows].map(row => `${row.map(cell).join(',')}\n`).join('')
}

function cell(value: CsvValue): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
