/** The form's part about a facility: which one, which device types there, and which days. */
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import { useCatalogue, useProfiles } from '../catalogue.ts'
import { useDevices, useFacilities } from '../devices/use-devices.ts'
import { useSay } from '../services.ts'
import { Checks, Choice, type Days, Period } from './fields.tsx'

export interface Place {
  facility: string | null
  types: readonly string[]
  period: Days | null
}
export const placeOf = (before: DatasetRequest | null): Place =>
  before && !('trial' in before.scope)
    ? {
        facility: before.scope.facility,
        types: before.scope.device_types,
        period: { from: before.scope.from, to: before.scope.to },
      }
    : { facility: null, types: [], period: null }

interface PlaceFieldsProps {
  place: Place
  isTried: boolean
  onChange: (place: Place) => void
}

export function PlaceFields({ place, isTried, onChange }: PlaceFieldsProps) {
  const say = useSay()
  const catalogue = useCatalogue()
  const profiles = useProfiles()
  const { data: facilities } = useFacilities()
  const { data: devices } = useDevices(undefined)
  const { facility, types, period } = place
  // Only facilities where own devices stand, and only their types: anything else would come back empty.
  const places = (facilities?.items ?? []).filter(
    each => each.bench_of === null && (devices ?? []).some(device => device.facility === each.id),
  )
  const own = new Set(
    (devices ?? []).filter(device => device.facility === facility).map(device => device.profile as string),
  )
  const choices = profiles.filter(profile => own.has(profile.id))
  return (
    <>
      <Choice
        label={say('form.facility')}
        placeholder={say('form.facilityChoose')}
        value={facility}
        options={places.map(each => ({ id: each.id, text: each.name }))}
        isInvalid={isTried && facility === null}
        onChange={chosen => onChange({ ...place, facility: chosen, types: [] })}
      />
      <Checks
        label={say('form.types')}
        hint={facility === null ? say('form.typesFirst') : say('form.typesHint')}
        value={types}
        options={choices.map(profile => ({
          id: profile.id,
          text: catalogue.deviceLabel(profile.id),
          note: profile.id,
        }))}
        isInvalid={isTried && types.length === 0}
        onChange={chosen => onChange({ ...place, types: chosen })}
      />
      <Period
        label={say('form.period')}
        hint={say('form.periodHint')}
        value={period}
        isInvalid={isTried && period === null}
        onChange={days => onChange({ ...place, period: days })}
      />
    </>
  )
}
