/** The audit trail in the registry's database: who acts now, recording beside a change, and reading what was recorded. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { SelectQueryBuilder, Transaction } from 'kysely'
import { canonicalJson, type Json } from '../../../core/audit/canonical.ts'
import { type Actor, type AuditEntry, auditEntrySchema, entryOf } from '../../../core/audit/entry.ts'
import type { AuditContext, AuditDraft, AuditFilter, AuditTrail, PersonalSeal } from '../../../core/audit/trail.ts'
import { AppError } from '../../../core/errors.ts'
import type { Ambient } from '../ambient.ts'
import { createLongWork } from '../long-work.ts'
import type { RegistrySchema } from '../schema.ts'
import { appendEntries, readNodes, type Unnumbered } from './append.ts'

/** A view is recorded once in each of these. */
const WINDOW_MS = 15 * 60_000
/** Rows of one portion when the whole log is read: what is done with one must not hold up the live board. */
const PORTION = 500
/** Views known to be recorded, so that most of them ask no database. */
const MAX_KNOWN_VIEWS = 20_000

const SYSTEM: AuditContext = {
  actor: { kind: 'system', id: 'platform', role: null },
  address: null,
  purpose: 'technical',
  correlation: null,
}

export interface TrailDeps {
  ambient: Ambient<RegistrySchema>
  seal: PersonalSeal
  clock: () => number
}

export function createAuditTrail({ ambient, seal, clock }: TrailDeps): AuditTrail {
  const { db } = ambient
  const around = new AsyncLocalStorage<{ context: AuditContext; recorded: number }>()
  /** Drafts of each open transaction, appended together at its end. */
  const waiting = new WeakMap<Transaction<RegistrySchema>, Unnumbered[]>()
  const knownViews = new Map<string, number>()

  const record = async (drafts: readonly AuditDraft[]): Promise<void> => {
    if (drafts.length === 0) return
    const here = around.getStore()
    await ambient.transaction(async () => {
      const unnumbered: Unnumbered[] = []
      const step = createLongWork()
      for (const draft of drafts) {
        unnumbered.push(await unnumberedOf(draft, here?.context ?? SYSTEM, seal))
        await step()
      }
      ambient.beforeCommit(async trx => {
        const own = waiting.get(trx) ?? []
        own.push(...unnumbered)
        if (waiting.has(trx)) return
        waiting.set(trx, own)
        ambient.beforeCommit(() => appendEntries(trx, own, clock()))
      })
    })
    if (here) here.recorded += drafts.length
  }

  return {
    as: (context, work) => around.run({ context, recorded: 0 }, work),
    recordedHere: () => around.getStore()?.recorded ?? 0,
    record,

    async recordView(draft) {
      const context = around.getStore()?.context ?? SYSTEM
      const actor: Actor = draft.actor ?? context.actor
      const window = Math.floor(clock() / WINDOW_MS) * WINDOW_MS
      const { kind, id } = draft.subject
      // Somebody unknown is told from others by the address.
      const who = [actor.kind, actor.id, actor.kind === 'unknown' ? context.address : null]
      const about = [draft.action, draft.result ?? 'done', kind, id, draft.facility ?? null, draft.resident ?? null]
      const view = JSON.stringify([...who, ...about])
      if (knownViews.get(view) === window) return
      await ambient.transaction(async () => {
        const inserted = await db
          .insertInto('audit_views')
          .values({ view, window_ms: window })
          .onConflict(conflict => conflict.doNothing())
          .executeTakeFirst()
        if (!inserted.numInsertedOrUpdatedRows) return
        await db
          .deleteFrom('audit_views')
          .where('window_ms', '<', window - WINDOW_MS)
          .execute()
        await record([draft])
      })
      knownViews.delete(view)
      knownViews.set(view, window)
      for (const oldest of knownViews.keys()) {
        if (knownViews.size <= MAX_KNOWN_VIEWS) break
        knownViews.delete(oldest)
      }
    },

    async page(filter, { limit, before }) {
      let query = filtered(db.selectFrom('audit_entries').select('line'), filter).orderBy('seq', 'desc').limit(limit)
      if (before !== undefined) query = query.where('seq', '<', before)
      return (await query.execute()).map(({ line }) => readable(line))
    },
    async entryLine(seq) {
      const row = await db.selectFrom('audit_entries').select('line').where('seq', '=', seq).executeTakeFirst()
      return row?.line ?? null
    },
    async openPersonal({ resident, sealed_old: old, sealed_new: fresh }) {
      if (resident === null) return null
      const open = async (sealed: string | undefined): Promise<Json | undefined> => {
        if (sealed === undefined) return null
        const text = await seal.open(resident, sealed)
        return text === null ? undefined : (JSON.parse(text) as Json)
      }
      const [opened, openedNew] = [await open(old), await open(fresh)]
      return opened === undefined || openedNew === undefined ? null : { old: opened, new: openedNew }
    },

    async *rows(from) {
      for (let next = from; ; ) {
        const rows = await db
          .selectFrom('audit_entries')
          .leftJoin('audit_nodes', join => join.onRef('position', '=', 'seq').on('level', '=', 0))
          .selectAll('audit_entries')
          .select('hash as leaf')
          .where('seq', '>=', next)
          .orderBy('seq')
          .limit(PORTION)
          .execute()
        if (rows.length > 0) yield rows.map(({ seq, line, leaf, ...columns }) => ({ seq, line, columns, leaf }))
        const last = rows.at(-1)
        if (!last || rows.length < PORTION) return
        next = last.seq + 1
      }
    },
    async head() {
      const { log, size, last } = await db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow()
      return { log, size, last }
    },
    nodes: wanted => readNodes(db, wanted),

    checkpoints: {
      async newest() {
        const row = await db
          .selectFrom('audit_checkpoints')
          .selectAll()
          .orderBy('size', 'desc')
          .limit(1)
          .executeTakeFirst()
        return row ? { size: row.size, atMs: row.at_ms, note: row.note } : null
      },
      async all() {
        const rows = await db.selectFrom('audit_checkpoints').selectAll().orderBy('size').execute()
        return rows.map(row => ({ size: row.size, atMs: row.at_ms, note: row.note }))
      },
      async keep({ size, atMs, note }) {
        await db
          .insertInto('audit_checkpoints')
          .values({ size, at_ms: atMs, note })
          .onConflict(conflict => conflict.doNothing())
          .execute()
      },
    },
  }
}

