/** Repository of releases: what went out to a maker, and whose data were in it, each person's class sealed under that person's key. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Registry } from '../../core/registry.ts'
import type { ReleaseMember, ReleaseRecord, TrialRelease } from '../../core/registry-releases.ts'
import { fromJson } from './records.ts'
import { lockResident } from './resident-rows.ts'
import type { RegistrySchema, ReleaseTable } from './schema.ts'
import type { Vault } from './vault.ts'

const filesSchema = z.array(z.object({ name: z.string(), bytes: z.int(), sha256: z.string() }))
const counted = z.record(z.string(), z.int())
const factsSchema = z.object({
  levels: counted.nullable(),
  contentSha256: z.string(),
  rebuiltManifestSha256: z.string(),
  keyDestroyedMs: z.int().nullable(),
  classes: counted,
  groups: z.record(z.string(), counted),
})
const placeSchema = z.object({ class: z.string().nullable(), groups: z.record(z.string(), z.string()) })

/** Residents of one question: below the number of parameters that every database takes. */
const AT_ONCE = 500

export function createReleases(db: Kysely<RegistrySchema>, vault: Vault): Registry['releases'] {
  const ofResidents = async (residents: readonly string[]): Promise<ReleaseRecord[]> => {
    const found = new Map<string, ReleaseRecord>()
    for (let from = 0; from < residents.length; from += AT_ONCE) {
      const rows = await db
        .selectFrom('releases')
        .selectAll()
        .where('id', 'in', qb =>
          qb
            .selectFrom('release_subjects')
            .select('release')
            .where('resident', 'in', residents.slice(from, from + AT_ONCE)),
        )
        .execute()
      for (const row of rows) found.set(row.id, recordOf(row))
    }
    return [...found.values()].toSorted((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1))
  }

  return {
    create: (record, members = []) =>
      db.transaction().execute(async trx => {
        const purpose = record.trial === null ? 'device_evaluation' : 'trial_participation'
        await requireConsents(trx, purpose, members)
        await trx.insertInto('releases').values(rowOf(record)).execute()
        for (const { resident, class: inClass, groups } of members) {
          const told = inClass !== null || Object.keys(groups).length > 0
          const place = JSON.stringify({ class: inClass, groups })
          const sealed = told ? await vault.seal(trx, resident, placeIn(record.id), place) : null
          await trx.insertInto('release_subjects').values({ release: record.id, resident, sealed }).execute()
        }
      }),
    async get(id) {
      const row = await db.selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    async ofRequest(request) {
      const row = await db.selectFrom('releases').selectAll().where('request', '=', request).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    ofResidents,
    ofResident: resident => ofResidents([resident]),
    async ofTrial(trial) {
      const rows = await db
        .selectFrom('releases')
        .selectAll()
        .where('trial', '=', trial)
        .orderBy('created_ms')
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },
    async membersOf(release) {
      const rows = await db
        .selectFrom('release_subjects')
        .selectAll()
        .where('release', '=', release)
        .orderBy('resident')
        .execute()
      const closed = rows.flatMap(({ resident, sealed }) =>
        sealed === null ? [] : [{ resident, use: placeIn(release), sealed }],
      )
      const opened = await vault.open(db, closed)
      const places = new Map(closed.map(({ resident }, at) => [resident, opened[at] ?? null]))
      return rows.map(({ resident }): ReleaseMember => {
        const place = places.get(resident)
        return { resident, ...(place ? fromJson(placeSchema, place) : { class: null, groups: {} }) }
      })
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

const placeIn = (release: string): string => `release ${release}`

/** In order of ids, so that two releases of the same people wait for each other instead of standing in each other's way. */
async function requireConsents(
  trx: Transaction<RegistrySchema>,
  purpose: 'device_evaluation' | 'trial_participation',
  members: readonly ReleaseMember[],
): Promise<void> {
  for (const resident of members.map(member => member.resident).toSorted()) {
    await lockResident(trx, resident)
    const consent = await trx
      .selectFrom('consents')
      .leftJoin('consent_withdrawals', 'consent_withdrawals.consent', 'consents.id')
      .select('consents.id')
      .where('consents.resident', '=', resident)
      .where('consents.purpose', '=', purpose)
      .where('consent_withdrawals.consent', 'is', null)
      .executeTakeFirst()
    if (!consent)
      throw new AppError('consent_withdrawn', 'a resident withdrew while the dataset was made: it is made again', {
        retryable: true,
      })
  }
}

function rowOf({ createdMs, manifestSha256, keyId, publicKey, files, trial, ...same }: ReleaseRecord): ReleaseTable {
  return {
    ...same,
    created_ms: createdMs,
    manifest_sha256: manifestSha256,
    key_id: keyId,
    public_key: publicKey,
    files: JSON.stringify(files),
    trial: trial?.trial ?? null,
    trial_facts: trial && JSON.stringify(factsOf(trial)),
  }
}

const factsOf = ({ trial, ...facts }: TrialRelease): z.infer<typeof factsSchema> => facts

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
  trial:
    row.trial === null || row.trial_facts === null
      ? null
      : { trial: row.trial, ...fromJson(factsSchema, row.trial_facts) },
})
