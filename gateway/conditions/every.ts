/** A repeated look at something; tests put a ticker of their own in its place. */

/** @returns how to end it */
export type Every = (ms: number, look: () => void) => () => void

export const every: Every = (ms, look) => {
  const timer = setInterval(look, ms)
  return () => clearInterval(timer)
}
