/** Who may see which facility, device and request: the checks behind the role table, deny by default. */
import { AppError } from '../../core/errors.ts'
import type { DatasetRequestRecord, DeviceRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { TrialRecord } from '../../core/registry-trials.ts'
import type { Me } from '../../core/rest/session.ts'

/** Roles that work inside the facilities written in their account. */
export const isFacilityRole = (me: Me): boolean =>
  me.role === 'staff' || me.role === 'display' || me.role === 'facility_admin'

export const ownsFacility = (me: Me, facility: string): boolean =>
  isFacilityRole(me) && me.facilities.some(own => own === facility)

/** Throws `forbidden`, equally for facilities that exist and that do not. */
export function requireOwnFacility(me: Me, facility: string): void {
  if (!ownsFacility(me, facility)) throw new AppError('forbidden', `${facility} is not a facility of yours`)
}

/** Makers see their own devices; people of a facility see all that stand in it. */
export const maySeeDevice = (me: Me, device: Pick<DeviceRecord, 'facility' | 'maker'>): boolean =>
  me.role === 'manufacturer' ? me.maker !== null && device.maker === me.maker : ownsFacility(me, device.facility)

/** Where someone enrols devices and keeps their credentials: administrators at home, makers on their bench, platform administrators anywhere. */
export const mayEnrolIn = (me: Me, facility: FacilityRecord): boolean =>
  me.role === 'platform_admin' ||
  (me.role === 'facility_admin' && ownsFacility(me, facility.id)) ||
  (me.role === 'manufacturer' && me.maker !== null && facility.benchOf === me.maker)

/**
 * Values, events and their times. A maker sees them on its own bench only: those of a device in a facility are a resident's and
 * reach it through a release alone.
 */
export const maySeeValues = (
  me: Me,
  device: Pick<DeviceRecord, 'facility' | 'maker'>,
  facility: FacilityRecord,
): boolean =>
  me.role === 'manufacturer'
    ? maySeeDevice(me, device) && facility.benchOf === me.maker && facility.id === device.facility
    : (me.role === 'staff' || me.role === 'facility_admin') && ownsFacility(me, device.facility)

export const maySeeRequest = (me: Me, request: Pick<DatasetRequestRecord, 'maker' | 'state'>): boolean =>
  me.role === 'steward'
    ? request.state !== 'draft'
    : me.role === 'manufacturer' && me.maker !== null && request.maker === me.maker

/**
 * How much of a facility's message ledger someone sees: `payloads` with what was refused, `rows` with devices and hours but no payload,
 * `counts` only, or what its maker may know of its devices there (`technical`: no hour, no count of messages); null: nothing.
 */
export type LedgerSight = 'payloads' | 'rows' | 'counts' | 'technical'
export function ledgerSight(me: Me, facility: FacilityRecord): LedgerSight | null {
  if (me.role === 'auditor' || me.role === 'operator') return 'rows'
  if (me.role === 'facility_admin') return ownsFacility(me, facility.id) ? 'payloads' : null
  if (me.role === 'staff') return ownsFacility(me, facility.id) ? 'counts' : null
  if (me.role !== 'manufacturer' || me.maker === null) return null
  if (facility.benchOf === null) return 'technical'
  return facility.benchOf === me.maker ? 'payloads' : null
}

/** All facilities, oldest key first; read in pages. */
export async function allFacilities(registry: Pick<Registry, 'facilities'>): Promise<FacilityRecord[]> {
  const all: FacilityRecord[] = []
  for (let after: string | undefined; ; ) {
    const page = await registry.facilities.list({ limit: 500, after })
    all.push(...page)
    const last = page.at(-1)
    if (!last || page.length < 500) return all
    after = last.id
  }
}

/** A maker its own; a facility's people those with a site there; a steward all. */
export const maySeeTrial = (me: Me, trial: Pick<TrialRecord, 'maker' | 'sites'>): boolean =>
  me.role === 'manufacturer'
    ? me.maker !== null && trial.maker === me.maker
    : me.role === 'steward' || trial.sites.some(site => ownsFacility(me, site))
