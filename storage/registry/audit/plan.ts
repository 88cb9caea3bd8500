/** What each method of the registry leaves in the audit trail; the compiler asks for every one, so that a new write cannot be forgotten. */
import type { Json } from '../../../core/audit/canonical.ts'
import type { DatasetRequestRecord, PlacementRecord } from '../../../core/registry.ts'
import { accessPlan } from './plan-access.ts'
import { credentialsPlan } from './plan-devices.ts'
import { peoplePlan } from './plan-people.ts'
import { placesPlan } from './plan-places.ts'
import { releasesPlan } from './plan-releases.ts'
import { retentionPlan } from './plan-retention.ts'
import { type AuditPlan, deviceSubject, placeOf, time } from './plan-step.ts'
import { trialsPlan } from './plan-trials.ts'

export const auditPlan: AuditPlan = {
  ...placesPlan,
  ...peoplePlan,
  ...trialsPlan,
  ...releasesPlan,
  ...retentionPlan,
  facilities: {
    create: {
      tell: ({ args: [{ id, ...rest }] }) => ({
        action: 'facility.create',
        subject: { kind: 'facility', id },
        facility: id,
        new: { ...rest },
      }),
    },
    rename: {
      before: ({ facilities }, id) => facilities.get(id),
      tell: ({ result: { id, name }, before }) => ({
        action: 'facility.edit',
        subject: { kind: 'facility', id },
        facility: id,
        old: before && { name: before.name },
        new: { name },
      }),
    },
    setPrefecture: {
      before: async ({ facilities }, id) => (await facilities.prefectures()).get(id) ?? null,
      tell: ({ args: [id, prefecture], before }) => ({
        action: 'facility.edit',
        subject: { kind: 'facility', id },
        facility: id,
        old: { prefecture: before },
        new: { prefecture },
      }),
    },
    prefectures: 'read',
    get: 'read',
    list: 'read',
  },
  devices: {
    enrol: {
      tell: ({ args: [{ facility, id, profile, maker, activeFromMs }], result: { clientId } }) => ({
        action: 'device.enrol',
        subject: deviceSubject(facility, id),
        facility,
        new: { profile, maker, active_from: time(activeFromMs), client_id: clientId },
      }),
    },
    withdraw: {
      before: ({ devices }, facility, id) => devices.get(facility, id),
      tell: ({ args: [facility, id], before }) => ({
        action: 'device.withdraw',
        subject: deviceSubject(facility, id),
        facility,
        old: before && { profile: before.profile, maker: before.maker },
      }),
    },
    get: 'read',
    list: 'read',
  },
  deviceHistory: {
    sawFirmware: {
      tell: ({ args: [facility, device, firmware], result }) =>
        result
          ? { action: 'device.firmware', subject: deviceSubject(facility, device), facility, new: { firmware } }
          : null,
    },
    firmware: 'read',
    addCalibration: {
      tell: ({ result: { facility, device, id } }) => ({
        action: 'device.calibration',
        subject: deviceSubject(facility, device),
        facility,
        new: { calibration: id },
      }),
    },
    calibrations: 'read',
  },
  placements: {
    create: {
      // An open one ends where the new one begins.
      before: async ({ placements }, { facility, device, fromMs }): Promise<PlacementRecord | undefined> =>
        (await placements.during(facility, fromMs - 1, fromMs)).find(one => one.device === device && one.toMs === null),
      tell: ({ args: [{ fromMs }], result, before }) => ({
        action: 'placement.create',
        subject: deviceSubject(result.facility, result.device),
        facility: result.facility,
        resident: result.resident ?? before?.resident ?? null,
        old: before ? placeOf({ ...before, toMs: fromMs }) : null,
        new: placeOf(result),
      }),
    },
    list: 'read',
    during: 'read',
  },
  ...accessPlan,
  ...credentialsPlan,
  requests: {
    create: {
      tell: ({ result }) => ({
        action: 'request.create',
        subject: { kind: 'request', id: result.id },
        ...('facility' in result.scope ? { facility: result.scope.facility } : {}),
        new: requestState(result),
      }),
    },
    get: 'read',
    list: 'read',
    inState: 'read',
    change: {
      before: ({ requests }, id) => requests.get(id),
      tell: ({ args: [, , change], result, before }) => ({
        action: `request.${requestAction(change, before)}`,
        subject: { kind: 'request', id: result.id },
        ...('facility' in result.scope ? { facility: result.scope.facility } : {}),
        old: before && requestState(before),
        new: requestState(result),
      }),
    },
  },
  settings: {
    get: 'read',
    // A value may be a secret's hash.
    set: { tell: ({ args: [name] }) => ({ action: 'setting.set', subject: { kind: 'setting', id: name } }) },
  },
}

const requestState = (request: DatasetRequestRecord): Json => ({
  maker: request.maker,
  state: request.state,
  purpose: request.purpose,
  product: request.product,
  scope: request.scope as unknown as Json,
  failure: request.failure,
  reviews: request.reviews.map(({ by, decision, reason, atMs }) => ({ by, decision, reason, at: time(atMs) })),
})

/** Which of its steps a change of a request is. */
function requestAction(
  { state, reviews }: Partial<Pick<DatasetRequestRecord, 'state' | 'reviews'>>,
  before: DatasetRequestRecord | null,
): string {
  if (state !== undefined && state !== before?.state) return state
  return reviews !== undefined && reviews.length > (before?.reviews.length ?? 0) ? 'reviewed' : 'edit'
}
