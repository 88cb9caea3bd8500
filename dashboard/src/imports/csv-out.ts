/** Writes CSV as Excel in Japan and Korea opens it: UTF-8 with its mark, CRLF; and hands it to the browser as a file. */

const MARK = '\ufeff'
const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

export const csvOf = (rows: readonly (readonly string[])[]): string =>
  MARK + rows.map(cells => `${cells.map(quoted).join(',')}\r\n`).join('')

export function saveCsv(name: string, rows: readonly (readonly string[])[]): void {
  const url = URL.createObjectURL(new Blob([csvOf(rows)], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
