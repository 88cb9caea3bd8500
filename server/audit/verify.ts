/** Verifies the audit trail where it is kept: every line, the chain, the tree, what we signed, and a checkpoint that somebody kept elsewhere. */
import { consistencyProof, type Hash, isConsistent, isSame, rootOf } from '../../core/audit/merkle.ts'
import type { AuditTrail } from '../../core/audit/trail.ts'
import { type JudgedCheckpoint, judgeCheckpoint, readCheckpoint } from './checkpoint.ts'
import type { Checkpoints } from './checkpoints.ts'
import { createWalk, type Finding, sha256 } from './walk.ts'

export interface Verification {
  /** Whether nothing was found and the checkpoint given, if any, holds. */
  ok: boolean
  origin: string
  size: number
  root: Hash
  findings: Finding[]
  /** The first entry that cannot be trusted; null: none, or it cannot be told. */
  firstBad: number | null
  /** All of them, also those not listed. */
  found: number
  /** How many of our own checkpoints were compared. */
  ownCheckpoints: number
  outside: (JudgedCheckpoint & { consistency: Hash[] }) | null
}

/** Throws the signal's reason when it aborts. */
export async function verifyTrail(
  trail: AuditTrail,
  checkpoints: Pick<Checkpoints, 'origin' | 'verifier'>,
  { outside = null, signal }: { outside?: string | null; signal?: AbortSignal } = {},
): Promise<Verification> {
  const { origin, verifier } = checkpoints
  // Before the head, which only grows: none of them may have seen more than it says.
  const kept = (await trail.checkpoints.all()).map(({ size, note }) => ({ size, read: readCheckpoint(note, verifier) }))
  const head = await trail.head()
  const given = outside === null ? null : readCheckpoint(outside, verifier)
  const sizes = [...kept.map(({ size }) => size), head.size]
  if (given && 'checkpoint' in given) sizes.push(given.checkpoint.size)

  const walk = createWalk(sizes)
  let lastAtHead = walk.last
  let beyond = 0
  for await (const rows of trail.rows(0)) {
    signal?.throwIfAborted()
    for (const { line, ...beside } of rows) {
      // What was appended since the head was read is verified next time.
      if (beside.seq >= head.size) beyond = Math.max(beyond, beside.seq + 1)
      else walk.take(line, beside)
    }
    lastAtHead = walk.last
  }
  if (walk.size !== head.size || (head.size > 0 && lastAtHead !== head.last))
    walk.found('end', walk.size < head.size ? walk.size : Math.max(0, head.size - 1))
  if (beyond > (await trail.head()).size) walk.found('end', head.size)
  const keptRoot = await rootOf(sha256, head.size, trail.nodes).catch(() => null)
  if (!keptRoot || !isSame(keptRoot, walk.root())) walk.found('tree', null)
  let trusted = 0
  for (const { size, read } of kept) {
    const { result, checkpoint } = judgeCheckpoint(read, origin, walk.rootAt)
    if (result === 'holds' && checkpoint?.size === size) trusted = Math.max(trusted, size)
    else walk.found('own_checkpoint', trusted)
  }

  const judged = given && judgeCheckpoint(given, origin, walk.rootAt)
  const consistency = judged?.result === 'holds' ? await proofFor(judged, head.size, walk.root(), trail) : []
  const isShown = judged?.result !== 'holds' || consistency !== null
  const { listed, count, firstBad } = walk.findings()
  return {
    ok: count === 0 && (judged === null || (judged.result === 'holds' && isShown)),
    origin,
    size: walk.size,
    root: walk.root(),
    findings: listed,
    firstBad,
    found: count,
    ownCheckpoints: kept.length,
    outside: judged && { ...(isShown ? judged : { ...judged, result: 'differs' }), consistency: consistency ?? [] },
  }
}

/** The proof that its holder can check without seeing an entry; null: the tree that is kept gives none. */
async function proofFor(
  { checkpoint }: JudgedCheckpoint,
  size: number,
  root: Hash,
  trail: Pick<AuditTrail, 'nodes'>,
): Promise<Hash[] | null> {
  if (!checkpoint) return null
  const proof = await consistencyProof(sha256, checkpoint.size, size, trail.nodes).catch(() => null)
  return proof && isConsistent(sha256, checkpoint, { size, root }, proof) ? proof : null
}
