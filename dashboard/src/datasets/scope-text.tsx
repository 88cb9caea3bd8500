/** What a request is about, in words: devices of a facility in a period, or a whole trial. */
import type { ReactNode } from 'react'
import type { DatasetScope, FacilityScope } from '../../../core/rest/datasets.ts'
import { useCatalogue } from '../catalogue.ts'
import { useFacilityName } from '../devices/use-devices.ts'
import { useSay } from '../services.ts'
import { useTrial } from '../trials/use-trials.ts'

interface Told {
  facility: string
  types: readonly string[]
  period: string
  /** Title of the trial; null: of none. */
  trial: string | null
}

/** Hands what it knows to `children`; of a trial that is still being read, its number. */
export function ScopeText({ scope, children }: { scope: DatasetScope; children: (told: Told) => ReactNode }) {
  return 'trial' in scope ? (
    <OfTrial id={scope.trial}>{children}</OfTrial>
  ) : (
    <OfFacility scope={scope}>{children}</OfFacility>
  )
}

function OfFacility({ scope, children }: { scope: FacilityScope; children: (told: Told) => ReactNode }) {
  const facility = useFacilityName(scope.facility)
  return children({ facility, types: scope.device_types, period: `${scope.from} – ${scope.to}`, trial: null })
}

function OfTrial({ id, children }: { id: string; children: (told: Told) => ReactNode }) {
  const { data } = useTrial(id)
  return children({
    facility: data?.sites.join(', ') ?? '',
    types: data?.device_types ?? [],
    period: data ? `${data.from} – ${data.to}` : '',
    trial: data?.title ?? id,
  })
}

export function TypesText({ types }: { types: readonly string[] }) {
  const say = useSay()
  const catalogue = useCatalogue()
  return types.map(type => catalogue.deviceLabel(type)).join(say('list.comma'))
}
