/** A process to be tortured: embedded broker, gateway and DuckDB file, composed as standalone does; answers what it has stored. */
import { join } from 'node:path'
import { facilityTopic } from '../../core/topics.ts'
import { createBroker } from '../../gateway/broker.ts'
import { createGateway } from '../../gateway/gateway.ts'
import { createLog } from '../../gateway/log.ts'
import { createDuckdbTelemetry } from '../../storage/telemetry/duckdb.ts'
import { registryOf } from '../gateway/fixtures.ts'
import { FACILITY, type ProcessConfig, SEGMENT_BYTES, SPOOL_MAX_BYTES } from './process-config.ts'
import { answerQuestions } from './questions.ts'

const config = JSON.parse(process.env.FAULT_CONFIG ?? '{}') as Extract<ProcessConfig, { kind: 'embedded' }>
const log = createLog('warn')
const store = createDuckdbTelemetry({ file: join(config.dir, 'telemetry.duckdb') })
const broker = createBroker({
  port: config.port,
  host: '127.0.0.1',
  // A name that is no device's stands for a hub that speaks for many.
  authenticate: async (_id, username) =>
    config.devices.includes(username) ? { kind: 'device', facility: FACILITY, device: username } : { kind: 'platform' },
  ingest(packet, done, ticket) {
    if (config.sabotage !== 'hasty') return gateway.ingest(packet, done, ticket)
    done(ticket)
    gateway.ingest(packet, () => undefined, ticket)
  },
  log,
})
const fatal = (error: Error): never => {
  log.fatal({ error: error.message }, 'ends')
  process.exit(1)
}
const gateway = createGateway({
  facilities: 'all',
  sink: store.sink,
  source: store.source,
  spoolDir: config.spoolDir,
  spoolMaxBytes: SPOOL_MAX_BYTES,
  segmentBytes: SEGMENT_BYTES,
  bus: broker.bus,
  log,
  fatal,
})
await broker.start()
await gateway.start()
const { profiles, ...known } = registryOf(FACILITY, config.devices)
// Few devices make the traffic of many.
const faster = profiles.map(profile => ({ ...profile, messages_per_second: 500 }))
const registry = JSON.stringify({ ...known, profiles: faster })
await broker.bus.publish(facilityTopic(FACILITY, 'registry'), registry, { qos: 1, retain: true })
await broker.listen()
answerQuestions({
  totals: () => gateway.totals(FACILITY),
  source: store.source,
  async stop() {
    await broker.stop()
    await gateway.stop()
    await store.stop()
  },
})
