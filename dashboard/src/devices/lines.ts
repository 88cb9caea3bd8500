/** The fleet page's lines: each device with its line of the ledger, what is wrong with it, and the order of all. Pure. */
import type { Device } from '../../../core/rest/devices.ts'
import type { LedgerDevice } from '../../../core/rest/ledger.ts'
import { needsCare, STANDINGS, type Standing, standingOf } from './standing.ts'

export const ORDERS = ['trouble', 'room', 'type'] as const
export type Order = (typeof ORDERS)[number]
export const FLAGS = ['dead', 'conflicting', 'refused', 'missing'] as const
export type Flag = (typeof FLAGS)[number]

export interface Line {
  /** As named in the topic; empty where that was no name. */
  id: string
  /** Null where it is not enrolled. */
  type: string | null
  /** Null where the reader may not see the device's state, or there is none. */
  device: Device | null
  ledger: LedgerDevice | null
  standing: Standing | null
  flags: ReadonlySet<Flag>
  isCare: boolean
}

/** More than this share of what was expected is worth a look. */
const MISSING_LIMIT = 0.01

/** @param devices null: the reader sees the ledger alone */
export function linesOf(devices: readonly Device[] | null, ledger: readonly LedgerDevice[], isCut: boolean): Line[] {
  const byId = new Map(ledger.map(line => [line.device, line]))
  const known = (devices ?? []).map(device => lineOf(device.id, device, byId.get(device.id) ?? null, isCut))
  const ids = new Set<string>(known.map(line => line.id))
  const others = ledger.filter(line => !ids.has(line.device)).map(line => lineOf(line.device, null, line, isCut))
  return [...known, ...others]
}

function lineOf(id: string, device: Device | null, ledger: LedgerDevice | null, isCut: boolean): Line {
  const type = device?.profile ?? ledger?.device_type ?? null
  const standing = device ? standingOf(device, isCut) : type === null ? 'unknown' : null
  const flags = flagsOf(ledger)
  const isCare = (standing !== null && needsCare(standing)) || flags.size > 0 || (ledger?.red.length ?? 0) > 0
  return { id, type, device, ledger, standing, flags, isCare }
}

export const netMissing = ({ missing, recovered }: { missing: number; recovered: number }): number =>
  Math.max(0, missing - recovered)

function flagsOf(ledger: LedgerDevice | null): Set<Flag> {
  const sums = ledger?.sums
  const flags = new Set<Flag>()
  if (!sums) return flags
  if (sums.dead_lettered > 0) flags.add('dead')
  if (sums.conflicting > 0) flags.add('conflicting')
  if (sums.refused + sums.partly_refused > 0) flags.add('refused')
  if (sums.expected > 0 && netMissing(sums) / sums.expected > MISSING_LIMIT) flags.add('missing')
  return flags
}

/** @param typeLabel a type as the reader calls it */
export function sortLines(lines: readonly Line[], order: Order, typeLabel: (line: Line) => string): Line[] {
  const natural = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })
  const room = (line: Line): string => line.device?.room?.label ?? ''
  const compare: Record<Order, (a: Line, b: Line) => number> = {
    trouble: (a, b) =>
      Number(b.isCare) - Number(a.isCare) || rank(a) - rank(b) || b.flags.size - a.flags.size || lost(b) - lost(a),
    // Without a room: last, whatever letters a room is called by.
    room: (a, b) => Number(room(a) === '') - Number(room(b) === '') || natural(room(a), room(b)),
    type: (a, b) => typeLabel(a).localeCompare(typeLabel(b)),
  }
  return [...lines].sort((a, b) => compare[order](a, b) || natural(a.id, b.id))
}

/** A sum that does not agree comes before everything that a device can have. */
function rank({ ledger, standing }: Line): number {
  if (ledger && ledger.red.length > 0) return -1
  return standing === null ? STANDINGS.length : STANDINGS.indexOf(standing)
}

/** Among those that need a look; the others keep to their names. */
function lost({ ledger, isCare }: Line): number {
  if (!isCare) return 0
  const sums = ledger?.sums
  return sums ? sums.dead_lettered + sums.conflicting + sums.refused + sums.partly_refused + netMissing(sums) : 0
}

export interface MissingShare {
  /** Of what was expected, in percent. */
  percent: number
  /** The one or two rooms (or devices without one) that most of it comes from, with their part in percent; null: it is spread. */
  most: { places: { name: string; isRoom: boolean }[]; percent: number } | null
}
const MOST = 0.8
const LEAST_MISSING = 10

/** Where what is missing is missing. */
export function missingShare(lines: readonly Line[]): MissingShare | null {
  const byPlace = new Map<string, number>()
  const rooms = new Set<string>()
  let [missing, expected] = [0, 0]
  for (const { id, device, ledger } of lines) {
    if (!ledger?.sums) continue
    const own = netMissing(ledger.sums)
    const place = device?.room?.label ?? id
    if (device?.room) rooms.add(device.room.label)
    missing += own
    expected += ledger.sums.expected
    byPlace.set(place, (byPlace.get(place) ?? 0) + own)
  }
  if (expected <= 0) return null
  const percent = (missing / expected) * 100
  const worst = [...byPlace].sort((a, b) => b[1] - a[1]).slice(0, 2)
  if (missing < LEAST_MISSING) return { percent, most: null }
  for (let count = 1; count <= worst.length; count++) {
    const some = worst.slice(0, count)
    const part = some.reduce((sum, [, own]) => sum + own, 0) / missing
    if (part >= MOST)
      return {
        percent,
        most: { places: some.map(([name]) => ({ name, isRoom: rooms.has(name) })), percent: Math.floor(part * 100) },
      }
  }
  return { percent, most: null }
}
