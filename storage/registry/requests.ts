/** Repository of dataset requests; every change names the version that it read. */
import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { DatasetRequestRecord, Registry } from '../../core/registry.ts'
import { type DatasetScope, datasetScopeSchema } from '../../core/rest/datasets.ts'
import { fromJson, newId } from './records.ts'
import type { DatasetRequestTable, RegistrySchema } from './schema.ts'

const reviewsSchema = z.array(
  z.object({
    by: z.string(),
    decision: z.enum(['approve', 'return', 'reject']),
    reason: z.string().nullable(),
    atMs: z.int(),
  }),
)

const recordOf = (row: Selectable<DatasetRequestTable>): DatasetRequestRecord => ({
  id: row.id,
  maker: row.maker,
  createdBy: row.created_by,
  createdMs: row.created_ms,
  purpose: row.purpose,
  product: row.product,
  scope: fromJson(datasetScopeSchema, row.scope),
  state: row.state,
  failure: row.failure,
  version: row.version,
  reviews: fromJson(reviewsSchema, row.reviews),
})

export function createRequests(db: Kysely<RegistrySchema>): Registry['requests'] {
  return {
    async create({ maker, createdBy, createdMs, purpose, product, scope }) {
      const row: Selectable<DatasetRequestTable> = {
        id: newId(),
        maker,
        created_by: createdBy,
        created_ms: createdMs,
        purpose,
        product,
        facility: await facilityOf(db, scope),
        scope: JSON.stringify(scope),
        state: 'draft',
        failure: null,
        version: 1,
        reviews: '[]',
      }
      await db.insertInto('dataset_requests').values(row).execute()
      return recordOf(row)
    },

    async get(id) {
      const row = await db.selectFrom('dataset_requests').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },

    async list({ makers, limit, after }) {
      if (makers?.length === 0) return []
      let query = db
        .selectFrom('dataset_requests')
        .selectAll()
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
      if (makers) query = query.where('maker', 'in', makers)
      return (await query.execute()).map(recordOf)
    },

    async inState(state) {
      const rows = await db
        .selectFrom('dataset_requests')
        .selectAll()
        .where('state', '=', state)
        .orderBy('created_ms')
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },

    async change(id, version, { purpose, product, scope, state, failure, reviews }) {
      const row = await db
        .updateTable('dataset_requests')
        .set({
          version: version + 1,
          ...(purpose !== undefined && { purpose }),
          ...(product !== undefined && { product }),
          ...(scope !== undefined && { scope: JSON.stringify(scope), facility: await facilityOf(db, scope) }),
          ...(state !== undefined && { state }),
          ...(failure !== undefined && { failure }),
          ...(reviews !== undefined && { reviews: JSON.stringify(reviews) }),
        })
        .where('id', '=', id)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst()
      if (row) return recordOf(row)
      const exists = await db.selectFrom('dataset_requests').select('id').where('id', '=', id).executeTakeFirst()
      throw exists
        ? new AppError('conflict', 'the request was changed by someone else meanwhile')
        : new AppError('not_found', 'there is no such request')
    },
  }
}

/** A facility of the request, held to exist: of a trial, its first site. Throws `not_found`. */
async function facilityOf(db: Kysely<RegistrySchema>, scope: DatasetScope): Promise<string> {
  if (!('trial' in scope)) return scope.facility
  const site = await db
    .selectFrom('trial_sites')
    .select('facility')
    .where('trial', '=', scope.trial)
    .orderBy('facility')
    .executeTakeFirst()
  if (!site) throw new AppError('not_found', 'there is no such trial')
  return site.facility
}
