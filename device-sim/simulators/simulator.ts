/** What a simulator is: a pure function of device, seed and time that yields the samples of a span. */
import type { Sample } from '../sample.ts'
import type { Resident } from './resident.ts'

export interface SimulatedDevice {
  seed: string
  /** Device id; two devices of one room differ by it. */
  device: string
  resident: Resident
}

/**
 * Samples with fromMs ≤ atMs < toMs, in order of time. Spans may be cut anywhere: the parts together equal the whole,
 * so that history, live running and tests see the same device.
 */
export type Simulate = (fromMs: number, toMs: number) => Sample[]
export type Simulator = (device: SimulatedDevice) => Simulate

/** Keeps what lies in the span, in order of time. */
export const within = (samples: Sample[], fromMs: number, toMs: number): Sample[] =>
  samples.filter(sample => sample.atMs >= fromMs && sample.atMs < toMs).sort((a, b) => a.atMs - b.atMs)

/** The instants of a fixed grid with a phase of its own, in from ≤ t < to. */
export function* ticks(fromMs: number, toMs: number, everyMs: number, phaseMs: number): Generator<number> {
  for (let at = Math.ceil((fromMs - phaseMs) / everyMs) * everyMs + phaseMs; at < toMs; at += everyMs) yield at
}

/** The samples of a long span in steps, so that memory does not grow with it. */
export function* historyOf(simulate: Simulate, fromMs: number, toMs: number, stepMs = 3_600_000): Generator<Sample[]> {
  for (let at = fromMs; at < toMs; at += stepMs) yield simulate(at, Math.min(at + stepMs, toMs))
}
