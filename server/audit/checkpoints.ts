/** Signs where the audit trail stands: at the start, every hour, after many entries, and when somebody asks; never two that contradict each other. */
import { consistencyProof, isConsistent, rootOf } from '../../core/audit/merkle.ts'
import type { AuditTrail, KeptCheckpoint } from '../../core/audit/trail.ts'
import { AppError } from '../../core/errors.ts'
import { errorFields, type Log } from '../log.ts'
import { readCheckpoint } from './checkpoint.ts'
import { type Checkpoint, checkpointText, type NoteSigner, type NoteVerifier, parseVerifierKey } from './note.ts'
import { sha256 } from './walk.ts'

const HOUR_MS = 3_600_000
const LOOK_MS = 60_000
const MANY_ENTRIES = 1_000

export interface Checkpoints {
  origin: string
  verifierKey: string
  verifier: NoteVerifier
  /** The newest, signed now if entries have come since; null while there is no entry. Throws `audit_inconsistent`. */
  newest(): Promise<KeptCheckpoint | null>
  stop(): Promise<void>
}

export interface CheckpointsOptions {
  trail: AuditTrail
  signer: NoteSigner
  /** Where the newest one is kept beside the database, so that a database put back to an older state is noticed. */
  beside: { read(): Promise<string | null>; write(note: string): Promise<void> }
  clock: () => number
  log: Log
}

export const originOf = (log: string): string => `mimamori/audit/${log}`

export async function startCheckpoints({
  trail,
  signer,
  beside,
  clock,
  log,
}: CheckpointsOptions): Promise<Checkpoints> {
  const verifier = parseVerifierKey(signer.verifierKey)
  if (!verifier) throw new Error('the audit key cannot read itself')
  let turn: Promise<unknown> = Promise.resolve()
  let signedMs = 0
  let signedSize = 0

  /** Earlier checkpoints that the next one must go on from; of other logs there may be some beside a new database. */
  const earlier = async (): Promise<Checkpoint[]> => {
    const notes = [(await trail.checkpoints.newest())?.note ?? null, await beside.read()]
    return notes.flatMap(note => {
      const read = note === null ? null : readCheckpoint(note, verifier)
      return read && 'checkpoint' in read && read.checkpoint.origin === signer.name ? [read.checkpoint] : []
    })
  }

  const sign = async (): Promise<KeptCheckpoint | null> => {
    const { size } = await trail.head()
    const newest = await trail.checkpoints.newest()
    const before = await earlier()
    const isCurrent = newest?.size === size && before.every(one => one.size <= size)
    signedMs = clock()
    if (size === 0 && before.length === 0) return null
    if (!isCurrent) await requireContinuation(before, size)
    if (isCurrent) return newest
    const root = Buffer.from(await rootOf(sha256, size, trail.nodes))
    const note = signer.sign(checkpointText({ origin: signer.name, size, root }))
    const kept = { size, atMs: clock(), note }
    await trail.checkpoints.keep(kept)
    await beside.write(note)
    signedSize = size
    return kept
  }

  async function requireContinuation(before: readonly Checkpoint[], size: number): Promise<void> {
    for (const older of before) {
      const isOlder = older.size <= size
      const newer = isOlder ? { size, root: await rootOf(sha256, size, trail.nodes) } : null
      const proof = isOlder ? await consistencyProof(sha256, older.size, size, trail.nodes) : []
      if (!newer || !isConsistent(sha256, older, newer, proof))
        throw new AppError(
          'audit_inconsistent',
          'the audit trail does not go on from a checkpoint that was signed before',
        )
    }
  }

  /** One at a time, or two at once would sign the same size twice. */
  const newest = (): Promise<KeptCheckpoint | null> => {
    const signed = turn.then(sign)
    turn = signed.catch(() => undefined)
    return signed
  }
  const look = async (): Promise<void> => {
    const isDue = clock() - signedMs >= HOUR_MS || (await trail.head()).size - signedSize >= MANY_ENTRIES
    if (isDue) await newest()
  }
  const tell = (error: unknown): void => {
    if (error instanceof AppError && error.code === 'audit_inconsistent')
      log.error({}, 'the audit trail contradicts a checkpoint signed before: nothing more is signed, verify the trail')
    else log.error(errorFields(error), 'could not sign a checkpoint of the audit trail')
  }

  await newest().catch(tell)
  const timer = setInterval(() => void look().catch(tell), LOOK_MS)
  return {
    origin: signer.name,
    verifierKey: signer.verifierKey,
    verifier,
    newest,
    async stop() {
      clearInterval(timer)
      await newest().catch(tell)
    },
  }
}
