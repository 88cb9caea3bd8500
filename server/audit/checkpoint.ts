/** Judges a checkpoint against what an audit trail is now. */
import { type Hash, isSame } from '../../core/audit/merkle.ts'
import { type Checkpoint, type NoteVerifier, openNote, parseCheckpoint } from './note.ts'

export const CHECKPOINT_RESULTS = [
  'holds',
  /** No signed note of a checkpoint. */
  'malformed',
  /** Signed by nobody we know. */
  'other_key',
  /** The signature does not fit the text. */
  'bad_signature',
  /** Of another log than this one. */
  'other_log',
  /** It saw more entries than there are: the end was cut off. */
  'truncated',
  /** The entries that it saw are not the ones that are there. */
  'differs',
] as const
export type CheckpointResult = (typeof CHECKPOINT_RESULTS)[number]

export interface JudgedCheckpoint {
  result: CheckpointResult
  checkpoint: Checkpoint | null
}

export type ReadCheckpoint = { checkpoint: Checkpoint } | { fault: 'malformed' | 'other_key' | 'bad_signature' }

/** Opens a note that people may have pasted: line ends and outer blank lines are forgiven, nothing else. */
export function readCheckpoint(pasted: string, verifier: NoteVerifier): ReadCheckpoint {
  const note = `${pasted.replace(/\r\n?/g, '\n').trim()}\n`
  const opened = openNote(note, verifier)
  if ('fault' in opened) return { fault: opened.fault === 'signature' ? 'bad_signature' : opened.fault }
  const checkpoint = parseCheckpoint(opened.text)
  return checkpoint ? { checkpoint } : { fault: 'malformed' }
}

/** @param rootAt the root of the first so many entries; null: there are not so many */
export function judgeCheckpoint(
  read: ReadCheckpoint,
  origin: string | null,
  rootAt: (size: number) => Hash | null,
): JudgedCheckpoint {
  if ('fault' in read) return { result: read.fault, checkpoint: null }
  const { checkpoint } = read
  const judged = (result: CheckpointResult): JudgedCheckpoint => ({ result, checkpoint })
  if (origin !== null && checkpoint.origin !== origin) return judged('other_log')
  const root = rootAt(checkpoint.size)
  if (root === null) return judged('truncated')
  return judged(isSame(root, checkpoint.root) ? 'holds' : 'differs')
}
