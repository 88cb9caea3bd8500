/** Encodes accepted rows as InfluxDB line protocol. */
import type { StoredRow } from '../../core/readings.ts'
import { MARK_TEXTS, marksToBits } from './storable.ts'

/**
 * Measurement `telemetry` or `event`; tags device, facility, profile (in that order, which the store likes best); time is the store key.
 * Fields: metrics (float64 or text), or `event` and its attributes as one JSON text; `seq` and `rx`; `boot` with `boot_rx` only where
 * the boot changed; `marks` only where there are any: every field costs the store a microsecond a row. `boot_rx` repeats `rx` so that
 * readers find where each boot began without reading all of `rx`.
 * Rows must have passed `assertStorable`. Made by hand because the client's `Point` takes three times as long.
 */
export function createLineEncoder(): (row: StoredRow) => string {
  const heads = new Map<string, string>()
  const headOf = (row: StoredRow): string => {
    const name = `${row.kind}/${row.facility}/${row.device}/${row.profile}`
    let head = heads.get(name)
    if (head === undefined) {
      head = `${row.kind},device=${row.device},facility=${row.facility},profile=${row.profile} `
      heads.set(name, head)
    }
    return head
  }
  return row => {
    let line = headOf(row)
    if (row.kind === 'event') {
      line += `event="${row.event}",attributes=${quoted(JSON.stringify(row.attributes))},`
    } else {
      for (const metric in row.values) {
        const value = row.values[metric]
        line += typeof value === 'number' ? `${metric}=${value},` : `${metric}=${quoted(value as string)},`
      }
    }
    line += `seq=${row.seq}i,rx=${row.rx}i`
    if (row.bootChanged) line += `,boot="${row.boot}",boot_rx=${row.rx}i`
    if (row.marks.length > 0) line += `,marks="${MARK_TEXTS[marksToBits(row.marks)]}"`
    return `${line} ${row.key}`
  }
}

const SPECIAL = /["\\]/g
const quoted = (text: string): string => `"${text.replace(SPECIAL, '\\$&')}"`
