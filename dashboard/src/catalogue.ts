/** The device profiles as the browser knows them: fetched once, the words of metrics and events by language. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { DeviceProfile, Metric } from '../../core/profile.ts'
import { useLanguage, useServices } from './services.ts'

const NONE: readonly DeviceProfile[] = []

export function useProfiles(): readonly DeviceProfile[] {
  const { call } = useServices()
  const { data } = useQuery({
    queryKey: ['device-types'],
    queryFn: () => call('deviceTypes', { query: { limit: 500 } }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data?.items ?? NONE
}

export interface Catalogue {
  profile: (id: string) => DeviceProfile | undefined
  deviceLabel: (profile: string) => string
  eventLabel: (profile: string, event: string) => string
  metricLabel: (profile: string, metric: string) => string
  metric: (profile: string, metric: string) => Metric | undefined
}
/** Words from the profiles; an id itself where the profile is not known. */
export function useCatalogue(): Catalogue {
  const profiles = useProfiles()
  const language = useLanguage()
  return useMemo(() => {
    const byId = new Map(profiles.map(profile => [profile.id as string, profile]))
    const metric = (profile: string, name: string): Metric | undefined =>
      (byId.get(profile)?.metrics as Record<string, Metric> | undefined)?.[name]
    return {
      profile: id => byId.get(id),
      deviceLabel: id => byId.get(id)?.label[language] ?? id,
      eventLabel: (id, event) =>
        (byId.get(id)?.events as Record<string, { label: Record<string, string> }> | undefined)?.[event]?.label[
          language
        ] ?? event,
      metricLabel: (id, name) => metric(id, name)?.label[language] ?? name,
      metric,
    }
  }, [profiles, language])
}
