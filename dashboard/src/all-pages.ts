/** Reads a list of the server to its end, page by page. */

interface Page<T> {
  items: readonly T[]
  next: string | null
}

export async function allPages<T>(read: (after: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  for (let after: string | undefined; ; ) {
    const { items, next } = await read(after)
    all.push(...items)
    if (next === null) return all
    after = next
  }
}
