/** Fresh buckets of an InfluxDB for each run: how many points came, cheaply, and how many rows there are, by query. */
import type { Influxd } from '../../servers/influxd.ts'

export interface Bucket {
  name: string
  /** Points that the store has taken, by its own counter; a point that came twice counts twice. Costs the store little. */
  points(): Promise<number>
  /** Rows that are found by query: a message is one. */
  rows(): Promise<number>
  remove(): Promise<void>
}

export async function makeBucket(store: Influxd, name: string): Promise<Bucket> {
  await store.createBucket(name)
  const headers = { authorization: `Token ${store.token}` }
  const answer = await fetch(`${store.url}/api/v2/buckets?name=${name}`, { headers })
  const { buckets } = (await answer.json()) as { buckets: { id: string }[] }
  const id = buckets[0]?.id
  const counted = new RegExp(`^storage_shard_write_count\\{bucket="${id}".*\\} (\\S+)$`, 'gm')
  return {
    name,
    async points() {
      const text = await (await fetch(`${store.url}/metrics`)).text()
      return [...text.matchAll(counted)].reduce((sum, match) => sum + Number(match[1]), 0)
    },
    async rows() {
      const query = `from(bucket: "${name}") |> range(start: 0, stop: 2100-01-01T00:00:00Z) |> filter(fn: (r) => r._field == "seq") |> count() |> group() |> sum()`
      const response = await fetch(`${store.url}/api/v2/query?org=${store.org}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/vnd.flux', accept: 'application/csv' },
        body: query,
      })
      if (!response.ok) throw new Error(`the store answers ${response.status} to a count`)
      const [names, values] = (await response.text()).split('\r\n').filter(line => line.includes(','))
      return Number(values?.split(',')[names?.split(',').indexOf('_value') ?? -1] ?? 0)
    },
    async remove() {
      await fetch(`${store.url}/api/v2/buckets/${id}`, { method: 'DELETE', headers })
    },
  }
}
