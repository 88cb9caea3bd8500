/** Which of a room's values a tile shows, and in what words it says that there are none. */
import type { DeviceProfile } from '../../../core/profile.ts'
import type { StoredValue } from '../../../core/readings.ts'
import { isOffBed } from './attention.ts'
import type { RoomView } from './room-view.ts'
import type { BoardFrame } from './store.ts'

export interface TileValue {
  column: number
  value: StoredValue
}

/** Metrics by what their devices are for; from the profiles alone. */
export interface MetricRoles {
  /** Of devices that watch the room. */
  watch: ReadonlySet<string>
  /** Of devices that sense the bed: nothing comes while the resident is elsewhere. */
  bed: ReadonlySet<string>
}

export function metricRoles(profiles: readonly DeviceProfile[]): MetricRoles {
  const namesOf = (chosen: readonly DeviceProfile[]): ReadonlySet<string> =>
    new Set(chosen.flatMap(profile => Object.keys(profile.metrics)))
  return {
    watch: namesOf(profiles.filter(profile => profile.role === 'watch')),
    bed: namesOf(profiles.filter(sensesBed)),
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
    if (value === null || value === undefined || (offBed && roles.bed.has(metric.name))) return []
    return [{ column, value, isWatch: roles.watch.has(metric.name) }]
  })
  return all.sort((a, b) => Number(b.isWatch) - Number(a.isWatch)).slice(0, 2)
}
