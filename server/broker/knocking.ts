/** Remembers who knocked at the embedded broker and was refused, in bounded memory, so that forgotten devices are found and enrolled. */
import { deviceIdSchema, facilityIdSchema } from '../../core/ids.ts'

export interface KnockRecord {
  clientId: string
  username: string
  /** As the client id claims; null where it has not the form of one. */
  facility: string | null
  device: string | null
  firstMs: number
  lastMs: number
  count: number
}

export interface Knocking {
  /** Called at each refused sign-in. Who it was is only claimed. */
  note(clientId: string, username: string): void
  /** Newest first. */
  list(): KnockRecord[]
}

/** Nobody can fill the list for another facility: what is too much goes from the fullest. */
const MAX_ALL = 500
const MAX_TEXT = 128

export function createKnocking(clock: () => number, maxAll = MAX_ALL): Knocking {
  const byFacility = new Map<string, Map<string, KnockRecord>>()
  let size = 0

  return {
    note(givenId, givenName) {
      const clientId = shown(givenId)
      const username = shown(givenName)
      const { facility, device } = claimed(clientId)
      const group = byFacility.get(facility ?? '') ?? new Map<string, KnockRecord>()
      byFacility.set(facility ?? '', group)
      const key = `${clientId}\n${username}`
      const known = group.get(key)
      const nowMs = clock()
      const firstMs = known?.firstMs ?? nowMs
      // Last in the map: the others are older.
      group.delete(key)
      group.set(key, { clientId, username, facility, device, firstMs, lastMs: nowMs, count: (known?.count ?? 0) + 1 })
      if (known) return
      size += 1
      if (size > maxAll) dropOne()
    },
    list: () => [...byFacility.values()].flatMap(group => [...group.values()]).sort((a, b) => b.lastMs - a.lastMs),
  }

  /** Of the fullest facility the oldest that has knocked once, so that who comes again stays; else its oldest. */
  function dropOne(): void {
    const [name, group] = [...byFacility].reduce((fullest, next) => (next[1].size > fullest[1].size ? next : fullest))
    const newest = [...group.keys()].at(-1)
    const once = [...group].find(([key, { count }]) => count === 1 && key !== newest)?.[0]
    const oldest = once ?? group.keys().next().value
    if (oldest !== undefined) group.delete(oldest)
    if (group.size === 0) byFacility.delete(name)
    size -= 1
  }
}

/** What a stranger sent: nothing that a terminal or a page would take for more than text. */
const shown = (text: string): string => text.slice(0, MAX_TEXT).replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '·')

function claimed(clientId: string): Pick<KnockRecord, 'facility' | 'device'> {
  const [first, second, ...more] = clientId.split('.')
  const facility = facilityIdSchema.safeParse(first)
  const device = deviceIdSchema.safeParse(second)
  if (!facility.success || !device.success || more.length > 0) return { facility: null, device: null }
  return { facility: facility.data, device: device.data }
}
