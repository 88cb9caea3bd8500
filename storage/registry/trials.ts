/** Repository of trials: design until it is locked, protocols with their hashes, enrolments. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { type FacilityId, profileIdSchema } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { TrialDesign, TrialProtocol, TrialRecord } from '../../core/registry-trials.ts'
import { createEnrolments, lockTrial } from './enrolments.ts'
import { fromJson, newId } from './records.ts'
import type { RegistrySchema } from './schema.ts'
import type { TrialProtocolTable, TrialTable } from './schema-trials.ts'

const typesSchema = z.array(profileIdSchema)

export function createTrials(db: Kysely<RegistrySchema>): Registry['trials'] {
  /** Changes a trial with nobody else at it. */
  const locked = (id: string, work: (trx: Transaction<RegistrySchema>, trial: TrialRecord) => Promise<void>) =>
    db.transaction().execute(async trx => {
      await lockTrial(trx, id)
      await work(trx, (await recordsOf(trx, [id]))[0] as TrialRecord)
      return (await recordsOf(trx, [id]))[0] as TrialRecord
    })

  return {
    ...createEnrolments(db),

    create: ({ maker, ...design }, { by, nowMs }) =>
      db.transaction().execute(async trx => {
        const id = newId()
        await trx
          .insertInto('trials')
          .values({ id, maker, ...columnsOf(design), version: 1, created_ms: nowMs, created_by: by })
          .execute()
        await setSites(trx, id, design.sites)
        return (await recordsOf(trx, [id]))[0] as TrialRecord
      }),

    get: async id => (await recordsOf(db, [id]))[0] ?? null,

    async list({ makers, facilities, limit, after }) {
      if (makers?.length === 0 || facilities?.length === 0) return []
      let query = db
        .selectFrom('trials')
        .select('id')
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
      if (makers) query = query.where('maker', 'in', makers)
      if (facilities)
        query = query.where('id', 'in', eb =>
          eb.selectFrom('trial_sites').select('trial').where('facility', 'in', facilities),
        )
      return recordsOf(
        db,
        (await query.execute()).map(({ id }) => id),
      )
    },

    change: (id, version, design) =>
      locked(id, async (trx, trial) => {
        if (trial.protocols.some(({ lockedMs }) => lockedMs !== null))
          throw new AppError('not_ready', 'the protocol is locked: the design no longer changes')
        if (trial.version !== version) throw new AppError('conflict', 'the trial was changed by someone else meanwhile')
        await trx
          .updateTable('trials')
          .set({ ...columnsOf(design), version: version + 1 })
          .where('id', '=', id)
          .execute()
        await trx.deleteFrom('trial_sites').where('trial', '=', id).execute()
        await setSites(trx, id, design.sites)
      }),

    addProtocol: (id, { version, sha256 }, { by, nowMs }) =>
      locked(id, async (trx, { protocols }) => {
        if (protocols.some(protocol => protocol.lockedMs === null))
          throw new AppError('conflict', 'lock the protocol that is there first')
        const row = { trial: id, version, ordinal: protocols.length + 1, sha256 }
        await trx
          .insertInto('trial_protocols')
          .values({ ...row, recorded_ms: nowMs, recorded_by: by, locked_ms: null, locked_by: null })
          .execute()
      }),

    lockProtocol: (id, version, { by, nowMs }) =>
      locked(id, async (trx, { protocols }) => {
        const newest = protocols.at(-1)
        if (newest?.version !== version)
          throw new AppError('not_ready', 'only the newest version of the protocol can be locked')
        if (newest.lockedMs !== null) throw new AppError('conflict', 'the protocol is locked already')
        await trx
          .updateTable('trial_protocols')
          .set({ locked_ms: nowMs, locked_by: by })
          .where('trial', '=', id)
          .where('version', '=', version)
          .execute()
      }),
  }
}

async function setSites(trx: Transaction<RegistrySchema>, trial: string, sites: readonly string[]): Promise<void> {
  for (const facility of new Set(sites)) await trx.insertInto('trial_sites').values({ trial, facility }).execute()
}

const columnsOf = (design: TrialDesign) => ({
  title: design.title,
  sponsor: design.sponsor,
  legal_route: design.legalRoute,
  device_types: JSON.stringify(design.deviceTypes),
  from_day: design.fromDay,
  to_day: design.toDay,
})

/** In order of ids. */
async function recordsOf(db: Kysely<RegistrySchema>, ids: readonly string[]): Promise<TrialRecord[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('trials').selectAll().where('id', 'in', ids).orderBy('id').execute()
  const sites = await db.selectFrom('trial_sites').selectAll().where('trial', 'in', ids).orderBy('facility').execute()
  const protocols = await db
    .selectFrom('trial_protocols')
    .selectAll()
    .where('trial', 'in', ids)
    .orderBy('ordinal')
    .execute()
  const counts = await db
    .selectFrom('trial_enrolments')
    .select(({ fn }) => ['trial', fn.countAll<number>().as('enrolled')])
    .where('trial', 'in', ids)
    .groupBy('trial')
    .execute()
  return rows.map(row => ({
    ...recordOf(row),
    sites: sites.filter(site => site.trial === row.id).map(site => site.facility as FacilityId),
    protocols: protocols.filter(protocol => protocol.trial === row.id).map(protocolOf),
    enrolled: Number(counts.find(count => count.trial === row.id)?.enrolled ?? 0),
  }))
}

const recordOf = (row: Selectable<TrialTable>): Omit<TrialRecord, 'sites' | 'protocols' | 'enrolled'> => ({
  id: row.id,
  maker: row.maker,
  title: row.title,
  sponsor: row.sponsor,
  legalRoute: row.legal_route,
  deviceTypes: fromJson(typesSchema, row.device_types),
  fromDay: row.from_day,
  toDay: row.to_day,
  version: row.version,
  createdMs: row.created_ms,
  createdBy: row.created_by,
})
const protocolOf = (row: Selectable<TrialProtocolTable>): TrialProtocol => ({
  version: row.version,
  sha256: row.sha256,
  recordedMs: row.recorded_ms,
  recordedBy: row.recorded_by,
  lockedMs: row.locked_ms,
  lockedBy: row.locked_by,
})
