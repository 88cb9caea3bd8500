/** What a dataset request is about: one facility's devices in a period, or a whole trial. */
import type { DatasetRequestRecord, Registry } from '../../core/registry.ts'
import type { TrialRecord } from '../../core/registry-trials.ts'
import type { DatasetScope, FacilityScope } from '../../core/rest/datasets.ts'

export type FacilityRequest = DatasetRequestRecord & { product: 'P0'; scope: FacilityScope }
export type TrialRequest = DatasetRequestRecord & { scope: Exclude<DatasetScope, FacilityScope> }

export const isOfTrial = (request: DatasetRequestRecord): request is TrialRequest => 'trial' in request.scope
/** Requests that the registry keeps are of one kind or the other: `Datasets` lets no other in. */
export const isOfFacility = (request: DatasetRequestRecord): request is FacilityRequest => !isOfTrial(request)

/** What of a trial lies in one of its sites. */
export const scopeAtSite = (
  { deviceTypes, fromDay, toDay }: Pick<TrialRecord, 'deviceTypes' | 'fromDay' | 'toDay'>,
  facility: FacilityScope['facility'],
): FacilityScope => ({ facility, device_types: deviceTypes, from: fromDay, to: toDay })

/** Facility by facility; nothing where the trial is gone. */
export async function scopesOf(registry: Pick<Registry, 'trials'>, scope: DatasetScope): Promise<FacilityScope[]> {
  if (!('trial' in scope)) return [scope]
  const trial = await registry.trials.get(scope.trial)
  return trial ? trial.sites.map(site => scopeAtSite(trial, site)) : []
}
