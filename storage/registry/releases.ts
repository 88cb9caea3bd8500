/** Repository of releases: what went out to a maker; only ever added to. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Registry, ReleaseRecord } from '../../core/registry.ts'
import { fromJson } from './records.ts'
import { lockResident } from './resident-rows.ts'
import type { RegistrySchema, ReleaseTable } from './schema.ts'

const filesSchema = z.array(z.object({ name: z.string(), bytes: z.int(), sha256: z.string() }))

const recordOf = (row: Selectable<ReleaseTable>): ReleaseRecord => ({
  id: row.id,
  request: row.request,
  maker: row.maker,
  product: row.product,
  createdMs: row.created_ms,
  manifestSha256: row.manifest_sha256,
  keyId: row.key_id,
  publicKey: row.public_key,
  published: row.published,
  suppressed: row.suppressed,
  files: fromJson(filesSchema, row.files),
})

export function createReleases(db: Kysely<RegistrySchema>): Registry['releases'] {
  return {
    create: ({ createdMs, manifestSha256, keyId, publicKey, files, ...same }, subjects = []) =>
      db.transaction().execute(async trx => {
        await requireConsents(trx, subjects)
        await trx
          .insertInto('releases')
          .values({
            ...same,
            created_ms: createdMs,
            manifest_sha256: manifestSha256,
            key_id: keyId,
            public_key: publicKey,
            files: JSON.stringify(files),
          })
          .execute()
        for (const resident of new Set(subjects))
          await trx.insertInto('release_subjects').values({ release: same.id, resident }).execute()
      }),
    async get(id) {
      const row = await db.selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    async ofRequest(request) {
      const row = await db.selectFrom('releases').selectAll().where('request', '=', request).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    async ofResident(resident) {
      const rows = await db
        .selectFrom('releases')
        .innerJoin('release_subjects', 'release_subjects.release', 'releases.id')
        .selectAll('releases')
        .where('release_subjects.resident', '=', resident)
        .orderBy('releases.created_ms')
        .orderBy('releases.id')
        .execute()
      return rows.map(recordOf)
    },
    async list({ makers, limit, after }) {
      if (makers?.length === 0) return []
      let query = db
        .selectFrom('releases')
        .selectAll()
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
      if (makers) query = query.where('maker', 'in', makers)
      return (await query.execute()).map(recordOf)
    },
  }
}

/** In order of ids, so that two releases of the same people wait for each other instead of standing in each other's way. */
async function requireConsents(trx: Transaction<RegistrySchema>, subjects: readonly string[]): Promise<void> {
  for (const resident of [...new Set(subjects)].toSorted()) {
    await lockResident(trx, resident)
    const consent = await trx
      .selectFrom('consents')
      .leftJoin('consent_withdrawals', 'consent_withdrawals.consent', 'consents.id')
      .select('consents.id')
      .where('consents.resident', '=', resident)
      .where('consents.purpose', '=', 'device_evaluation')
      .where('consent_withdrawals.consent', 'is', null)
      .executeTakeFirst()
    if (!consent)
      throw new AppError('consent_withdrawn', 'a resident withdrew while the dataset was made: it is made again', {
        retryable: true,
      })
  }
}
