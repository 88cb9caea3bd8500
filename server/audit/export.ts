/** The audit trail as a file: one entry a line, and each checkpoint that we signed as a line of its own after the last entry that it covers. */
import { z } from 'zod'
import type { AuditTrail, KeptCheckpoint } from '../../core/audit/trail.ts'

const checkpointLineSchema = z.strictObject({ checkpoint: z.string() })

/** @param newest ends the file; entries appended since are in the next one */
export async function* exportOf(
  trail: Pick<AuditTrail, 'rows' | 'checkpoints'>,
  newest: Pick<KeptCheckpoint, 'size' | 'note'>,
): AsyncGenerator<string> {
  const signed = (await trail.checkpoints.all()).filter(({ size }) => size < newest.size)
  signed.push({ ...newest, atMs: 0 })
  let next = signed.shift()
  for await (const rows of trail.rows(0)) {
    const lines: string[] = []
    for (const { seq, line } of rows) {
      for (; next && next.size <= seq; next = signed.shift()) lines.push(lineOf(next.note))
      if (!next) break
      lines.push(line)
    }
    if (lines.length > 0) yield `${lines.join('\n')}\n`
    if (!next) return
  }
  for (; next; next = signed.shift()) yield `${lineOf(next.note)}\n`
}

const lineOf = (note: string): string => JSON.stringify({ checkpoint: note })

/** The note of a checkpoint's line, or null: it is another line. */
export function checkpointOf(line: string): string | null {
  if (!line.startsWith('{"checkpoint":')) return null
  try {
    return checkpointLineSchema.safeParse(JSON.parse(line)).data?.checkpoint ?? null
  } catch {
    return null
  }
}
