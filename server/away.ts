/** Which devices watch nobody at present, and which rooms are empty, because whoever they are for is away. */
import type { PlacementRecord, Registry } from '../core/registry.ts'

export interface Away {
  /** Ids of devices whose events mean nobody. */
  devices: ReadonlySet<string>
  /** Ids of rooms all of whose residents are away. */
  rooms: ReadonlySet<string>
  /** When any of it may change or has changed, epoch ms; never fewer than before. */
  boundaries: readonly number[]
}

const EVER_MS = 8_640_000_000_000_000

/** A device is for the resident of its placement, else for the one of its bed, else for all of its room: quiet only when all of those are away. */
export async function awayNow(
  registry: Registry,
  facility: string,
  placements: readonly PlacementRecord[],
  nowMs: number,
): Promise<Away> {
  const stays = await registry.stays.during(facility, -EVER_MS, EVER_MS)
  const absences = await registry.absences.during(facility, -EVER_MS, EVER_MS)
  const now = ({ fromMs, toMs }: { fromMs: number; toMs: number | null }): boolean =>
    fromMs <= nowMs && (toMs === null || toMs > nowMs)
  const present = placements.filter(now)
  const living = stays.filter(now)
  const absent = new Set(absences.filter(now).map(({ resident }) => resident))
  const allAway = (residents: readonly string[]): boolean =>
    residents.length > 0 && residents.every(resident => absent.has(resident))
  const residentsFor = ({ resident, room, bed }: PlacementRecord): string[] => {
    if (resident !== null) return [resident]
    return living.filter(stay => (bed === null ? stay.room === room : stay.bed === bed)).map(stay => stay.resident)
  }
  const rooms = new Set([...present, ...living].flatMap(({ room }) => room ?? []))
  const residentsIn = (id: string): string[] =>
    [...present, ...living].flatMap(({ room, resident }) => (room === id && resident !== null ? [resident] : []))
  return {
    devices: new Set(present.filter(placement => allAway(residentsFor(placement))).map(({ device }) => device)),
    rooms: new Set([...rooms].filter(room => allAway(residentsIn(room)))),
    boundaries: [...stays, ...absences].flatMap(({ fromMs, toMs }) => (toMs === null ? [fromMs] : [fromMs, toMs])),
  }
}
