/** What the server counts about itself, in Prometheus' form; never a value, a name or a time of a resident. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  request(route: string, method: string, status: number, seconds: number): void
  signIn(result: 'ok' | 'refused' | 'throttled'): void
  frame(facility: string): void
  badMessage(topic: 'live' | 'gateway' | 'condition'): void
  slowSocket(): void
  /** A socket did not acknowledge a condition. */
  deafSocket(): void
  build(result: 'ready' | 'failed'): void
  /** Read when asked for. */
  watch(gauges: {
    sockets(): number
    feedAgesMs(): Iterable<[facility: string, ageMs: number]>
    broker(): boolean
  }): void
  text(): Promise<{ type: string; body: string }>
  stop(): void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'mimamori_server_' })
  const registers = [registry]
  const requests = new Histogram({
    name: 'mimamori_http_request_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers })
  const signIns = counter('mimamori_sign_ins_total', 'Sign-ins by result', ['result'])
  const frames = counter('mimamori_live_frames_total', 'Board frames built', ['facility'])
  const bad = counter('mimamori_live_messages_refused_total', 'Messages of gateways that could not be read', ['topic'])
  const slow = counter('mimamori_slow_sockets_total', 'Sockets closed because they did not keep up', [])
  const deaf = counter('mimamori_deaf_sockets_total', 'Sockets closed because they did not acknowledge a condition', [])
  const builds = counter('mimamori_dataset_builds_total', 'Dataset builds by result', ['result'])
  return {
    request: (route, method, status, seconds) => requests.observe({ route, method, status: String(status) }, seconds),
    signIn: result => signIns.inc({ result }),
    frame: facility => frames.inc({ facility }),
    badMessage: topic => bad.inc({ topic }),
    slowSocket: () => slow.inc(),
    deafSocket: () => deaf.inc(),
    build: result => builds.inc({ result }),
    watch({ sockets, feedAgesMs, broker }) {
      gauge('mimamori_live_sockets', 'Open live sockets', [], g => g.set(sockets()))
      gauge('mimamori_broker_connected', '1 while connected to the broker', [], g => g.set(broker() ? 1 : 0))
      gauge('mimamori_feed_age_seconds', "Age of a gateway's last live message", ['facility'], g => {
        for (const [facility, ageMs] of feedAgesMs()) g.set({ facility }, ageMs / 1000)
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
