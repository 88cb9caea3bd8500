/** The dictionary of a trial package, for programs and people: tables, columns, levels, event types and metrics in three languages. */

import { groupOfProfile } from '../../anonymize/event-types.ts'
import { PRODUCT_TABLES, TRIAL_TABLES } from '../../trial/layout.ts'
import { TRIAL_TEXTS } from './texts.ts'
import type { TrialPackage } from './write.ts'

type Parts = Pick<TrialPackage, 'input' | 'product' | 'built'>

export function trialDictionaryOf({ input, product, built }: Parts) {
  const { series, levels } = built
  const profiles = [...input.profiles].sort((a, b) => (a.id < b.id ? -1 : 1))
  const told = new Set(built.tables.events.map(({ event }) => event))
  return {
    tables: PRODUCT_TABLES[product].map(name => ({
      name,
      files: [`${name}.csv`, `${name}.parquet`],
      definition: TRIAL_TEXTS[name],
      columns: TRIAL_TABLES[name].map(column => ({
        name: column,
        definition: TRIAL_TEXTS[`${name}.${column}`],
        ...(name === 'subjects' && levels && column in levels ? { level: levels[column] } : {}),
      })),
    })),
    device_types: profiles.map(({ id, version, label }) => ({ id, version, label })),
    metrics: profiles.flatMap(profile =>
      Object.entries(profile.metrics).map(([metric, definition]) => {
        const of = series.metrics.find(told => told.profile === profile.id && told.metric === metric)
        return {
          device_type: profile.id,
          name: metric,
          kind: definition.kind,
          label: definition.label,
          codes: definition.codes,
          unit:
            definition.kind === 'number' ? { system: 'UCUM', code: definition.unit } : { system: 'UCUM', code: '1' },
          ...(of ? { use: 'told', bin_hours: of.binHours, grid: of.step } : { use: 'left_out' }),
        }
      }),
    ),
    events: profiles.flatMap(profile =>
      Object.entries(profile.events).map(([type, { label }]) => ({
        device_type: profile.id,
        type,
        label,
        group: groupOfProfile(profile.id),
        use: told.has(type) ? 'told' : told.has(groupOfProfile(profile.id)) ? 'told_as_group' : 'left_out',
      })),
    ),
  }
}
