/** Reads CSV as strictly as it is written: LF, no blank lines, quotes only around whole cells. */

/** @returns rows of cells, header first; null when the text breaks the form or a row has another width than the header */
export function parseCsv(text: string): string[][] | null {
  const rows: string[][] = []
  let at = 0
  while (at < text.length) {
    const row: string[] = []
    for (;;) {
      const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at)
      if (!cell) return null
      row.push(cell.value)
      at = cell.end
      const separator = text[at++]
      if (separator === '\n') break
      if (separator !== ',') return null
    }
    if (row.length !== (rows[0] ?? row).length) return null
    rows.push(row)
  }
  return rows.length > 0 ? rows : null
}

interface Cell {
  value: string
  /** Index behind the cell. */
  end: number
}

function plainCell(text: string, at: number): Cell | null {
  let end = at
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') {
    if (text[end] === '"' || text[end] === '\r') return null
    end++
  }
  return { value: text.slice(at, end), end }
}

function quotedCell(text: string, at: number): Cell | null {
  let value = ''
  let from = at + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) return null
    value += text.slice(from, quote)
    if (text[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    from = quote + 2
  }
}