async function unnumberedOf(draft: AuditDraft, context: AuditContext, seal: PersonalSeal): Promise<Unnumbered> {
  const { resident = null, personal } = draft
  const sealed = async (value: Json | undefined): Promise<string | undefined> => {
    if (value === undefined) return undefined
    if (resident === null) throw new Error('personal values in the audit trail belong to a resident')
    return seal.seal(resident, canonicalJson(value))
  }
  const [sealedOld, sealedNew] = [await sealed(personal?.old), await sealed(personal?.new)]
  return {
    actor: draft.actor ?? context.actor,
    address: context.address,
    purpose: context.purpose,
    action: draft.action,
    result: draft.result ?? 'done',
    subject: draft.subject,
    facility: draft.facility ?? null,
    resident,
    old: draft.old ?? null,
    new: draft.new ?? null,
    ...(sealedOld === undefined ? {} : { sealed_old: sealedOld }),
    ...(sealedNew === undefined ? {} : { sealed_new: sealedNew }),
    correlation: context.correlation,
  }
}

/** For showing: a line that was bent into something else is shown as far as it can be read, or not at all. */
function readable(line: string): AuditEntry {
  const read = entryOf(line)
  if ('entry' in read) return read.entry
  const parsed = read.fault === 'not_json' ? null : auditEntrySchema.safeParse(JSON.parse(line))
  if (parsed?.success) return parsed.data
  throw new AppError('audit_unreadable', 'an entry of the audit trail cannot be read: verify the trail')
}

type Lines = SelectQueryBuilder<RegistrySchema, 'audit_entries', { line: string }>

function filtered(all: Lines, filter: AuditFilter): Lines {
  const { facilities, actor, actions, result, subject, resident, fromMs, toMs } = filter
  let query = all
  if (facilities) query = query.where('facility', 'in', facilities.length > 0 ? [...facilities] : [''])
  if (actor !== undefined) query = query.where('actor', '=', actor)
  if (result !== undefined) query = query.where('result', '=', result)
  if (subject?.kind !== undefined) query = query.where('subject_kind', '=', subject.kind)
  if (subject?.id !== undefined) query = query.where('subject_id', '=', subject.id)
  if (fromMs !== undefined) query = query.where('at_ms', '>=', fromMs)
  if (toMs !== undefined) query = query.where('at_ms', '<', toMs)
  if (actions)
    query = query.where(eb =>
      eb.or(
        actions.map(action =>
          action.endsWith('.')
            ? eb.and([eb('action', '>=', action), eb('action', '<', `${action.slice(0, -1)}/`)])
            : eb('action', '=', action),
        ),
      ),
    )
  if (resident)
    query = query.where(eb =>
      eb.or([
        eb('resident', '=', resident.id),
        eb.and([
          eb('subject_kind', '=', 'facility'),
          eb('subject_id', '=', resident.facility),
          eb('action', '>=', 'view.'),
          eb('action', '<', 'view/'),
        ]),
      ]),
    )
  return query
}
