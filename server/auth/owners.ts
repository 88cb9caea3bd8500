/** Whose the things of the registry are, as the authority asks. */
import type { DatasetRequestRecord, DeviceRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { TrialRecord } from '../../core/registry-trials.ts'
import type { Owner } from './authority.ts'

/** A bench is its maker's; a house is no maker's. */
export const ownerOfFacility = ({ id, benchOf }: Pick<FacilityRecord, 'id' | 'benchOf'>): Owner => ({
  facility: id,
  benchOf,
  maker: benchOf,
})
export const ownerOfDevice = ({ maker }: Pick<DeviceRecord, 'maker'>, facility: FacilityRecord): Owner => ({
  ...ownerOfFacility(facility),
  maker,
})
export const ownerOfTrial = ({ maker, sites }: Pick<TrialRecord, 'maker' | 'sites'>): Owner => ({
  maker,
  facilities: sites,
})
export const ownerOfRequest = ({ maker, state }: Pick<DatasetRequestRecord, 'maker' | 'state'>): Owner => ({
  maker,
  handedIn: state !== 'draft',
})

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
