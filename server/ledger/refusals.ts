/** Counts kept rejections by device or type, reason and fields. Pure. */
import type { ProfileId } from '../../core/ids.ts'
import type { KeptRejection } from '../../core/ledger.ts'
import { profileById } from '../../core/profiles/index.ts'

export interface RefusalGroup {
  device: string | null
  type: ProfileId | null
  reason: KeptRejection['reason']
  fields: string[]
  part: boolean
  count: number
  lastMs: number | null
}

/**
 * `types`: of the devices that the reader may see. `forMaker`: by type instead of by device, those of `types` only, without times, and
 * with such field names only as the type's profile has: a device may send anything as a name, a measured value too.
 */
export function groupRefusals(
  kept: readonly KeptRejection[],
  types: ReadonlyMap<string, ProfileId>,
  forMaker: boolean,
): RefusalGroup[] {
  const groups = new Map<string, RefusalGroup>()
  for (const { device, reason, fields, part, at } of kept) {
    const type = types.get(device) ?? null
    if (forMaker && type === null) continue
    const named = (forMaker ? fields.filter(name => namesOf(type).has(name)) : [...fields]).sort()
    const key = JSON.stringify([forMaker ? type : device, reason, named, part])
    const group = groups.get(key) ?? {
      device: forMaker ? null : device,
      type,
      reason,
      fields: named,
      part,
      count: 0,
      lastMs: null,
    }
    group.count += 1
    if (!forMaker) group.lastMs = Math.max(group.lastMs ?? at, at)
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (b.lastMs ?? 0) - (a.lastMs ?? 0))
}

/** What the profile of a type names: metrics, events and their attributes. */
function namesOf(type: ProfileId | null): ReadonlySet<string> {
  const profile = type === null ? undefined : profileById(type)
  const attributes = Object.values(profile?.events ?? {}).flatMap(event => Object.keys(event.attributes))
  return new Set([...Object.keys(profile?.metrics ?? {}), ...Object.keys(profile?.events ?? {}), ...attributes])
}
