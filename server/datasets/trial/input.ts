/** Collects what a build of a trial's release may know: participants, devices, events, consents, earlier releases, and what must not leave. */
import { AppError } from '../../../core/errors.ts'
import { profileById } from '../../../core/profiles/index.ts'
import type { DatasetRequestRecord, FacilityRecord, Registry } from '../../../core/registry.ts'
import type { TrialRecord } from '../../../core/registry-trials.ts'
import type { TrialInput } from '../../export/trial/input.ts'
import { periodOf, privateNames } from '../input.ts'
import { scopeAtSite } from '../scope.ts'
import { earlierReleasesOf } from './earlier.ts'
import { type People, peopleAt } from './people.ts'

export interface TrialContext {
  registry: Registry
  codeVersion: string
  release: string
  demonstration: boolean
  nowMs: number
}
/** Of a request, or of one that is only thought of. */
export type Asked = Pick<DatasetRequestRecord, 'id' | 'product' | 'maker' | 'createdBy' | 'reviews'>

/** Throws `not_ready` where something about the trial has to be said first. */
export async function trialInputOf(asked: Asked, trial: TrialRecord, context: TrialContext): Promise<TrialInput> {
  const { registry, nowMs } = context
  const sites = await sitesOf(registry, trial)
  const zone = sites[0]?.zone ?? 'UTC'
  const prefectures = await registry.facilities.prefectures()
  const unsaid = sites.filter(({ id }) => !prefectures.has(id))
  if (unsaid.length > 0)
    throw new AppError('not_ready', 'The prefecture of a site is not known; an administrator of the platform says it.')
  const versions = await Promise.all(sites.map(({ id }) => registry.registryVersion(id)))
  const people = joined(await Promise.all(sites.map(site => peopleAt(registry, trial, site, nowMs))))
  const period = periodOf({ from: trial.fromDay, to: trial.toDay }, zone)
  return {
    format: 1,
    release: context.release,
    request: asked.id,
    trial: trial.id,
    product: asked.product,
    demonstration: context.demonstration,
    maker: asked.maker,
    zone,
    from_ms: period.fromMs,
    to_ms: Math.max(period.fromMs + 1, Math.min(period.toMs, nowMs)),
    snapshot_ms: nowMs,
    registry_version: versions.reduce((sum, version) => sum + version, 0),
    code_version: context.codeVersion,
    profiles: trial.deviceTypes.flatMap(id => profileById(id) ?? []),
    sites: sites.map(({ id }) => ({ id, prefecture: prefectures.get(id) ?? '' })),
    ...people,
    earlier: await earlierReleasesOf(
      registry,
      people.subjects.map(({ id }) => id),
      trial.id,
      async ({ request }) => overlaps(await registry.requests.get(request), trial),
    ),
    p2_grounds: null,
    approvals: asked.reviews
      .filter(({ decision }) => decision === 'approve')
      .map(({ by, atMs }) => ({ role: 'steward' as const, by, at_ms: atMs })),
    private_names: [...new Set((await Promise.all(sites.map(site => privateNames(registry, site, asked)))).flat())],
  }
}

async function sitesOf(registry: Pick<Registry, 'facilities'>, trial: TrialRecord): Promise<FacilityRecord[]> {
  const sites = await Promise.all(trial.sites.toSorted().map(id => registry.facilities.get(id)))
  return sites.filter(site => site !== null)
}

const joined = (parts: readonly People[]): People => ({
  subjects: parts.flatMap(({ subjects }) => subjects),
  devices: parts.flatMap(({ devices }) => devices),
  placements: parts.flatMap(({ placements }) => placements),
  subject_events: parts.flatMap(({ subject_events }) => subject_events),
})

/** Totals of the same maker's devices of the same type in a common time: figures that could be subtracted from each other. */
function overlaps(request: DatasetRequestRecord | null, trial: TrialRecord): boolean {
  if (!request || 'trial' in request.scope) return true
  const { device_types, from, to, facility } = request.scope
  const here = scopeAtSite(trial, facility)
  return (
    request.maker === trial.maker &&
    device_types.some(type => here.device_types.includes(type)) &&
    from <= here.to &&
    here.from <= to
  )
}
