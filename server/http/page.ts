/** Keyset pages: cut by the key of the last record, so that nothing is skipped or shown twice while records are added. */

export interface PageQuery {
  limit: number
  after?: string | undefined
}

/** Asks for one record more than the page holds, which tells whether there is another page. */
export async function pageOf<R, I>(
  query: PageQuery,
  read: (page: { limit: number; after?: string }) => Promise<R[]>,
  keyOf: (record: R) => string,
  itemOf: (record: R) => I,
): Promise<{ items: I[]; next: string | null }> {
  const { limit, after } = query
  const records = await read({ limit: limit + 1, ...(after === undefined ? {} : { after }) })
  const shown = records.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(itemOf), next: records.length > limit && last !== undefined ? keyOf(last) : null }
}

/** Pages over what only a look at each record can decide; reads on until the page is full. */
export const filtered =
  <R>(
    read: (page: { limit: number; after?: string }) => Promise<R[]>,
    keyOf: (record: R) => string,
    keep: (record: R) => boolean,
  ) =>
  async ({ limit, after }: { limit: number; after?: string }): Promise<R[]> => {
    const kept: R[] = []
    for (let key = after; ; ) {
      const records = await read({ limit: 500, ...(key === undefined ? {} : { after: key }) })
      for (const record of records) if (kept.length < limit && keep(record)) kept.push(record)
      const last = records.at(-1)
      if (kept.length >= limit || records.length < 500 || last === undefined) return kept
      key = keyOf(last)
    }
  }
