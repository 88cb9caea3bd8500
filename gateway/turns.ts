/** Lets actions run one after another, in the order in which they were asked for; one that fails does not stop those behind it. */
export interface Turns {
  take<T>(action: () => Promise<T>): Promise<T>
  /** Resolves when all that was asked for so far has ended. */
  idle(): Promise<unknown>
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return {
    take(action) {
      const mine = last.then(action)
      last = mine.catch(() => undefined)
      return mine
    },
    idle: () => last,
  }
}
