/** Repository of retention: the rule of each facility, whose turn the day's work is, and the runs that ended. */
import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { RetentionRule, RetentionRun } from '../../core/registry-retention.ts'
import { fromJson, newId } from './records.ts'
import type { RegistrySchema } from './schema.ts'
import type { RetentionRuleTable, RetentionRunTable } from './schema-retention.ts'

export function createRetention(db: Kysely<RegistrySchema>): Registry['retention'] {
  return {
    async rule(facility) {
      const row = await db.selectFrom('retention_rules').selectAll().where('facility', '=', facility).executeTakeFirst()
      return row ? ruleOf(row) : null
    },
    async rules() {
      return (await db.selectFrom('retention_rules').selectAll().orderBy('facility').execute()).map(ruleOf)
    },
    async set(facility, days, day, { by, nowMs }) {
      const change = { days, changed_ms: nowMs, changed_by: by, claimed_day: day }
      const row = await db
        .insertInto('retention_rules')
        .values({ facility, ...change })
        .onConflict(conflict => conflict.column('facility').doUpdateSet(change))
        .returningAll()
        .executeTakeFirstOrThrow()
      return ruleOf(row)
    },
    async claim(facility, day) {
      const taken = await db
        .updateTable('retention_rules')
        .set({ claimed_day: day })
        .where('facility', '=', facility)
        .where('claimed_day', '<', day)
        .returning('facility')
        .executeTakeFirst()
      return taken !== undefined
    },
    async ended(run) {
      const made = { id: newId(), ...run }
      await db
        .insertInto('retention_runs')
        .values({
          id: made.id,
          facility: made.facility,
          before_ms: made.beforeMs,
          days: made.days,
          started_ms: made.startedMs,
          ended_ms: made.endedMs,
          outcome: made.outcome,
          failure: made.failure,
          messages: made.messages,
          kept: JSON.stringify(made.kept),
          started_by: made.startedBy,
        })
        .execute()
      return made
    },
    async runs(facility, limit) {
      const rows = await db
        .selectFrom('retention_runs')
        .selectAll()
        .where('facility', '=', facility)
        .orderBy('ended_ms', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(runOf)
    },
  }
}

const keptSchema = z.array(
  z.object({
    reason: z.enum(['dataset_request', 'trial', 'ledger']),
    id: z.string().nullable(),
    devices: z.int(),
    fromMs: z.int(),
    toMs: z.int(),
  }),
)
const ruleOf = (row: Selectable<RetentionRuleTable>): RetentionRule => ({
  facility: row.facility as FacilityId,
  days: row.days,
  changedMs: row.changed_ms,
  changedBy: row.changed_by,
})
const runOf = (row: Selectable<RetentionRunTable>): RetentionRun => ({
  id: row.id,
  facility: row.facility as FacilityId,
  beforeMs: row.before_ms,
  days: row.days,
  startedMs: row.started_ms,
  endedMs: row.ended_ms,
  outcome: row.outcome,
  failure: row.failure,
  messages: row.messages,
  kept: fromJson(keptSchema, row.kept),
  startedBy: row.started_by,
})
