/** Routes of the audit trail: questions, verification, checkpoints, proofs, the export. */
import { once } from 'node:events'
import type { AuditEntry } from '../../../core/audit/entry.ts'
import { consistencyProof, type Hash, inclusionProof } from '../../../core/audit/merkle.ts'
import type { AuditFilter, KeptCheckpoint } from '../../../core/audit/trail.ts'
import { AppError } from '../../../core/errors.ts'
import type { AuditEntryView } from '../../../core/rest/audit.ts'
import { parseRfc3339 } from '../../../core/time.ts'
import { readCheckpoint } from '../../audit/checkpoint.ts'
import { exportOf } from '../../audit/export.ts'
import { filterOf } from '../../audit/questions.ts'
import { verifyTrail } from '../../audit/verify.ts'
import { sha256 } from '../../audit/walk.ts'
import { type May, requireFacility } from '../../auth/authority.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

type Names =
  | 'audit'
  | 'auditVerify'
  | 'auditCheckpoint'
  | 'auditKey'
  | 'auditConsistency'
  | 'auditProof'
  | 'auditExport'

export function auditHandlers({ registry, checkpoints }: HandlerDeps): Pick<Handlers, Names> {
  const { audit: trail } = registry

  const signed = async (): Promise<KeptCheckpoint> => {
    try {
      return (await checkpoints.newest()) ?? refuse('not_ready', 'There is no entry yet.')
    } catch (error) {
      if (error instanceof AppError && error.code === 'audit_inconsistent')
        return refuse('not_ready', 'The trail contradicts a checkpoint that was signed before: have it verified.')
      throw error
    }
  }
  const viewOf = async (may: May, entry: AuditEntry): Promise<AuditEntryView> => {
    const { v, prev, sealed_old, sealed_new, ...shown } = entry
    if (sealed_old === undefined && sealed_new === undefined) return { ...shown, personal: null }
    const opened = await trail.openPersonal(entry)
    if (!opened) return { ...shown, personal: { state: 'erased', old: null, new: null } }
    // Who a resident is, is known in the own facility and nowhere else.
    const isOwn = entry.facility !== null && may.see('personal', { facility: entry.facility })
    return { ...shown, personal: isOwn ? { state: 'open', ...opened } : { state: 'sealed', old: null, new: null } }
  }

  return {
    async audit({ may, query }) {
      const filter = await filterAsked(may, query)
      const page = await pageOf(
        query,
        ({ limit, after }) =>
          trail.page(filter, { limit, ...(after === undefined ? {} : { before: numberOf(after) }) }),
        ({ seq }) => String(seq),
        entry => entry,
      )
      return { items: await Promise.all(page.items.map(entry => viewOf(may, entry))), next: page.next }
    },

    async auditVerify({ query, signal }) {
      const result = await verifyTrail(trail, checkpoints, { outside: query.checkpoint ?? null, signal })
      const { outside } = result
      return {
        ok: result.ok,
        origin: result.origin,
        key: checkpoints.verifierKey,
        size: result.size,
        root: base64(result.root),
        findings: result.findings,
        first_bad: result.firstBad,
        found: result.found,
        own_checkpoints: result.ownCheckpoints,
        checkpoint: outside && {
          result: outside.result,
          size: outside.checkpoint?.size ?? null,
          root: outside.checkpoint && base64(outside.checkpoint.root),
          consistency: outside.consistency.map(base64),
        },
      }
    },

    async auditCheckpoint({ response }) {
      const { note, size } = await signed()
      response.setHeader('Content-Type', 'text/plain; charset=utf-8')
      response.setHeader('Content-Disposition', `attachment; filename="mimamori-audit-${size}.checkpoint"`)
      response.end(note)
    },

    auditKey: async () => ({ origin: checkpoints.origin, key: checkpoints.verifierKey }),

    async auditConsistency({ query: { from, to } }) {
      const { size } = await trail.head()
      if (from > to || to > size) refuse('bad_request', `from, to: 0 ≤ from ≤ to ≤ ${size}, the entries there are.`)
      const proof = await consistencyProof(sha256, from, to, trail.nodes)
      return { from, to, proof: proof.map(base64) }
    },

    async auditProof({ params: { seq } }) {
      const { size, note } = await signed()
      const entry = seq < size ? await trail.entryLine(seq) : null
      if (entry === null) return refuse('not_found', `There is no entry ${seq}.`)
      const read = readCheckpoint(note, checkpoints.verifier)
      if ('fault' in read) throw new Error('our own checkpoint cannot be read')
      const proof = await inclusionProof(sha256, seq, size, trail.nodes)
      const lines = ['c2sp.org/tlog-proof@v1', `index ${seq}`, ...proof.map(base64), '']
      return { seq, line: entry, tlog_proof: `${lines.join('\n')}\n${note}` }
    },

    async auditExport({ response, viewed, signal }) {
      const checkpoint = await signed()
      await viewed()
      response.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8')
      response.setHeader('Content-Disposition', `attachment; filename="mimamori-audit-${checkpoint.size}.ndjson"`)
      for await (const portion of exportOf(trail, checkpoint)) {
        signal.throwIfAborted()
        if (!response.write(portion)) await once(response, 'drain', { signal })
      }
      response.end()
    },
  }

  async function filterAsked(may: May, query: Parameters<Handlers['audit']>[0]['query']): Promise<AuditFilter> {
    const { question, facility, resident, actor, action, subject_kind: kind, subject: id, result } = query
    if (question === 'resident' && resident === undefined) refuse('bad_request', 'resident: name the resident.')
    if (facility !== undefined) requireFacility(may, facility)
    const facilities = facility === undefined ? may.list().facilities : [facility]
    const fromMs = instant(query.from, 'from')
    const toMs = instant(query.to, 'to')
    return filterOf(question, {
      ...(facilities ? { facilities } : {}),
      ...(resident === undefined ? {} : { resident: { id: resident, facility: await homeOf(resident) } }),
      ...(actor === undefined ? {} : { actor }),
      ...(action === undefined ? {} : { actions: [action] }),
      ...(kind === undefined && id === undefined ? {} : { subject: { ...(kind && { kind }), ...(id && { id }) } }),
      ...(result === undefined ? {} : { result }),
      ...(fromMs === undefined ? {} : { fromMs }),
      ...(toMs === undefined ? {} : { toMs }),
    })
  }

  async function homeOf(resident: string): Promise<string> {
    return (await registry.residents.get(resident))?.facility ?? ''
  }
}

const base64 = (hash: Hash): string => Buffer.from(hash).toString('base64')

const numberOf = (after: string): number =>
  /^\d{1,15}$/.test(after) ? Number(after) : refuse('bad_request', 'after: give the next of the page before.')

function instant(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  return parseRfc3339(text) ?? refuse('bad_request', `${name}: no such time exists.`)
}
