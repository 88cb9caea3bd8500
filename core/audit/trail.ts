/** The audit trail port: what is recorded, in which transaction, and how it is read again. */
import type { Json } from './canonical.ts'
import type { Actor, AuditEntry, AuditPurpose } from './entry.ts'
import type { ReadNodes } from './merkle.ts'

/** Who acts, held by the asynchronous context of a request or a job. */
export interface AuditContext {
  actor: Actor
  address: string | null
  purpose: AuditPurpose
  correlation: string | null
}

/** What is to be recorded; who, when and why come from the context. */
export interface AuditDraft {
  action: string
  result?: AuditEntry['result']
  subject: AuditEntry['subject']
  facility?: string | null
  resident?: string | null
  old?: Json
  new?: Json
  /** Values that say who a resident is: kept encrypted under that resident's key only. Needs `resident`. */
  personal?: { old?: Json; new?: Json }
  /** Where someone else than the context's actor did it: a sign-in. */
  actor?: Actor
}

/** Encrypts under a resident's own key, and cannot open any more once that key was destroyed. Acts within the transaction around it. */
export interface PersonalSeal {
  seal(resident: string, plaintext: string): Promise<string>
  /** Null: the key is gone, or the text was not sealed for this resident. */
  open(resident: string, sealed: string): Promise<string | null>
}

/** A row as it is kept: the line is what counts, the columns serve questions. */
export interface KeptEntry {
  seq: number
  line: string
  columns: AuditColumns
  /** Hash of its leaf as it was put into the tree, hex; null: it is gone. */
  leaf: string | null
}
export interface AuditColumns {
  at_ms: number
  actor: string
  role: string | null
  purpose: string
  action: string
  result: string
  subject_kind: string
  subject_id: string
  facility: string | null
  resident: string | null
}

export const columnsOf = (entry: AuditEntry): AuditColumns => ({
  at_ms: Date.parse(entry.at),
  actor: entry.actor.id,
  role: entry.actor.role,
  purpose: entry.purpose,
  action: entry.action,
  result: entry.result,
  subject_kind: entry.subject.kind,
  subject_id: entry.subject.id,
  facility: entry.facility,
  resident: entry.resident,
})

/** All that is given must hold; lists are alternatives. */
export interface AuditFilter {
  facilities?: readonly string[]
  actor?: string
  /** Whole actions, or all of a kind: `user.`. */
  actions?: readonly string[]
  result?: AuditEntry['result']
  subject?: { kind?: string; id?: string }
  /** Entries about this resident, and views of the whole of the facility that he or she lives in. */
  resident?: { id: string; facility: string }
  fromMs?: number
  toMs?: number
}

export interface KeptCheckpoint {
  size: number
  atMs: number
  /** The signed note. */
  note: string
}

export interface AuditTrail {
  /** Runs `work` with this context; entries recorded below carry it. */
  as<T>(context: AuditContext, work: () => Promise<T>): Promise<T>
  /** How many entries the context around has recorded; 0 outside any. */
  recordedHere(): number
  /** Appends in the transaction around, if there is one: both are committed or neither. Without a context the system acts. */
  record(drafts: readonly AuditDraft[]): Promise<void>
  /** Records a view once for each viewer, view, subject and 15 minutes. */
  recordView(draft: AuditDraft): Promise<void>
  /** Newest first. */
  page(filter: AuditFilter, cut: { limit: number; before?: number }): Promise<AuditEntry[]>
  /** The bytes of an entry, as they are kept. */
  entryLine(seq: number): Promise<string | null>
  /** Opens the personal values of an entry; null: there are none any more. */
  openPersonal(entry: AuditEntry): Promise<{ old: Json; new: Json } | null>
  /** All rows in order, in portions, from `from` up to what is there now. */
  rows(from: number): AsyncIterable<KeptEntry[]>
  head(): Promise<AuditHead>
  nodes: ReadNodes
  checkpoints: {
    newest(): Promise<KeptCheckpoint | null>
    /** Ascending. */
    all(): Promise<KeptCheckpoint[]>
    /** Keeps it; does nothing when one of this size is there. */
    keep(checkpoint: KeptCheckpoint): Promise<void>
  }
}
export interface AuditHead {
  /** 16 hex digits, drawn when the log was begun: tells this log from every other. */
  log: string
  size: number
  /** SHA-256 of the newest line, hex. */
  last: string
}
