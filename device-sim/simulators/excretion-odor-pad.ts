/** Simulates excretion.odor_pad: smell and damp of a pad each half minute, rising when it is used, gone when it is changed. */
import { chanceOf, clamp, drift, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { IN_BED } from './resident.ts'
import { type SimulatedDevice, type Simulator, ticks, within } from './simulator.ts'

const HALF_MINUTE_MS = 30_000
const HOUR_MS = 3_600_000
/** Staff change pads on their rounds, every fourth hour. */
const ROUND_MS = 4 * HOUR_MS
const TOLD_AFTER_MS = 60_000

interface Use {
  atMs: number
  event: string
  odor: number
  damp: number
}
const KINDS = [
  { event: 'urine_small', odor: 110, damp: 14 },
  { event: 'urine_large', odor: 210, damp: 30 },
  { event: 'stool_small', odor: 360, damp: 8 },
  { event: 'stool_large', odor: 620, damp: 12 },
]

/** What happened in the round that began at `roundMs`. */
function usesOf({ seed, device }: SimulatedDevice, roundMs: number): Use[] {
  const chance = chanceOf(seed, device, 'pad', roundMs)
  const urine = chance.whole(0, 2)
  const uses = Array.from({ length: urine }, () => ({ at: chance.next(), kind: KINDS[chance.whole(0, 1)] }))
  if (chance.is(0.15)) uses.push({ at: chance.next(), kind: KINDS[chance.whole(2, 3)] })
  return uses
    .flatMap(({ at, kind }) =>
      kind ? [{ ...kind, atMs: roundMs + Math.round((at * ROUND_MS * 0.9) / 1000) * 1000 }] : [],
    )
    .sort((a, b) => a.atMs - b.atMs)
}

export const simulateOdorPad: Simulator = self => {
  const { resident } = self
  const key = hash32(`${self.seed}/${self.device}`)
  const roundOf = (atMs: number): number => Math.floor(atMs / ROUND_MS) * ROUND_MS

  function sample(atMs: number, uses: readonly Use[]): Sample {
    const before = uses.filter(use => use.atMs <= atMs)
    const worn = IN_BED.has(resident.at(atMs).state)
    const odor = 25 + before.reduce((sum, use) => sum + use.odor * Math.min(1, (atMs - use.atMs) / 300_000), 0)
    const damp = 42 + before.reduce((sum, use) => sum + use.damp, 0)
    return {
      atMs,
      metrics: {
        odor_index: Math.round(clamp(odor * (1 + drift(key, atMs, 600_000) * 0.08), 0, 1000)),
        pad_humidity: Math.round(clamp(damp + drift(key ^ 1, atMs, 600_000) * 4, 0, 100)),
        // Below 29 Cel the bed is empty, about 33 Cel is comfortable.
        pad_temp: roundTo(clamp((worn ? 33 : 27) + drift(key ^ 2, atMs, 1_200_000), 10, 45), 1),
      },
    }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (let roundMs = roundOf(fromMs - ROUND_MS); roundMs < toMs; roundMs += ROUND_MS) {
      const uses = usesOf(self, roundMs)
      for (const { atMs, event } of uses) samples.push({ atMs: atMs + TOLD_AFTER_MS, event })
      const changedMs = roundMs + ROUND_MS - 1_000
      if (uses.length > 0) samples.push({ atMs: changedMs, event: 'pad_opened' })
      if (chanceOf(self.seed, self.device, 'place', roundMs).is(0.03))
        samples.push({ atMs: roundMs + HOUR_MS, event: 'misplaced' })
      const [start, end] = [Math.max(fromMs, roundMs), Math.min(toMs, roundMs + ROUND_MS)]
      for (const atMs of ticks(start, end, HALF_MINUTE_MS, key % HALF_MINUTE_MS)) samples.push(sample(atMs, uses))
    }
    return within(samples, fromMs, toMs)
  }
}
