/** What the gateway counts about itself, in Prometheus' form; never a value, a payload or a device's name. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface GatewayMetrics {
  /** Whole messages only. */
  refused(facility: string, reason: string): void
  commit(messages: number, seconds: number): void
  storeWrite(rows: number, seconds: number): void
  /** Read when asked for. */
  watch(gauges: {
    spoolBytes(): number
    spoolFull(): boolean
    storeInTrouble(): boolean
    totals(): Iterable<readonly [facility: string, totals: Record<string, number>]>
  }): void
  text(): Promise<{ type: string; body: string }>
  stop(): void
}

export function createGatewayMetrics(): GatewayMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'mimamori_gateway_' })
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets: number[]) => new Histogram({ name, help, buckets, registers })
  const refused = counter('mimamori_refused_total', 'Refused messages by reason', ['facility', 'reason'])
  const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2]
  const commits = histogram('mimamori_spool_commit_seconds', 'Time to write and sync a commit of the spool', seconds)
  const sizes = histogram('mimamori_spool_commit_messages', 'Messages in a commit', [1, 10, 100, 500, 1000, 5000])
  const writes = histogram('mimamori_store_write_seconds', 'Time the store took for a batch', [...seconds, 10])
  const stored = counter('mimamori_stored_rows_total', 'Rows that the store took', [])
  return {
    refused: (facility, reason) => refused.inc({ facility, reason }),
    commit: (messages, time) => {
      commits.observe(time)
      sizes.observe(messages)
    },
    storeWrite: (rows, time) => {
      writes.observe(time)
      stored.inc(rows)
    },
    watch({ spoolBytes, spoolFull, storeInTrouble, totals }) {
      gauge('mimamori_spool_bytes', 'Bytes in the spool', [], g => g.set(spoolBytes()))
      gauge('mimamori_spool_full', '1 while nothing is acknowledged for want of room', [], g =>
        g.set(Number(spoolFull())),
      )
      gauge('mimamori_store_trouble', '1 while the store does not take messages', [], g =>
        g.set(Number(storeInTrouble())),
      )
      gauge('mimamori_ledger', 'Message ledger since the first day', ['facility', 'column'], g => {
        for (const [facility, columns] of totals())
          for (const [column, value] of Object.entries(columns)) g.set({ facility, column }, value)
      })
    },
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
    stop: () => registry.clear(),
  }

  function gauge<L extends string>(name: string, help: string, labelNames: L[], fill: (g: Gauge<L>) => void): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        fill(this)
      },
    })
  }
}
