/** Who is who: every participant of the input with the pseudonym that the release gives, and the placements that say whose a device's data are. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { TRIAL_FILE, type TrialInput, trialInputSchema } from '../../trial/input.ts'
import { pseudonymOf } from './pseudonyms.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

export interface Truth {
  input: TrialInput
  subjects: readonly TrialInput['subjects'][number][]
  pidOf: ReadonlyMap<string, string>
  subjectOf: ReadonlyMap<string, string>
  prefectureOf: ReadonlyMap<string, string>
  /** Subject → first instant of relative time: the midnight, on the trial's clock, that began the participant's first day. */
  startOf: ReadonlyMap<string, number>
}

/** Parsed from the file that the build read, not from what the build made of it. @throws when it is no input of a trial */
export async function readTruth(jobFolder: string, releaseKey: Uint8Array): Promise<Truth> {
  const input = trialInputSchema.parse(JSON.parse(await readFile(join(jobFolder, TRIAL_FILE), 'utf8')))
  const pidOf = new Map(input.subjects.map(({ id }) => [id, pseudonymOf(releaseKey, 'subject', id)]))
  return {
    input,
    subjects: input.subjects,
    pidOf,
    subjectOf: new Map([...pidOf].map(([subject, pid]) => [pid, subject])),
    prefectureOf: new Map(input.sites.map(({ id, prefecture }) => [id, prefecture])),
    startOf: new Map(input.subjects.map(subject => [subject.id, midnightBefore(subject.from_ms, input.zone)])),
  }
}

/** The last midnight of the zone's wall clock at or before an instant; found with Intl. */
function midnightBefore(atMs: number, zone: string): number {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', timeStyle: 'medium' })
  const [hours, minutes, seconds] = clock.format(atMs).split(':').map(Number)
  return Math.floor(atMs / 1000) * 1000 - (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000
}

/**
 * Tables of the gate: `gate_person` (subject, pid, start_ms, from_ms, to_ms) and `gate_belongs` (device, facility, subject,
 * from_ms, to_ms: the placement within the participation).
 */
export async function loadPeople(connection: DuckdbConnection, { input, pidOf, startOf }: Truth): Promise<void> {
  const people = input.subjects.map(({ id, from_ms, to_ms }) => ({
    subject: id,
    pid: pidOf.get(id) ?? '',
    start_ms: startOf.get(id) ?? 0,
    from_ms: Math.max(from_ms, input.from_ms),
    to_ms: Math.min(to_ms, input.to_ms),
  }))
  const from = (fields: string) => `select unnest(from_json($json, '[${fields}]'), recursive := true)`
  await connection.run(
    `create or replace temp table gate_person as
     ${from('{"subject":"VARCHAR","pid":"VARCHAR","start_ms":"BIGINT","from_ms":"BIGINT","to_ms":"BIGINT"}')}`,
    { json: JSON.stringify(people) },
  )
  await connection.run(
    `create or replace temp table gate_belongs as
     select b.device, b.facility, d.profile, p.subject, greatest(b.from_ms, p.from_ms) as from_ms, least(b.to_ms, p.to_ms) as to_ms
     from (${from('{"device":"VARCHAR","facility":"VARCHAR","subject":"VARCHAR","from_ms":"BIGINT","to_ms":"BIGINT"}')}) b
     join gate_person p on p.subject = b.subject
     join (select unnest(from_json($devices, '[{"id":"VARCHAR","facility":"VARCHAR","profile":"VARCHAR"}]'), recursive := true)) d
       on d.id = b.device and d.facility = b.facility`,
    { json: JSON.stringify(input.placements), devices: JSON.stringify(input.devices) },
  )
}
