/** The closed hours of the ledger on disk: one file for each hour, one compact line for each device. Kept for five years. */
import { HOUR_MS } from '../../core/ledger.ts'
import { errorFields, type Log } from '../log.ts'
import type { SpoolFiles } from '../spool/files.ts'
import { readWhole, replaceFile } from '../whole-file.ts'
import { type Counts, decodeCounts, encodeCounts, noCounts } from './counts.ts'
import { getOrMake } from './get-or-make.ts'

/** What the store was found to hold. */
export interface Recounted {
  found: number
  atMs: number
  /** True when that was not what it should have held then. */
  bad: boolean
}
export interface ClosedRow {
  counts: Counts
  /** Rows stored and refused by the store, as counted when the store had come to `settled`. */
  stored: number
  deadLettered: number
  recounted: Recounted | null
  /** Of the stored rows, those that were removed on purpose. */
  removed: number
}
/** By facility, then device. */
export type ClosedRows = Map<string, Map<string, ClosedRow>>
export interface ClosedHour {
  hour: number
  /** Every entry of this hour below this position is counted. */
  to: number
  /** Where the store's cursor was when `stored` was taken over; 0: not yet. */
  settled: number
  rows: ClosedRows
}

export const emptyRow = (): ClosedRow => ({
  counts: noCounts(),
  stored: 0,
  deadLettered: 0,
  recounted: null,
  removed: 0,
})

export const putRow = (rows: ClosedRows, facility: string, device: string, row: ClosedRow): void =>
  void getOrMake(rows, facility, () => new Map<string, ClosedRow>()).set(device, row)

export interface HourFiles {
  /** Reads the folder's names; nothing else may be called before it returns. */
  start(): Promise<void>
  /** Hours that have a file, oldest first. */
  hours(): readonly number[]
  has(hour: number): boolean
  /** Null when there is no file, or one that is damaged. */
  read(hour: number): Promise<ClosedHour | null>
  /** Replaces the hour's file; when it returns, that survives a power cut. */
  write(hour: ClosedHour): Promise<void>
  /** Removes what is older than five years. */
  tidy(nowMs: number): Promise<void>
}

const KEPT_MS = 5 * 366 * 86_400_000
const NAME = /^(\d{4}-\d{2}-\d{2}T\d{2})\.ledger$/
const nameOf = (hour: number): string => `${new Date(hour).toISOString().slice(0, 13)}.ledger`

type Line = [
  facility: string,
  device: string,
  counts: number[],
  stored: number,
  deadLettered: number,
  ...recounted: [found: number, atMs: number, bad: 0 | 1, removed?: number] | [null, null, null, removed: number] | [],
]

export function createHourFiles({ files, log }: { files: SpoolFiles; log: Log }): HourFiles {
  let hours: number[] = []

  return {
    async start() {
      hours = (await files.list())
        .flatMap(name => NAME.exec(name)?.[1] ?? [])
        .map(text => Date.parse(`${text}:00:00Z`))
        .sort((a, b) => a - b)
    },
    hours: () => hours,
    has: hour => hours.includes(hour),
    async read(hour) {
      if (!hours.includes(hour)) return null
      const body = await readWhole(files, nameOf(hour))
      if (body !== null) return decode(body)
      log.error({ hour }, 'an hour of the message ledger is damaged: it is counted as empty')
      return null
    },
    async write(closed) {
      await replaceFile(files, nameOf(closed.hour), encode(closed))
      if (!hours.includes(closed.hour)) hours = [...hours, closed.hour].sort((a, b) => a - b)
    },
    async tidy(nowMs) {
      while (hours[0] !== undefined && hours[0] + HOUR_MS < nowMs - KEPT_MS) {
        const [oldest, ...others] = hours
        hours = others
        await files
          .remove(nameOf(oldest))
          .catch(error => log.warn(errorFields(error), 'an old hour of the ledger could not be removed'))
      }
    },
  }
}

function encode({ hour, to, settled, rows }: ClosedHour): string {
  const lines = [JSON.stringify({ v: 1, hour, to, settled })]
  for (const [facility, devices] of rows)
    for (const [device, row] of devices) {
      const { counts, stored, deadLettered } = row
      const line: Line = [facility, device, encodeCounts(counts), stored, deadLettered, ...endOf(row)]
      lines.push(JSON.stringify(line))
    }
  return lines.join('\n')
}

/** Most rows end early: nothing was removed of them. */
function endOf({ recounted, removed }: ClosedRow): [number, number, 0 | 1, number?] | [null, null, null, number] | [] {
  if (!recounted) return removed > 0 ? [null, null, null, removed] : []
  const found: [number, number, 0 | 1] = [recounted.found, recounted.atMs, recounted.bad ? 1 : 0]
  return removed > 0 ? [...found, removed] : found
}

function decode(body: string): ClosedHour {
  const [head = '', ...lines] = body.split('\n')
  const { hour, to, settled } = JSON.parse(head) as Omit<ClosedHour, 'rows'>
  const rows: ClosedRows = new Map()
  for (const line of lines) {
    const [facility, device, counts, stored, deadLettered, found, atMs, bad, removed = 0] = JSON.parse(line) as Line
    const recounted = typeof found === 'number' ? { found, atMs: atMs as number, bad: bad === 1 } : null
    putRow(rows, facility, device, { counts: decodeCounts(counts), stored, deadLettered, recounted, removed })
  }
  return { hour, to, settled, rows }
}
