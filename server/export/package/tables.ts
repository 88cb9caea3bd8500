/** The tables of a P0 package: their columns and meaning (Table Schema), and their rows. */
import type { Text } from '../../../core/profile.ts'
import type { P0Tables } from '../anonymize/p0.ts'
import type { P0Policy } from '../policy.ts'
import type { MetricInScope } from '../scope.ts'
import { COLUMN_TEXTS } from './column-texts.ts'
import { type CsvValue, csvOf } from './csv.ts'

export interface Column {
  name: string
  type: 'string' | 'integer' | 'number'
  text: Text
  constraints?: { required?: boolean; minimum?: number; maximum?: number; enum?: string[] }
}
export interface Table {
  path: string
  name: string
  title: Text
  columns: Column[]
  primaryKey: string[]
  rows: CsvValue[][]
}

/** UCUM; the share of true in a boolean has the unit 1. */
export const unitIn = ({ definition }: MetricInScope): string => (definition.kind === 'number' ? definition.unit : '1')

const required = { required: true }

export function tablesOf(tables: P0Tables, policy: P0Policy): Table[] {
  const counted = tables.metrics.filter(metric => metric.use === 'mean')
  const unitOf = new Map(counted.map(metric => [metric.metric, unitIn(metric)]))
  const metric: Column = {
    name: 'metric',
    type: 'string',
    text: COLUMN_TEXTS.metric,
    constraints: { ...required, enum: counted.map(({ metric }) => metric) },
  }
  const hour: Column = {
    name: 'hour',
    type: 'integer',
    text: COLUMN_TEXTS.hour,
    constraints: { ...required, minimum: 0, maximum: 23 },
  }
  return [
    {
      path: 'p0-hourly.csv',
      name: 'p0-hourly',
      title: COLUMN_TEXTS.hourlyTable,
      primaryKey: ['metric', 'hour'],
      columns: [
        metric,
        { name: 'unit', type: 'string', text: COLUMN_TEXTS.unit, constraints: required },
        hour,
        count('n_readings', COLUMN_TEXTS.readings, policy.minResidents),
        count('n_residents', COLUMN_TEXTS.residents, policy.minResidents),
        { name: 'mean', type: 'number', text: COLUMN_TEXTS.mean, constraints: required },
      ],
      rows: tables.published.map(c => [
        c.metric,
        unitOf.get(c.metric) ?? null,
        c.hour,
        c.readings,
        c.residents,
        c.mean,
      ]),
    },
    {
      path: 'suppressed.csv',
      name: 'suppressed',
      title: COLUMN_TEXTS.suppressedTable,
      primaryKey: ['metric', 'hour'],
      columns: [metric, hour],
      rows: tables.suppressed.map(cell => [cell.metric, cell.hour]),
    },
    dictionaryTable(tables.metrics),
  ]
}

const count = (name: string, text: Text, minimum: number): Column => ({
  name,
  type: 'integer',
  text,
  constraints: { ...required, minimum },
})

function dictionaryTable(metrics: readonly MetricInScope[]): Table {
  const plain = (name: string, text: Text, constraints?: Column['constraints']): Column =>
    constraints ? { name, type: 'string', text, constraints } : { name, type: 'string', text }
  return {
    path: 'dictionary.csv',
    name: 'dictionary',
    title: COLUMN_TEXTS.dictionaryTable,
    primaryKey: ['metric'],
    columns: [
      plain('metric', COLUMN_TEXTS.metric, required),
      plain('kind', COLUMN_TEXTS.kind, { ...required, enum: ['number', 'boolean', 'enum'] }),
      plain('unit', COLUMN_TEXTS.unit),
      plain('label_ja', COLUMN_TEXTS.labelJa, required),
      plain('label_ko', COLUMN_TEXTS.labelKo, required),
      plain('label_en', COLUMN_TEXTS.labelEn, required),
      plain('device_types', COLUMN_TEXTS.deviceTypes, required),
      plain('loinc', COLUMN_TEXTS.loinc),
      { name: 'mdc', type: 'integer', text: COLUMN_TEXTS.mdc },
      plain('sdtm', COLUMN_TEXTS.sdtm),
      { name: 'accepted_min', type: 'number', text: COLUMN_TEXTS.acceptedMin },
      { name: 'accepted_max', type: 'number', text: COLUMN_TEXTS.acceptedMax },
      plain('use', COLUMN_TEXTS.use, { ...required, enum: ['mean', 'left_out'] }),
      plain('reason', COLUMN_TEXTS.reason),
      { name: 'mean_decimals', type: 'integer', text: COLUMN_TEXTS.meanDecimals },
    ],
    rows: metrics.map(metric => {
      const { definition, use } = metric
      const range = definition.kind === 'number' ? definition.range : [null, null]
      return [
        metric.metric,
        definition.kind,
        use === 'mean' ? unitIn(metric) : null,
        definition.label.ja,
        definition.label.ko,
        definition.label.en,
        metric.profiles.join(' '),
        definition.codes.loinc ?? null,
        definition.codes.mdc ?? null,
        definition.codes.sdtm ?? null,
        range[0] ?? null,
        range[1] ?? null,
        use,
        use === 'left_out' ? LEFT_OUT_REASON : null,
        use === 'mean' ? metric.decimals : null,
      ]
    }),
  }
}

/** Why an enum metric has no cells. */
export const LEFT_OUT_REASON = 'enum_has_no_mean'

export const csvOfTable = (table: Table): string =>
  csvOf(
    table.columns.map(column => column.name),
    table.rows,
  )
