/** Repository of answers that repeated writes are given again; what they say is sealed before it comes here. */
import type { Kysely, Selectable } from 'kysely'
import type { KeptAnswerRecord, Registry } from '../../core/registry.ts'
import type { KeptAnswerTable, RegistrySchema } from './schema.ts'

export function createKeptAnswers(db: Kysely<RegistrySchema>): Registry['keptAnswers'] {
  const get = async (id: string): Promise<KeptAnswerRecord | null> => {
    const row = await db.selectFrom('kept_answers').selectAll().where('id', '=', id).executeTakeFirst()
    return row ? recordOf(row) : null
  }
  return {
    get,
    async begin({ id, bodySha256, untilMs }, nowMs) {
      await db.deleteFrom('kept_answers').where('until_ms', '<=', nowMs).execute()
      for (;;) {
        const placed = await db
          .insertInto('kept_answers')
          .values({ id, body_sha256: bodySha256, answer: null, until_ms: untilMs })
          .onConflict(conflict => conflict.column('id').doNothing())
          .returning('id')
          .executeTakeFirst()
        if (placed) return null
        const known = await get(id)
        // Dropped in between: its place is free again.
        if (known) return known
      }
    },
    async finish(id, answer, untilMs) {
      await db.updateTable('kept_answers').set({ answer, until_ms: untilMs }).where('id', '=', id).execute()
    },
    async deleteExpired(nowMs) {
      await db.deleteFrom('kept_answers').where('until_ms', '<=', nowMs).execute()
    },
    async drop(id) {
      await db.deleteFrom('kept_answers').where('id', '=', id).execute()
    },
  }
}

const recordOf = (row: Selectable<KeptAnswerTable>): KeptAnswerRecord => ({
  id: row.id,
  bodySha256: row.body_sha256,
  answer: row.answer,
  untilMs: row.until_ms,
})
