/** The devices of the simulated trial, each with the quirks by which one serial number can be told from another. */
import { chanceOf } from '../../device-sim/random.ts'
import { normal, waiting } from './chance.ts'
import type { CommonEvent } from './happenings.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, type TrialOptions } from './options.ts'

export interface SimDevice {
  id: string
  facility: string
  profile: string
  /** Random numbers of this device. */
  key: number
  /** Where in the interval it samples. */
  phaseMs: number
  jitterMs: number
  /** Device clock less true time at the trial's start. */
  clockMs: number
  /** Parts per million by which its clock runs fast. */
  ppm: number
  /** Added to what it measures, in the unit of a usual spread of that metric. */
  bias: number
  /** Its motion counts are more or fewer by this factor. */
  gain: number
  /** Older firmware gives movement in steps of two. */
  coarse: boolean
  /** Share of samples lost. */
  loss: number
  /** Epoch ms, from ≤ t < to: it says nothing. */
  gaps: [number, number][]
}

const PREFIX: Readonly<Record<string, string>> = {
  'bed.sleep_mat': 'mat',
  'room.door_motion': 'motion',
  'vital.spot_set': 'spot',
  'room.fall_radar': 'radar',
  'mobility.walk_trainer': 'walker',
}

export interface Placing {
  facility: string
  profile: string
  startMs: number
  endMs: number
  common: readonly CommonEvent[]
}

/** @param number counts all devices of the trial, so that ids differ */
export function deviceOf({ seed }: TrialOptions, number: number, placing: Placing): SimDevice {
  const { facility, profile, startMs, endMs, common } = placing
  const chance = chanceOf(seed, 'device', number)
  const device: SimDevice = {
    id: `${PREFIX[profile] ?? 'device'}-${chance.whole(16 ** 3, 16 ** 4 - 1).toString(16)}${number.toString(16).padStart(3, '0')}`,
    facility,
    profile,
    key: chance.whole(0, 2 ** 31),
    phaseMs: chance.whole(0, MINUTE_MS - 1),
    jitterMs: chance.between(5, 400),
    clockMs: Math.round(normal(chance, 0, 20_000)),
    ppm: normal(chance, 0, 30),
    bias: normal(chance, 0, 1),
    gain: Math.exp(normal(chance, 0, 0.12)),
    coarse: chance.is(0.3),
    loss: chance.is(0.15) ? chance.between(0.01, 0.05) : chance.between(0, 0.005),
    gaps: [],
  }
  // A gap every ten days on average, some devices far more often.
  const rate = Math.exp(normal(chance, Math.log(0.1), 0.7)) / DAY_MS
  for (let at = startMs + waiting(chance, rate); at < endMs; at += waiting(chance, rate)) {
    const to = at + Math.exp(normal(chance, Math.log(40), 1)) * MINUTE_MS
    device.gaps.push([at, Math.min(to, at + 18 * HOUR_MS)])
    at = to
  }
  for (const event of common) {
    if (event.kind === 'power_cut' && event.site === facility) device.gaps.push([event.fromMs, event.toMs])
    if (event.kind === 'firmware' && profile === 'bed.sleep_mat')
      device.gaps.push([event.fromMs + chance.whole(0, 60_000), event.toMs + chance.whole(0, 60_000)])
  }
  return device
}

/** What the device's clock shows at a true time. */
export const clockOf = (device: SimDevice, startMs: number, trueMs: number): number =>
  Math.round(trueMs + device.clockMs + ((trueMs - startMs) * device.ppm) / 1e6)

export const silentAt = (device: SimDevice, ms: number): boolean =>
  device.gaps.some(([from, to]) => ms >= from && ms < to)
