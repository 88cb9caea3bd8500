/** Reads every row of a bucket back and counts how often each message is there. */
import { createInflux, flux } from '../../../storage/influx.ts'
import type { Influxd } from '../../servers/influxd.ts'

export interface Found {
  expected: number
  once: number
  missing: number
  twice: number
  /** Rows of devices or seqs that nobody sent. */
  strange: number
}

/** `sent`: how many messages each device sent, of one boot, from seq 0 on. */
export async function countEach(store: Influxd, bucket: string, sent: ReadonlyMap<string, number>): Promise<Found> {
  const seen = new Map([...sent].map(([device, messages]) => [device, new Uint8Array(messages)]))
  const found: Found = { expected: 0, once: 0, missing: 0, twice: 0, strange: 0 }
  const influx = createInflux({ url: store.url, token: store.token, org: store.org, bucket, readTimeoutMs: 600_000 })
  const script = flux`from(bucket: ${bucket}) |> range(start: 0, stop: 2100-01-01T00:00:00Z)
    |> filter(fn: (r) => r._measurement == "telemetry" and r._field == "seq") |> keep(columns: ["device", "_value"])`
  try {
    let columns: { device: number; seq: number } | undefined
    await influx.query(script, (values, table) => {
      columns ??= { device: table.column('device').index, seq: table.column('_value').index }
      const seqs = seen.get(values[columns.device] ?? '')
      const seq = Number(values[columns.seq])
      if (!seqs || !(seq < seqs.length)) found.strange += 1
      else seqs[seq] = Math.min(2, (seqs[seq] as number) + 1)
    })
  } finally {
    influx.close()
  }
  for (const seqs of seen.values()) {
    found.expected += seqs.length
    for (const times of seqs) found[times === 0 ? 'missing' : times === 1 ? 'once' : 'twice'] += 1
  }
  return found
}
