/** Who takes part in a trial with a consent in force, for how long, what is known of each, and which device was whose and when. */
import type { FacilityRecord, Registry } from '../../../core/registry.ts'
import type { AbsenceRecord, CareLevelRecord, ConsentRecord, Identity } from '../../../core/registry-people.ts'
import type { EnrolmentRecord, TrialRecord } from '../../../core/registry-trials.ts'
import { wallClock } from '../../../core/time.ts'
import type { TrialInput } from '../../export/trial/input.ts'
import { coveredPlacements, inForce, placementsForResidents } from '../covered.ts'
import { devicesInScope, periodOf } from '../input.ts'
import { scopeAtSite } from '../scope.ts'

const PURPOSE = 'trial_participation'
const PAGE = 500
const DAY_MS = 86_400_000

export type People = Pick<TrialInput, 'subjects' | 'placements' | 'devices' | 'subject_events'>

interface Period {
  fromMs: number
  toMs: number
}

/** Of one site. Times are cut to the trial's period, which ends with the present at the latest. */
export async function peopleAt(
  registry: Registry,
  trial: TrialRecord,
  site: FacilityRecord,
  nowMs: number,
): Promise<People> {
  const scope = scopeAtSite(trial, site.id)
  const whole = periodOf(scope, site.zone)
  const period = { fromMs: whole.fromMs, toMs: Math.min(whole.toMs, nowMs) }
  const consents = inForce(await registry.consents.of(site.id), PURPOSE)
  const enrolled = await enrolmentsAt(registry, trial, site)
  const taking = enrolled.flatMap(enrolment => {
    const span = participation(enrolment, consents, period)
    return span ? [{ enrolment, ...span }] : []
  })
  const spans = new Map(taking.map(({ enrolment, fromMs, toMs }) => [enrolment.resident, { fromMs, toMs }]))
  const devices = await devicesInScope(registry, { maker: trial.maker, scope })
  const ids = new Set<string>(devices.map(({ id }) => id))
  const stays = await registry.stays.during(site.id, period.fromMs, period.toMs)
  const absences: AbsenceRecord[] = await registry.absences.during(site.id, period.fromMs, period.toMs)
  const placements = placementsForResidents(
    (await registry.placements.during(site.id, period.fromMs, period.toMs)).filter(({ device }) => ids.has(device)),
    stays,
  )
  const identities = await registry.residents.identities([...spans.keys()])
  const subjects = await Promise.all(
    taking.map(async ({ enrolment, fromMs, toMs }) => ({
      ...known(
        identities.get(enrolment.resident),
        await registry.careLevels.of(enrolment.resident),
        enrolment.fromMs,
        site.zone,
      ),
      ...{ id: enrolment.resident, site: site.id, from_ms: fromMs, to_ms: toMs },
    })),
  )
  return {
    subjects,
    devices: devices.map(({ id, profile }) => ({ id, facility: site.id, profile })),
    placements: coveredPlacements(placements, consents, absences, PURPOSE).flatMap(
      ({ device, resident, fromMs, toMs }) => {
        const span = resident === null ? undefined : spans.get(resident)
        if (resident === null || !span) return []
        const from_ms = Math.max(fromMs, span.fromMs)
        const to_ms = Math.min(toMs ?? Number.POSITIVE_INFINITY, span.toMs)
        return from_ms < to_ms ? [{ device, facility: site.id, subject: resident, from_ms, to_ms }] : []
      },
    ),
    subject_events: [...(await recorded(registry, trial, site, spans)), ...(await departures(registry, taking))],
  }
}

async function enrolmentsAt(registry: Registry, trial: TrialRecord, site: FacilityRecord): Promise<EnrolmentRecord[]> {
  const all: EnrolmentRecord[] = []
  for (let after: string | undefined; ; ) {
    const query = { trial: trial.id, facilities: [site.id], limit: PAGE }
    const page = await registry.trials.enrolments(after === undefined ? query : { ...query, after })
    all.push(...page)
    after = page.at(-1)?.id
    if (after === undefined || page.length < PAGE) return all
  }
}

