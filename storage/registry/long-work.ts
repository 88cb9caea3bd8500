/** Long work within one transaction: everything else in the process has its turn in between, and it can be called off. */
import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'

/** Alarms wait in this process too: nobody is held up longer. */
const PORTION_MS = 10

/**
 * @param signal whose abort undoes all of it
 * @returns to be awaited after each part; throws `unavailable` once it is called off
 */
export function createLongWork(signal?: AbortSignal): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since >= PORTION_MS) {
      await turn()
      since = performance.now()
    }
    if (signal?.aborted) throw new AppError('unavailable', 'called off: nothing was taken')
  }
}
