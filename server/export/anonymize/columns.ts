/** What becomes of every column that a trial release reads: deny by default, so that a column nobody thought of ends the build. */
import { AppError } from '../../../core/errors.ts'
import type { TrialInput } from '../trial/input.ts'

/** `technical`: makes the build possible and is told nowhere. */
export type ColumnClass = 'identifier' | 'quasi_identifier' | 'sensitive' | 'event' | 'measure' | 'technical'
/** Actions of the PHUSE de-identification rules. */
export type ColumnRule = 'remove' | 'pseudonymise' | 'generalise' | 'relative_time' | 'aggregate' | 'keep_if_k'
export interface ColumnPolicy {
  class: ColumnClass
  rule: ColumnRule
}

const removed = { class: 'identifier', rule: 'remove' } as const
const technical = { class: 'technical', rule: 'remove' } as const
const quasi = { class: 'quasi_identifier', rule: 'generalise' } as const
const instant = { class: 'technical', rule: 'relative_time' } as const

const COLUMN_POLICY = {
  subjects: {
    id: { class: 'identifier', rule: 'pseudonymise' },
    site: quasi,
    age: quasi,
    sex: quasi,
    care_level: quasi,
    diagnosis_group: quasi,
    stay_days: quasi,
    from_ms: instant,
    to_ms: instant,
  },
  subject_events: {
    subject: { class: 'identifier', rule: 'pseudonymise' },
    type: { class: 'sensitive', rule: 'keep_if_k' },
    at_ms: instant,
  },
  sites: { id: removed, prefecture: quasi },
  devices: { id: removed, facility: removed, profile: { class: 'technical', rule: 'keep_if_k' } },
  placements: { device: removed, facility: removed, subject: removed, from_ms: instant, to_ms: instant },
  readings: {
    facility: removed,
    device: removed,
    profile: { class: 'technical', rule: 'keep_if_k' },
    metric: { class: 'measure', rule: 'keep_if_k' },
    value: { class: 'measure', rule: 'aggregate' },
    /** Values of enums: a person's states at a time of day; averages of them are not told in this version. */
    text: { class: 'measure', rule: 'remove' },
    key: removed,
    device_ms: instant,
    rx: technical,
    boot: removed,
    seq: removed,
    marks: technical,
  },
  events: {
    facility: removed,
    device: removed,
    profile: { class: 'technical', rule: 'keep_if_k' },
    type: { class: 'event', rule: 'keep_if_k' },
    device_ms: instant,
    /** Numbers that only one device sent at that moment. */
    attributes: removed,
  },
} as const satisfies Record<string, Record<string, ColumnPolicy>>

type PolicyTable = keyof typeof COLUMN_POLICY

/**
 * @param columns as the file has them
 * @throws AppError `column_unknown` for one that the policy does not name, `column_missing` for one that it names
 */
export function checkColumns(table: PolicyTable, columns: readonly string[]): void {
  const known = Object.keys(COLUMN_POLICY[table])
  const unknown = columns.find(column => !known.includes(column))
  if (unknown !== undefined) throw new AppError('column_unknown', `No rule says what becomes of a column of ${table}`)
  const missing = known.find(column => !columns.includes(column))
  if (missing !== undefined) throw new AppError('column_missing', `The ${table} have no column ${missing}`)
}

/** What occurs in the extracts, to be looked up in the profiles. */
export interface Occurring {
  /** Distinct profile and metric; whether any row holds text, and whether any is neither number nor text. */
  readings: readonly { profile: string; metric: string; texts: readonly string[] }[]
  events: readonly { profile: string; type: string }[]
}

/**
 * Every metric, enum value and event type is one of its profile's. Free text can hide in an enum only, and there it is not one of the values.
 * @throws AppError `value_unknown`; the message names profile and column, never the value
 */
export function checkValues({ profiles }: TrialInput, { readings, events }: Occurring): void {
  const byId = new Map(profiles.map(profile => [profile.id as string, profile]))
  for (const { profile, metric, texts } of readings) {
    const definition = named(byId.get(profile)?.metrics, metric)
    if (!definition)
      throw new AppError('value_unknown', 'A reading is of a device type or metric that no profile defines')
    const allowed = definition.kind === 'enum' ? Object.keys(definition.values) : []
    if (texts.some(text => !allowed.includes(text)))
      throw new AppError('value_unknown', `A reading of ${metric} holds a text that its profile does not define`)
  }
  for (const { profile, type } of events)
    if (!named(byId.get(profile)?.events, type))
      throw new AppError('value_unknown', 'An event is of a device type or type that no profile defines')
}

const named = <T>(of: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  of && Object.hasOwn(of, name) ? of[name] : undefined

/** Policy as told in the evidence. */
export const columnPolicyRows = (): { table: string; column: string; class: ColumnClass; rule: ColumnRule }[] =>
  Object.entries(COLUMN_POLICY).flatMap(([table, columns]) =>
    Object.entries<ColumnPolicy>(columns).map(([column, policy]) => ({ table, column, ...policy })),
  )
