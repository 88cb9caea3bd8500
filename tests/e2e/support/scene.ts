/** Made-up boards for browser tests: 24 rooms in two units, a mixed night and a calm one, as the contract's bodies. */

import { PLACE_STATES, type PlaceState } from '../../../core/place-state.ts'
import type { Board, BoardRoom } from '../../../core/rest/board.ts'
import type { Device } from '../../../core/rest/devices.ts'

export const ZONE = 'Asia/Tokyo'
const MINUTE = 60_000

/** The scenes play at the end of a night, whatever the hour is here. */
const NIGHT_MS = Date.parse('2026-11-23T05:42:18+09:00') - Date.now()
/** The mock server's time: 05:42 in Tokyo when the tests begin, and running. */
export const sceneNow = (): number => Date.now() + NIGHT_MS

interface RoomPlan {
  label: string
  state: PlaceState
  minutes: number
  heart?: number
  breath?: number
  freshness?: BoardRoom['freshness']
  batteryLow?: boolean
}
const plan = (
  label: string,
  state: PlaceState,
  minutes: number,
  heart?: number,
  breath?: number,
  more: Partial<RoomPlan> = {},
): RoomPlan => ({
  label,
  state,
  minutes,
  ...(heart === undefined ? {} : { heart }),
  ...(breath === undefined ? {} : { breath }),
  ...more,
})

const MIXED: readonly RoomPlan[] = [
  plan('201', 'asleep', 134, 56, 13),
  plan('202', 'asleep', 225, 61, 15),
  plan('203', 'awake', 8, 68, 16),
  plan('205', 'bed_edge', 1, 74, 18),
  plan('206', 'asleep', 85, 58, 14),
  plan('207', 'out_of_bed', 12),
  plan('208', 'asleep', 167, 54, 12),
  plan('210', 'stale', 11, 63, 15, { freshness: 'stale' }),
  plan('211', 'dozing', 21, 60, 14),
  plan('212', 'asleep', 140, 60, 14, { freshness: 'ageing' }),
  plan('213', 'away', 95),
  plan('215', 'asleep', 263, 52, 13),
  plan('301', 'asleep', 121, 57, 14),
  plan('302', 'toilet', 4),
  plan('303', 'awake', 26, 66, 15),
  plan('305', 'offline', 24, 62, 15, { freshness: 'lost' }),
  plan('306', 'asleep', 205, 59, 13),
  plan('307', 'unclear', 3, undefined, undefined),
  plan('308', 'asleep', 153, 55, 14),
  plan('310', 'out_of_bed', 34),
  plan('311', 'not_installed', 0),
  plan('312', 'asleep', 190, 60, 15),
  plan('313', 'asleep', 61, 64, 16),
  plan('315', 'sitting_up', 2, 73, 17, { batteryLow: true }),
]
const CALM_STATES: Record<string, PlaceState> = {
  '203': 'awake',
  '303': 'awake',
  '211': 'dozing',
  '310': 'dozing',
  '311': 'not_installed',
}
const CALM = MIXED.map((room, i): RoomPlan => {
  const state = CALM_STATES[room.label] ?? 'asleep'
  return plan(
    room.label,
    state,
    20 + ((i * 37) % 240),
    state === 'not_installed' ? undefined : 52 + ((i * 7) % 16),
    state === 'not_installed' ? undefined : 12 + (i % 5),
  )
})
const PLANS = { mixed: MIXED, calm: CALM, empty: [] as readonly RoomPlan[] }
export type SceneName = keyof typeof PLANS

/** The states of a room's last half hour: a quiet stretch, then how it got to the present one. */
function recentStates(room: RoomPlan, seed: number): (number | null)[] {
  const index = (state: PlaceState): number => PLACE_STATES.indexOf(state)
  if (room.state === 'not_installed') return Array.from({ length: 30 }, () => null)
  const rise: PlaceState[] = ['awake', 'sitting_up', 'bed_edge', 'out_of_bed']
  return Array.from({ length: 30 }, (_, minute) => {
    const left = 30 - minute
    if (left <= Math.min(30, room.minutes)) return index(room.state)
    const before = left - room.minutes
    if (
      room.state === 'out_of_bed' ||
      room.state === 'toilet' ||
      room.state === 'bed_edge' ||
      room.state === 'sitting_up'
    )
      return index(before > 6 ? 'asleep' : (rise[Math.max(0, 3 - Math.ceil(before / 1.5))] ?? 'awake'))
    return index(minute % 17 === seed % 17 ? 'awake' : 'asleep')
  })
}

const isOff = (state: PlaceState): boolean =>
  ['out_of_bed', 'toilet', 'away', 'unclear', 'not_installed', 'offline'].includes(state)

