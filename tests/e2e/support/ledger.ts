/** A made-up message ledger for browser tests: a night with an outage, refusals, a conflict and dead letters; red, silent and empty on request. */
import { HOUR_MS } from '../../../core/ledger.ts'
import type { Device } from '../../../core/rest/devices.ts'
import type { Conflict, DeadLetterView, KeptRejectionView, RejectionCounts } from '../../../core/rest/kept.ts'
import type { LedgerDevice, LedgerDevices, LedgerSums } from '../../../core/rest/ledger.ts'
import type { Me } from '../../../core/rest/session.ts'

export type LedgerScene = 'mixed' | 'red' | 'calm'

const iso = (ms: number): string => new Date(ms).toISOString()
const NOTHING: LedgerSums = {
  packets: 0,
  committed: 0,
  accepted: 0,
  duplicate: 0,
  conflicting: 0,
  refused: 0,
  received: 0,
  missing: 0,
  recovered: 0,
  expected: 0,
  late: 0,
  clock_suspect: 0,
  partly_refused: 0,
  deferred: 0,
  stored: 0,
  spooled: 0,
  dead_lettered: 0,
}
const PER_HOUR = 3_600

/** What is not as it should be, by device. */
const TROUBLE: Record<string, Partial<LedgerSums> & { outage?: [number, number] }> = {
  'mat-0305': { outage: [23, 24], missing: 1_496 },
  'mat-0210': { outage: [15, 16], missing: 4_578, late: 4 },
  'mat-0310': { late: 21, missing: 57, recovered: 57, duplicate: 311 },
  'mat-0302': { refused: 11, late: 8, clock_suspect: 40 },
  'mat-0203': { partly_refused: 86, conflicting: 2, missing: 39, outage: [4, 6] },
  'mat-0315': { dead_lettered: 3, missing: 26 },
  'mat-0312': { spooled: 46 },
}

function lineOf(id: string, type: string | null, scene: LedgerScene): LedgerDevice {
  const { outage, ...trouble } = scene === 'calm' ? {} : (TROUBLE[id] ?? {})
  const seed = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)
  const isSilent = id.startsWith('spare')
  const hours = Array.from({ length: 24 }, (_, hour): [number, number] => {
    if (isSilent || (outage && hour >= outage[0] && hour < outage[1])) return [0, 0]
    const full = hour === 23 ? Math.round(PER_HOUR * 0.7) : PER_HOUR
    const lost = (seed * 7 + hour * hour * 13) % 17 === 0 ? Math.round(full * (0.02 + (seed % 5) / 40)) : 0
    return [full - lost, full]
  })
  const received = hours.reduce((sum, [own]) => sum + own, 0)
  const sums = {
    ...NOTHING,
    missing: hours.reduce((sum, [own, full]) => sum + full - own, seed % 7),
    ...trouble,
    received,
  }
  sums.accepted = received
  sums.stored = received - sums.spooled - sums.dead_lettered
  sums.expected = received + sums.missing - sums.recovered
  sums.committed = sums.accepted + sums.duplicate + sums.conflicting + sums.refused
  sums.packets = sums.committed
  return {
    device: id,
    device_type: type,
    coverage:
      !isSilent && sums.expected > 0 ? Math.min(1, Math.floor((received / sums.expected) * 10_000) / 10_000) : null,
    sums: isSilent ? NOTHING : sums,
    red: scene === 'red' && id === 'mat-0208' ? ['recount'] : [],
    hours,
  } as LedgerDevice
}

