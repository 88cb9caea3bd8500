/** Seeded draws that the simulated trial needs beyond those of the simulators: bell curves, rates, weights, ids, shuffles. */
import { type Chance, chanceOf } from '../../device-sim/random.ts'

/** Bell curve by Box and Muller. */
export function normal(chance: Chance, mean: number, sd: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance.next()))
  return mean + sd * radius * Math.cos(2 * Math.PI * chance.next())
}

/** A time between two independent events of a rate; same unit as one over the rate. */
export const waiting = (chance: Chance, rate: number): number => -Math.log(1 - chance.next()) / rate

/** A key of the table, each as likely as its weight says. */
export function weighted<T extends string>(chance: Chance, weights: Readonly<Record<T, number>>): T {
  const entries = Object.entries(weights) as [T, number][]
  let left = chance.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [key, weight] of entries) {
    left -= weight
    if (left < 0) return key
  }
  return (entries.at(-1) as [T, number])[0]
}

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz'
/** An opaque id of 20 letters and digits. */
export function opaqueId(...key: (string | number)[]): string {
  const chance = chanceOf('id', ...key)
  return Array.from({ length: 20 }, () => LETTERS[chance.whole(0, LETTERS.length - 1)]).join('')
}

/** In a new order, each as likely. */
export function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = chance.whole(0, i)
    ;[order[i], order[j]] = [order[j] as T, order[i] as T]
  }
  return order
}
