/** Keeps the process small and its garbage collection cheap on the few processors of a gateway's box. */
import { setFlagsFromString } from 'node:v8'

/**
 * V8 would rather let a heap that is mostly garbage grow to several times of what lives in it, and has five threads copy the little that outlives a
 * young collection: on two processors they wait for each other. Measured by `bench -- ingest` and `bench -- store-away`.
 */
const FLAGS = ['--heap-growing-percent=15', '--no-parallel-scavenge']

export function keepHeapSmall(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
}