/** As the server gives it to each role. */
export function makeLedger(devices: readonly Device[], me: Me, scene: LedgerScene, nowMs: number): LedgerDevices {
  const to = Math.ceil(nowMs / HOUR_MS) * HOUR_MS
  const items = devices.map(({ id, profile }) => lineOf(id, profile, scene))
  if (scene !== 'calm')
    items.push({
      ...lineOf('tag-0999', null, 'calm'),
      sums: { ...NOTHING, committed: 4, refused: 4, packets: 4 },
      hours: Array(24).fill([0, 0]),
      coverage: null,
    })
  const totals = { ...NOTHING }
  for (const { sums } of items)
    for (const name of Object.keys(totals) as (keyof LedgerSums)[]) totals[name] += sums?.[name] ?? 0
  const whole = {
    facility: 'demo',
    from: iso(to - 24 * HOUR_MS),
    to: iso(to),
    as_of: iso(nowMs),
    totals,
    balanced: scene !== 'red',
    failing:
      scene === 'red'
        ? [
            { equation: 'recount', device: 'mat-0208', hour: iso(to - 3 * HOUR_MS), difference: -1 },
            { equation: 'recount', device: 'mat-0208', hour: iso(to - 4 * HOUR_MS), difference: -2 },
          ]
        : [],
    recount: {
      rows: 600,
      of: 640,
      oldest_at: iso(to - 30 * 60_000),
      stored: totals.stored - 31_204,
      found: totals.stored - 31_204 - (scene === 'red' ? 3 : 0),
    },
    gateway: { state: 'online', version: '0.1.0', heard: iso(nowMs - 800), spool_bytes: 52_133 },
    items,
    next: null,
  } as unknown as LedgerDevices
  if (me.role !== 'manufacturer') return whole
  const midnight = Math.floor((nowMs + 9 * HOUR_MS) / (24 * HOUR_MS)) * 24 * HOUR_MS - 9 * HOUR_MS
  return {
    ...whole,
    from: iso(midnight - 168 * HOUR_MS),
    to: iso(midnight),
    as_of: iso(midnight),
    totals: null,
    balanced: null,
    failing: [],
    recount: null,
    gateway: null,
    items: items.filter(line => line.device_type !== null).map(line => ({ ...line, sums: null, red: [], hours: null })),
  }
}

export function makeRefusals(me: Me, scene: LedgerScene, nowMs: number): RejectionCounts {
  const isMaker = me.role === 'manufacturer'
  const groups = [
    ['mat-0203', 'out_of_range', ['heart_rate'], true, 86, 2],
    ['mat-0302', 'future_time', [], false, 11, 47],
    ['mat-0310', 'wrong_unit', ['resp_rate'], true, 7, 30],
    ['tag-0999', 'unknown_device', [], false, 4, 61],
    ['mat-0207', 'unknown_metric', ['snore_index'], true, 2, 600],
  ] as const
  const shown = scene === 'calm' ? [] : groups.filter(([device]) => !isMaker || device !== 'tag-0999')
  return {
    facility: 'demo',
    from: iso(nowMs - (isMaker ? 168 : 24) * HOUR_MS),
    to: iso(nowMs),
    total: shown.reduce((sum, group) => sum + group[4], 0),
    complete: true,
    groups: shown.map(([device, reason, fields, part, count, minutes]) => ({
      device: isMaker ? null : device,
      device_type: device === 'tag-0999' ? null : 'bed.sleep_mat',
      reason,
      fields: [...fields],
      part,
      count,
      last: isMaker ? null : iso(nowMs - minutes * 60_000),
    })),
  } as unknown as RejectionCounts
}

const ORIGINAL =
  '{"v":1,"boot":"b7f3","seq":48211,"ts":"2026-11-22T20:40:11.020Z","metrics":{"heart_rate":912.4,"resp_rate":16,"bed_state":"asleep"},"battery":18,"fw":"1.4.2"}'

export const makeRejection = (me: Me, device: string, reason: string, nowMs: number): KeptRejectionView =>
  ({
    id: 'r1',
    device,
    device_type: 'bed.sleep_mat',
    at: iso(nowMs - 120_000),
    reason,
    fields: reason === 'out_of_range' ? ['heart_rate'] : [],
    detail: 'heart_rate: at most 250',
    boot: 'b7f3',
    seq: 48_211,
    part: true,
    bytes: ORIGINAL.length,
    sha256: me.role === 'facility_admin' ? 'ab'.repeat(32) : null,
    payload: me.role === 'facility_admin' ? { text: ORIGINAL, base64: false } : null,
  }) as unknown as KeptRejectionView

export const makeConflicts = (me: Me, scene: LedgerScene, nowMs: number): Conflict[] =>
  (scene === 'calm' ? [] : [70, 71]).map(minutes => ({
    id: `c${minutes}`,
    device: 'mat-0203',
    device_type: 'bed.sleep_mat',
    at: iso(nowMs - minutes * 60_000),
    kind: 'conflicting',
    boot: 'b7f3',
    seq: 41_000 + minutes,
    payload: me.role === 'facility_admin' ? { text: ORIGINAL.replace('912.4', '64'), base64: false } : null,
  })) as unknown as Conflict[]

export const makeDeadLetters = (scene: LedgerScene, nowMs: number): DeadLetterView[] =>
  (scene === 'calm' ? [] : [1, 2, 3]).map(n => ({
    id: `d${n}`,
    device: 'mat-0315',
    device_type: 'bed.sleep_mat',
    at: iso(nowMs - n * 600_000),
    reason: 'store_refused',
    boot: 'b7f3',
    seq: 900 + n,
    measured_at: iso(nowMs - n * 600_000 - 900),
    replayed_at: null,
  })) as unknown as DeadLetterView[]
