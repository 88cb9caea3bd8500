/** Runs simulated devices live: each sends what its simulator yields at the time when it happens. */
import type { AppError } from '../core/errors.ts'
import type { Credential } from './credentials.ts'
import { type Device, startDevice } from './device.ts'
import type { OutboxCounts } from './outbox.ts'
import { chanceAt, hash32 } from './random.ts'
import type { Sample } from './sample.ts'
import type { Simulate } from './simulators/simulator.ts'

export interface FleetDevice {
  credential: Credential
  simulate: Simulate
}
export interface FleetOptions {
  devices: readonly FleetDevice[]
  url: string
  protocol?: 4 | 5
  seed: string
  /** Run of the counter for what is measured from now on; never used before with these devices. */
  boot: string
  /** False: connects only; what the devices say is sent by somebody else. */
  live?: boolean
  now?: () => number
  onProblem?: (device: string, error: AppError) => void
}
export interface RunningDevice extends FleetDevice {
  device: Device
}
export interface Fleet {
  devices: readonly RunningDevice[]
  /** What was measured before this instant is history, not part of the live run. Epoch ms. */
  liveFromMs: number
  counts(): OutboxCounts & { waiting: number }
  /** Stops measuring; messages not yet acknowledged are still sent. */
  pause(): void
  stop(): Promise<void>
}

/** The last minute is sent at once, so that each device has a value from the start. */
const LEAD_IN_MS = 60_000
const LOOK_AHEAD_MS = 300_000
const FIRMWARE = ['1.4.2', '1.4.2', '1.5.0']

/** Connects all devices and starts to measure. */
export function startFleet(options: FleetOptions): Fleet {
  const now = options.now ?? Date.now
  const liveFromMs = now() - LEAD_IN_MS
  const timers = new Map<Device, NodeJS.Timeout>()
  let measuring = true

  const devices = options.devices.map(({ credential, simulate }) => {
    const luck = (index: number): number => chanceAt(hash32(`${options.seed}/${credential.device}/status`), index)
    const onBattery = luck(0) < 0.5
    const device = startDevice({
      facility: credential.facility,
      device: credential.device,
      url: options.url,
      clientId: credential.client_id,
      username: credential.username,
      password: credential.password,
      protocol: options.protocol,
      boot: options.boot,
      fw: FIRMWARE[Math.floor(luck(1) * FIRMWARE.length)],
      model: credential.profile,
      battery: onBattery ? () => Math.round(12 + luck(2) * 88) : undefined,
      now,
      onProblem: error => options.onProblem?.(credential.device, error),
    })
    if (options.live ?? true) live(device, simulate)
    return { credential, simulate, device }
  })

  /** Sends what is due, then sleeps until the next sample. */
  function live(device: Device, simulate: Simulate): void {
    let untilMs = liveFromMs
    let next: Sample[] = []
    const tick = (): void => {
      if (!measuring) return
      for (;;) {
        if (next.length === 0 && untilMs <= now()) {
          next = simulate(untilMs, untilMs + LOOK_AHEAD_MS)
          untilMs += LOOK_AHEAD_MS
        }
        const [first] = next
        if (!first || first.atMs > now()) break
        device.send(first)
        next.shift()
      }
      timers.set(device, setTimeout(tick, Math.max((next[0]?.atMs ?? untilMs) - now(), 1)))
    }
    tick()
  }

  function pause(): void {
    measuring = false
    for (const timer of timers.values()) clearTimeout(timer)
  }

  return {
    devices,
    liveFromMs,
    counts: () => sumCounts(devices.map(({ device }) => device)),
    pause,
    stop: async () => {
      pause()
      await Promise.all(devices.map(({ device }) => device.stop()))
    },
  }
}

export function sumCounts(devices: readonly Device[]): OutboxCounts & { waiting: number } {
  const sum = { published: 0, acknowledged: 0, refused: 0, waiting: 0 }
  for (const device of devices) {
    const counts = device.counts()
    sum.published += counts.published
    sum.acknowledged += counts.acknowledged
    sum.refused += counts.refused
    sum.waiting += device.waiting()
  }
  return sum
}