function makeRoom(room: RoomPlan, index: number, nowMs: number): BoardRoom {
  const since = room.state === 'not_installed' ? null : new Date(nowMs - room.minutes * MINUTE).toISOString()
  const freshness = room.freshness ?? (room.state === 'not_installed' ? 'never' : 'fresh')
  const measured = new Date(
    nowMs -
      (freshness === 'stale' || freshness === 'lost'
        ? room.minutes * MINUTE
        : freshness === 'ageing'
          ? 180_000
          : 4_000),
  ).toISOString()
  const device = `mat-0${room.label}`
  const value = (number: number | undefined) =>
    number === undefined ? {} : { value: number, unit: '/min', measured_at: measured, freshness, device }
  const values: Record<string, unknown> = {}
  if (room.heart !== undefined) values.heart_rate = value(room.heart)
  if (room.breath !== undefined) values.resp_rate = value(room.breath)
  return {
    id: `r${room.label}`,
    label: room.label,
    unit: room.label.startsWith('2') ? '2階 さくら' : '3階 けやき',
    state: room.state,
    since,
    alarm: null,
    freshness,
    battery_low: room.batteryLow ?? false,
    values: values as BoardRoom['values'],
    recent_states: recentStates(room, index),
    recent_values: Array.from({ length: 30 }, (_, minute) =>
      isOff(room.state) && minute > 30 - room.minutes
        ? null
        : (room.heart ?? 62) + Math.round(2 * Math.sin((minute + index * 5) / 2.3)),
    ),
    devices: room.state === 'not_installed' ? [] : ([device] as unknown as BoardRoom['devices']),
  }
}

export const makeRooms = (scene: SceneName, nowMs: number): BoardRoom[] =>
  PLANS[scene].map((room, index) => makeRoom(room, index, nowMs))

export const LAYOUT: Board['layout'] = {
  version: 1,
  columns: ['index', 'state', 'flags', 'since', 'heart_rate', 'resp_rate', 'activity', 'motion', 'age'],
  metrics: [
    { name: 'heart_rate', unit: '/min', digits: 0, label: { ja: '心拍', ko: '심박', en: 'Heart rate' } },
    { name: 'resp_rate', unit: '/min', digits: 0, label: { ja: '呼吸', ko: '호흡', en: 'Breathing' } },
    { name: 'activity', unit: '{count}/min', digits: 0, label: { ja: '体動', ko: '움직임', en: 'Movement' } },
    { name: 'motion', unit: '{count}/min', digits: 0, label: { ja: '動き', ko: '움직임', en: 'Motion' } },
  ] as unknown as Board['layout']['metrics'],
  states: [...PLACE_STATES],
}

export function makeEvents(nowMs: number): Board['events'] {
  const rows: [string, string, string, number, boolean][] = [
    ['r205', 'bed.sleep_mat', 'sit_up', 2, false],
    ['r302', 'room.door_motion', 'toilet_in', 4, false],
    ['r207', 'bed.sleep_mat', 'bed_exit', 12, false],
    ['r310', 'bed.sleep_mat', 'bed_exit', 34, false],
    ['r307', 'bed.sleep_mat', 'signal_unclear', 41, false],
    ['r213', 'room.door_motion', 'door_open', 95, true],
    ['r203', 'bed.sleep_mat', 'restless', 118, false],
    ['r315', 'bed.sleep_mat', 'rr_range', 151, false],
  ]
  return rows.map(([room, profile, event, minutes, late]) => ({
    room,
    device: profile === 'bed.sleep_mat' ? `mat-0${room.slice(1)}` : `door-0${room.slice(1)}`,
    profile,
    event,
    at: new Date(nowMs - minutes * MINUTE).toISOString(),
    late,
  })) as unknown as Board['events']
}

export function makeDevices(nowMs: number): Device[] {
  const devices = MIXED.filter(room => room.state !== 'not_installed').map((room, i) => ({
    facility: 'demo',
    id: `mat-0${room.label}`,
    profile: 'bed.sleep_mat',
    maker: 'gaonmed',
    room: { id: `r${room.label}`, label: room.label },
    active_from: '2026-05-01T00:00:00+09:00',
    heard: new Date(
      nowMs - (room.state === 'stale' || room.state === 'offline' ? room.minutes * MINUTE : 1_000 + (i % 7) * 1_000),
    ).toISOString(),
    online: room.state !== 'offline',
    freshness: room.freshness ?? 'fresh',
    fw: i % 5 === 0 ? '1.4.1' : '1.4.2',
    battery: room.batteryLow ? 11 : i % 3 === 0 ? null : 60 + (i % 4) * 9,
    rssi: -61,
    skew_ms: room.label === '302' ? 142_000 : (i % 9) * 90 - 300,
  }))
  const doors = ['207', '213', '302'].map(label => ({
    ...devices[0],
    id: `door-0${label}`,
    profile: 'room.door_motion',
    room: { id: `r${label}`, label },
    battery: 83,
    skew_ms: 120,
    online: true,
    freshness: 'fresh' as const,
    heard: new Date(nowMs - 9_000).toISOString(),
  }))
  const spare = {
    ...devices[0],
    id: 'spare-spot-set',
    profile: 'vital.spot_set',
    room: { id: 'r311', label: '311' },
    heard: null,
    online: null,
    freshness: 'never' as const,
    fw: null,
    battery: null,
    skew_ms: null,
  }
  return [...devices, ...doors, spare] as unknown as Device[]
}
