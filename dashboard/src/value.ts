/** One value that tells its listeners when it changes: the smallest store that React can follow. */

export function createValue<T>(initial: T) {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: (): T => value,
    set: (next: T): void => {
      if (Object.is(next, value)) return
      value = next
      for (const listener of listeners) listener()
    },
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export interface Value<T> {
  get: () => T
  set: (next: T) => void
  subscribe: (listener: () => void) => () => void
}
