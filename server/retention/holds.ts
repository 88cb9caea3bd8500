/** What must stay although it is old: measurements that an open dataset request or a trial without its dataset still needs. */
import type { DatasetRequestRecord, DeviceRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { TrialRecord } from '../../core/registry-trials.ts'
import { devicesInScope, periodOf } from '../datasets/input.ts'
import { scopeAtSite, scopesOf } from '../datasets/scope.ts'
import { type Span, without } from './spans.ts'

export interface Hold extends Span {
  reason: 'dataset_request' | 'trial'
  /** Of the request or trial. */
  id: string
  devices: ReadonlySet<string>
}
type Lookup = Pick<Registry, 'requests' | 'trials' | 'devices'>

/** A request that its maker got back and left alone holds no longer than this. */
const RETURNED_MS = 30 * 86_400_000
/** Within so long after its last day the maker of a trial asks for its dataset; then the facility's own rule counts again. */
const AFTER_TRIAL_MS = 365 * 86_400_000

export async function holdsOf(registry: Lookup, facility: FacilityRecord, nowMs: number): Promise<Hold[]> {
  const holds = [...(await requestHolds(registry, facility, nowMs)), ...(await trialHolds(registry, facility, nowMs))]
  return holds.filter(({ devices }) => devices.size > 0)
}

/** A draft holds nothing: nobody has been asked for it yet. */
async function requestHolds(registry: Lookup, facility: FacilityRecord, nowMs: number): Promise<Hold[]> {
  const open: DatasetRequestRecord[] = []
  for (const state of ['submitted', 'approved', 'preparing'] as const)
    open.push(...(await registry.requests.inState(state)))
  for (const request of await registry.requests.inState('returned'))
    if ((request.reviews.at(-1)?.atMs ?? 0) > nowMs - RETURNED_MS) open.push(request)
  const holds: Hold[] = []
  for (const { id, maker, scope: asked } of open)
    for (const scope of await scopesOf(registry, asked)) {
      if (scope.facility !== facility.id) continue
      const devices = idsOf(await devicesInScope(registry as Registry, { maker, scope }))
      holds.push({ reason: 'dataset_request', id, devices, ...periodOf(scope, facility.zone) })
    }
  return holds
}

/**
 * From the lock of its protocol until a year after its last day a trial holds its days, device type by device type, but for those that a
 * dataset of its maker has covered.
 */
async function trialHolds(registry: Lookup, facility: FacilityRecord, nowMs: number): Promise<Hold[]> {
  const trials = await allOf(page => registry.trials.list({ facilities: [facility.id], ...page }))
  const holds: Hold[] = []
  for (const trial of trials) {
    if (!trial.protocols.some(({ lockedMs }) => lockedMs !== null)) continue
    const { toMs } = periodOf({ from: trial.fromDay, to: trial.toDay }, facility.zone)
    if (toMs + AFTER_TRIAL_MS <= nowMs) continue
    const requests = await allOf(page => registry.requests.list({ makers: [trial.maker], ...page }))
    for (const type of trial.deviceTypes) holds.push(...(await holdsOfType(registry, facility, trial, type, requests)))
  }
  return holds
}

async function holdsOfType(
  registry: Lookup,
  facility: FacilityRecord,
  trial: TrialRecord,
  type: TrialRecord['deviceTypes'][number],
  requests: readonly DatasetRequestRecord[],
): Promise<Hold[]> {
  const released = requests
    .filter(({ state }) => state === 'ready')
    .flatMap(({ scope }) => {
      if ('trial' in scope) return scope.trial === trial.id ? [scopeAtSite(trial, facility.id)] : []
      return scope.facility === facility.id && scope.device_types.includes(type) ? [scope] : []
    })
    .map(scope => periodOf(scope, facility.zone))
  const scope = { ...scopeAtSite(trial, facility.id), device_types: [type] }
  const devices = idsOf(await devicesInScope(registry as Registry, { maker: trial.maker, scope }))
  return without(periodOf(scope, facility.zone), released).map(span => ({
    reason: 'trial',
    id: trial.id,
    devices,
    ...span,
  }))
}

const idsOf = (devices: readonly DeviceRecord[]): ReadonlySet<string> => new Set(devices.map(({ id }) => id))

/** All records of a list, page by page. */
async function allOf<R extends { id: string }>(read: (page: { limit: number; after?: string }) => Promise<R[]>) {
  const all: R[] = []
  for (let after: string | undefined; ; ) {
    const page = await read({ limit: 500, ...(after === undefined ? {} : { after }) })
    all.push(...page)
    after = page.at(-1)?.id
    if (page.length < 500) return all
  }
}
