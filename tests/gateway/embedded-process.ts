/** A process to be killed: the embedded broker, a gateway and a DuckDB file, composed as standalone does. Arguments: folder, port, devices. */
import { join } from 'node:path'
import { facilityTopic } from '../../core/topics.ts'
import { createBroker } from '../../gateway/broker.ts'
import { createGateway } from '../../gateway/gateway.ts'
import { createLog } from '../../gateway/log.ts'
import { createDuckdbTelemetry } from '../../storage/telemetry/duckdb.ts'
import { registryOf } from './fixtures.ts'

const [folder = '', port = '', devices = ''] = process.argv.slice(2)
const log = createLog('warn')
const store = createDuckdbTelemetry({ file: join(folder, 'telemetry.duckdb') })
const broker = createBroker({
  port: Number(port),
  host: '127.0.0.1',
  authenticate: async (_id, username) =>
    username === 'server'
      ? { kind: 'platform' }
      : { kind: 'device', facility: 'demo', device: username.replace(/^demo\./, '') },
  ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
  log,
})
const gateway = createGateway({
  facilities: 'all',
  sink: store.sink,
  spoolDir: join(folder, 'gateway'),
  spoolMaxBytes: 1e9,
  segmentBytes: 1_000_000,
  bus: broker.bus,
  log,
  fatal(error) {
    log.fatal({ error: error.message }, 'ends')
    process.exit(1)
  },
})
await broker.start()
await gateway.start()
const registry = JSON.stringify(registryOf('demo', devices.split(',')))
await broker.bus.publish(facilityTopic('demo', 'registry'), registry, { qos: 1, retain: true })
await broker.listen()

process.on('SIGTERM', async () => {
  await broker.stop()
  // The store may need a moment for what is still in the spool.
  while (gateway.totals('demo').spooled > 0) await new Promise(resolve => setTimeout(resolve, 20))
  await gateway.stop()
  await store.stop()
  process.exit(0)
})
