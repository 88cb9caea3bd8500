/** Repository of reference measurements, each paired to a device and a time. */
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { ReferenceContent, ReferenceRecord } from '../../core/registry-trials.ts'
import { createEntries } from './entries.ts'
import { fromJson } from './records.ts'
import type { RegistrySchema } from './schema.ts'

const valueSchema = z.union([z.number(), z.string()])

export function createReferences(db: Kysely<RegistrySchema>): Registry['references'] {
  return createEntries<'reference_measurements', ReferenceContent, ReferenceRecord>(db, {
    table: 'reference_measurements',
    columns: async (_trx, _id, { atMs, value, ...same }) => ({ ...same, at_ms: atMs, value: JSON.stringify(value) }),
    entries: async rows =>
      rows.map(({ facility, device, at_ms, value, recorded_ms, recorded_by, ...same }) => ({
        ...same,
        facility: facility as FacilityId,
        device: device as DeviceId,
        atMs: at_ms,
        value: fromJson(valueSchema, value),
        recordedMs: recorded_ms,
        recordedBy: recorded_by,
      })),
  })
}
