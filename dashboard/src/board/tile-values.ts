/** Which of a room's values a tile shows, and in what words it says that there are none. */
import type { DeviceProfile, Language, Metric, Text } from '../../../core/profile.ts'
import type { StoredValue } from '../../../core/readings.ts'
import { isOffBed } from './attention.ts'
import type { RoomView } from './room-view.ts'
import type { BoardFrame } from './store.ts'

export interface TileValue {
  column: number
  value: StoredValue
  digits: number
  /** Short name of the metric. */
  name: Text
}

/** Metrics by what their devices are for; from the profiles alone. */
export interface MetricRoles {
  /** Of devices that watch the room. */
  watch: ReadonlySet<string>
  /** Of devices that sense the bed: nothing comes while the resident is elsewhere. */
  bed: ReadonlySet<string>
  /** What a tile calls them. */
  short: ReadonlyMap<string, Text>
}

export function metricRoles(profiles: readonly DeviceProfile[]): MetricRoles {
  const namesOf = (chosen: readonly DeviceProfile[]): ReadonlySet<string> =>
    new Set(chosen.flatMap(profile => Object.keys(profile.metrics)))
  return {
    watch: namesOf(profiles.filter(profile => profile.role === 'watch')),
    bed: namesOf(profiles.filter(sensesBed)),
    short: new Map(
      profiles.flatMap(profile =>
        Object.entries(profile.metrics).map(
          ([name, metric]: [string, Metric]) => [name, metric.short ?? metric.label] as const,
        ),
      ),
    ),
  }
}
const sensesBed = (profile: DeviceProfile): boolean =>
  Object.values(profile.metrics).some(
    metric => metric.kind === 'enum' && Object.values(metric.states ?? {}).includes('asleep'),
  )

/** At most two values, those of watching devices first; none of the bed's while the resident is out of it. */
export function tileValues(room: RoomView, layout: BoardFrame['layout'], roles: MetricRoles): TileValue[] {
  const offBed = isOffBed(room.state)
  const all = layout.metrics.flatMap((metric, column) => {
    const value = room.values[column]
    // What is measured on demand needs its time beside it, for which a tile has no room.
    if (roles.watch.size > 0 && !roles.watch.has(metric.name)) return []
    if (value === null || value === undefined || (offBed && roles.bed.has(metric.name))) return []
    return [
      {
        column,
        value,
        digits: metric.digits,
        name: roles.short.get(metric.name) ?? metric.label,
      },
    ]
  })
  return all.slice(0, 2)
}

/** For a wall: one sign in Japanese and Korean, at most three letters in English. */
export const wallName = (name: Text, language: Language): string =>
  language === 'en' ? name.en.slice(0, 3) : ([...name[language]][0] ?? '')
