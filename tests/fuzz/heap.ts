/** How much memory is really in use: after a forced collection. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** Of JavaScript objects and of buffers, MB to one decimal. */
export async function settledHeapMb(): Promise<number> {
  if (!collect) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  // What was only just let go is held by the running turn.
  await new Promise(resolve => setImmediate(resolve))
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return Math.round((heapUsed + external) / 1e5) / 10
}

/** Whether the last third of a long run holds more than the third before it, beyond what comes and goes. Too short to tell: no. */
export function grows(heapMb: readonly number[]): boolean {
  if (heapMb.length < 9) return false
  const third = Math.floor(heapMb.length / 3)
  const median = (figures: readonly number[]): number => [...figures].sort((a, b) => a - b)[figures.length >> 1]!
  const before = median(heapMb.slice(-2 * third, -third))
  return median(heapMb.slice(-third)) > before * 1.15 + 5
}