/** From enrolment to its end, as far as consents reach; who withdrew one and gave no other does not take part any more, not even for the past. */
function participation(
  { resident, fromMs, ended }: EnrolmentRecord,
  consents: readonly ConsentRecord[],
  period: Period,
): Period | null {
  const given = consents.filter(consent => consent.resident === resident)
  if (given.length === 0) return null
  const first = Math.min(...given.map(consent => consent.fromMs))
  const last = Math.max(...given.map(({ toMs }) => toMs ?? Number.POSITIVE_INFINITY))
  const span = {
    fromMs: Math.max(fromMs, first, period.fromMs),
    toMs: Math.min(ended?.atMs ?? Number.POSITIVE_INFINITY, last, period.toMs),
  }
  return span.fromMs < span.toMs ? span : null
}

type Known = Pick<TrialInput['subjects'][number], 'age' | 'sex' | 'care_level' | 'diagnosis_group' | 'stay_days'>

/** As it was on the day of enrolment; days of birth and admission go no further than this. */
export function known(
  identity: Identity | undefined,
  careLevels: readonly CareLevelRecord[],
  enrolledMs: number,
  zone: string,
): Known {
  const { year, month, day } = wallClock(enrolledMs, zone)
  const on = Date.UTC(year, month - 1, day)
  const dayOf = (text: string | null | undefined): number | null => {
    const ms = text ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
    return Number.isNaN(ms) ? null : ms
  }
  const born = dayOf(identity?.birthDate)
  const admitted = dayOf(identity?.admittedOn)
  const level = careLevels.filter(({ fromDay }) => (dayOf(fromDay) ?? Number.POSITIVE_INFINITY) <= on).at(-1)
  return {
    age: born === null || born > on ? null : yearsBetween(born, on),
    sex: identity?.sex ?? null,
    care_level: level?.level ?? null,
    diagnosis_group: identity?.diagnosisGroup ?? null,
    stay_days: admitted === null ? null : Math.max(0, Math.round((on - admitted) / DAY_MS)),
  }
}

function yearsBetween(born: number, on: number): number {
  const [from, to] = [new Date(born), new Date(on)]
  const years = to.getUTCFullYear() - from.getUTCFullYear()
  const before =
    to.getUTCMonth() < from.getUTCMonth() ||
    (to.getUTCMonth() === from.getUTCMonth() && to.getUTCDate() < from.getUTCDate())
  return years - (before ? 1 : 0)
}

/** Adverse events that name a participant, newest versions, while taking part. */
async function recorded(
  registry: Registry,
  trial: TrialRecord,
  site: FacilityRecord,
  spans: ReadonlyMap<string, Period>,
): Promise<TrialInput['subject_events']> {
  const found: TrialInput['subject_events'] = []
  for (let after: string | undefined; ; ) {
    const query = { trial: trial.id, facilities: [site.id], limit: PAGE }
    const page = await registry.trialEvents.list(after === undefined ? query : { ...query, after })
    for (const { kind, resident, atMs, serious, outcome } of page) {
      const span = resident === null ? undefined : spans.get(resident)
      if (resident === null || kind !== 'adverse_event' || !span || atMs < span.fromMs || atMs >= span.toMs) continue
      const type = outcome === 'death' ? 'death' : serious ? 'serious_adverse_event' : 'adverse_event'
      found.push({ subject: resident, type, at_ms: atMs })
    }
    after = page.at(-1)?.id
    if (after === undefined || page.length < PAGE) return found
  }
}

/** Leaving the house is a transfer, leaving the trial while staying is dropping out. */
async function departures(
  registry: Registry,
  taking: readonly ({ enrolment: EnrolmentRecord } & Period)[],
): Promise<TrialInput['subject_events']> {
  const found: TrialInput['subject_events'] = []
  for (const { enrolment, toMs } of taking) {
    if (enrolment.ended === null || enrolment.ended.atMs > toMs) continue
    const left = (await registry.residents.get(enrolment.resident))?.leftMs ?? null
    const type = left !== null && left <= enrolment.ended.atMs ? 'transfer' : 'drop_out'
    found.push({ subject: enrolment.resident, type, at_ms: toMs - 1 })
  }
  return found
}
