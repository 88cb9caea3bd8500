/** Counts written tables anew, naively and with nothing of the engine: classes, and what each holds of a sensitive value. */

/** @param values rows reduced to what makes a class */
export function sizesOf(values: readonly (readonly string[])[]): number[] {
  const sizes = new Map<string, number>()
  for (const row of values) {
    const key = JSON.stringify(row)
    sizes.set(key, (sizes.get(key) ?? 0) + 1)
  }
  return [...sizes.values()]
}
