/** Fills in a past period of simulated devices: as backlog of an earlier counter run, gently, beside what is measured now. */
import type { RunningDevice } from './fleet.ts'
import { historyOf } from './simulators/simulator.ts'

export interface HistoryOptions {
  devices: readonly RunningDevice[]
  fromMs: number
  toMs: number
  /** Messages per second over all devices; unlimited when absent. */
  rate?: number
  signal: AbortSignal
  onProgress?: (sentHours: number, ofHours: number) => void
}

const HOUR_MS = 3_600_000
const POLL_MS = 50
/** Messages of one device that may wait for their receipt; beyond, the next hour waits. */
const MAX_WAITING = 2_000

/** The counter run of a history: the same period is sent again as the same messages, so that nothing is stored twice. */
const historyBoot = (fromMs: number): string => `h${Math.floor(fromMs / 1000).toString(36)}`

/** Hour by hour over all devices, oldest first; resolves when all is acknowledged, or the signal ends it. */
export async function fillHistory(options: HistoryOptions): Promise<void> {
  const { fromMs, toMs, rate, signal } = options
  const boot = historyBoot(fromMs)
  const runs = options.devices.map(({ device, simulate }) => ({
    device,
    hours: historyOf(simulate, fromMs, toMs, HOUR_MS),
  }))
  const ofHours = Math.ceil((toMs - fromMs) / HOUR_MS)
  for (let hour = 0; hour < ofHours; hour++) {
    for (const { device, hours } of runs) {
      while (device.waiting() > MAX_WAITING && !signal.aborted) await pause(POLL_MS)
      if (signal.aborted) return
      const samples = hours.next().value ?? []
      for (const sample of samples) device.send(sample, boot)
      // Also a breath for everything else in this process.
      await pause(rate === undefined ? 0 : (samples.length / rate) * 1000)
    }
    options.onProgress?.(hour + 1, ofHours)
  }
  while (runs.some(({ device }) => device.waiting() > 0) && !signal.aborted) await pause(POLL_MS)
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))
