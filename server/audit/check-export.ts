/** Checks an exported audit trail with nothing but the file, a key and checkpoints that were kept elsewhere. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { isSame } from '../../core/audit/merkle.ts'
import { type JudgedCheckpoint, judgeCheckpoint, readCheckpoint } from './checkpoint.ts'
import { checkpointOf } from './export.ts'
import type { NoteVerifier } from './note.ts'
import { createWalk, type Finding } from './walk.ts'

export interface ExportCheck {
  ok: boolean
  entries: number
  root: Buffer
  findings: Finding[]
  found: number
  /** Checkpoints in the export, and how many of them hold. */
  inside: { count: number; holding: number }
  outside: { name: string; judged: JudgedCheckpoint }[]
  /** Whether any genuine checkpoint covers entries of it. */
  isSigned: boolean
  /** The first entry that cannot be trusted. */
  firstBad: number | null
}

export async function checkExport(
  file: string,
  verifier: NoteVerifier,
  kept: readonly { name: string; note: string }[],
  progress: (entries: number) => void,
): Promise<ExportCheck> {
  const outside = kept.map(({ name, note }) => ({ name, read: readCheckpoint(note, verifier) }))
  const known = outside.flatMap(({ read }) => ('checkpoint' in read ? [read.checkpoint] : []))
  const walk = createWalk(known.map(({ size }) => size))
  /** The log is what the checkpoints from outside say; without any, what the first inside says. */
  let origin = known[0]?.origin ?? null
  const inside = { count: 0, holding: 0 }
  let covered = 0

  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    const note = checkpointOf(line)
    if (note === null) {
      walk.take(line)
      if (walk.size % 100_000 === 0) progress(walk.size)
      continue
    }
    inside.count += 1
    const read = readCheckpoint(note, verifier)
    const checkpoint = 'checkpoint' in read ? read.checkpoint : null
    origin ??= checkpoint?.origin ?? null
    const holds = checkpoint?.origin === origin && checkpoint.size === walk.size && isSame(checkpoint.root, walk.root())
    if (holds) {
      inside.holding += 1
      covered = walk.size
    } else if (checkpoint && checkpoint.size > walk.size) walk.found('number', walk.size)
    else walk.found('own_checkpoint', covered)
  }
  // Each export ends with a checkpoint of all its entries.
  if (walk.size > covered && inside.count === inside.holding) walk.found('end', covered)

  const judged = outside.map(({ name, read }) => ({ name, judged: judgeCheckpoint(read, origin, walk.rootAt) }))
  const holding = judged.flatMap(({ judged: { result, checkpoint } }) =>
    result === 'holds' ? [checkpoint?.size ?? 0] : [],
  )
  const { listed, count, firstBad } = walk.findings()
  return {
    ok: count === 0 && covered > 0 && holding.length === judged.length,
    entries: walk.size,
    root: Buffer.from(walk.root()),
    findings: listed,
    found: count,
    inside,
    outside: judged,
    isSigned: Math.max(covered, ...holding) > 0,
    firstBad: firstBad ?? firstDoubted(judged, walk.size),
  }
}

/**
 * Where all lines follow from each other but a checkpoint from outside does not fit: what comes after the last that fits is doubted;
 * where all fit but one has seen more, the first that is missing.
 */
function firstDoubted(outside: ExportCheck['outside'], entries: number): number | null {
  const sizes = (wanted: JudgedCheckpoint['result']): number[] =>
    outside.flatMap(({ judged: { result, checkpoint } }) => (result === wanted && checkpoint ? [checkpoint.size] : []))
  const differing = sizes('differs')
  if (differing.length === 0) return sizes('truncated').length > 0 ? entries : null
  return Math.max(0, ...sizes('holds').filter(size => size < Math.min(...differing)))
}
