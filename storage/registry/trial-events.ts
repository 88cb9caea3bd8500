/** Repository of adverse events and device deficiencies; words about a resident are sealed under the resident's own key. */
import type { Kysely } from 'kysely'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { TrialEventContent, TrialEventRecord } from '../../core/registry-trials.ts'
import { createEntries } from './entries.ts'
import { lockPresent } from './resident-rows.ts'
import type { RegistrySchema } from './schema.ts'
import type { TrialEventTable } from './schema-trials.ts'
import type { Vault } from './vault.ts'

const sealedFor = (id: string): string => `trial event ${id}`

export function createTrialEvents(db: Kysely<RegistrySchema>, vault: Vault): Registry['trialEvents'] {
  return createEntries<'trial_events', TrialEventContent, TrialEventRecord>(db, {
    table: 'trial_events',

    async columns(trx, id, { atMs, serious, description, ...same }) {
      const { resident } = same
      if (resident !== null) await lockPresent(trx, resident)
      const sealed =
        resident === null || description === null
          ? description
          : await vault.seal(trx, resident, sealedFor(id), description)
      return { ...same, at_ms: atMs, serious: serious ? 1 : 0, description: sealed }
    },

    async entries(rows) {
      const texts = rows.flatMap(({ id, version, resident, description }) =>
        resident === null || description === null
          ? []
          : [{ key: `${id} ${version}`, resident, use: sealedFor(id), sealed: description }],
      )
      const opened = await vault.open(db, texts)
      const words = new Map(texts.map(({ key }, at) => [key, opened[at] ?? null]))
      return rows.map(row =>
        recordOf(row, row.resident === null ? row.description : (words.get(`${row.id} ${row.version}`) ?? null)),
      )
    },
  })
}

const recordOf = (row: TrialEventTable, description: string | null): TrialEventRecord => ({
  id: row.id,
  version: row.version,
  trial: row.trial,
  facility: row.facility as FacilityId,
  kind: row.kind,
  resident: row.resident,
  device: row.device as DeviceId | null,
  atMs: row.at_ms,
  severity: row.severity,
  serious: row.serious === 1,
  relation: row.relation,
  outcome: row.outcome,
  description,
  correction: row.correction,
  recordedMs: row.recorded_ms,
  recordedBy: row.recorded_by,
})
