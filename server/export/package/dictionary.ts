/** The data dictionary for programs: every metric in scope and every column, in the platform's three languages. */
import type { MetricInScope } from '../scope.ts'
import { LEFT_OUT_REASON, type Table, unitIn } from './tables.ts'

export function dictionaryOf(metrics: readonly MetricInScope[], tables: readonly Table[]) {
  return {
    metrics: metrics.map(metric => {
      const { definition, use } = metric
      return {
        name: metric.metric,
        kind: definition.kind,
        label: definition.label,
        device_types: metric.profiles,
        codes: definition.codes,
        use,
        ...(use === 'mean'
          ? {
              unit: { system: 'UCUM', code: unitIn(metric) },
              mean_decimals: metric.decimals,
              rounding: 'half away from zero',
            }
          : { reason: LEFT_OUT_REASON }),
        ...(definition.kind === 'number' ? { accepted: { min: definition.range[0], max: definition.range[1] } } : {}),
        ...(definition.kind === 'enum' ? { values: definition.values } : {}),
      }
    }),
    tables: tables.map(table => ({
      path: table.path,
      title: table.title,
      columns: table.columns.map(({ name, type, text }) => ({ name, type, definition: text })),
    })),
  }
}
