/** A bell that any number of waiters can hear, with a time limit for each. */
export interface Signal {
  fire(): void
  /** Resolves at the next `fire`, after `timeoutMs`, or when `signal` aborts. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>
}

export function createSignal(): Signal {
  const waiters = new Set<() => void>()
  return {
    fire() {
      for (const wake of [...waiters]) wake()
    },
    wait: (timeoutMs, signal) =>
      new Promise(resolve => {
        const wake = (): void => {
          clearTimeout(timer)
          waiters.delete(wake)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, timeoutMs)
        waiters.add(wake)
        signal?.addEventListener('abort', wake)
        if (signal?.aborted) wake()
      }),
  }
}
