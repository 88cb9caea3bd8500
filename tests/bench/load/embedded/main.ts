/** The process that ../embedded.ts starts. Arguments: folder, options as JSON. */
import { join } from 'node:path'
import type { TelemetrySink } from '../../../../core/ports.ts'
import { facilityTopic } from '../../../../core/topics.ts'
import { createBroker } from '../../../../gateway/broker.ts'
import { createGateway } from '../../../../gateway/gateway.ts'
import { createPacketBalance } from '../../../../gateway/ledger/packet-balance.ts'
import { createLog } from '../../../../gateway/log.ts'
import { keepHeapSmall } from '../../../../gateway/small-heap.ts'
import { createDuckdbTelemetry } from '../../../../storage/telemetry/duckdb.ts'
import { createInfluxTelemetry } from '../../../../storage/telemetry/influx.ts'
import { benchRegistry } from '../../support/registry.ts'
import { type EmbeddedOptions, type EmbeddedState, EMBEDDED_FACILITY as facility } from '../embedded.ts'

const folder = process.argv[2] ?? ''
const options = JSON.parse(process.argv[3] ?? '{}') as EmbeddedOptions
const log = createLog('fatal')
keepHeapSmall()
const sink = sinkOf(options.store)
const balance = createPacketBalance()
const broker = createBroker({
  port: 0,
  host: '127.0.0.1',
  authenticate: async (_id, username) => ({ kind: 'device', facility, device: username }),
  ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
  acknowledged: balance.acknowledged,
  log,
})
const gateway = createGateway({
  facilities: 'all',
  sink,
  balance,
  spoolDir: join(folder, 'gateway'),
  spoolMaxBytes: options.spoolMaxBytes ?? 16 * 1024 ** 3,
  ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
  bus: broker.bus,
  log,
  fatal(error) {
    console.error(error)
    process.exit(1)
  },
})
await broker.start()
await gateway.start()
const registry = JSON.stringify(benchRegistry(facility, options.devices))
await broker.bus.publish(facilityTopic(facility, 'registry'), registry, { qos: 1, retain: true })
const port = await broker.listen()

process.on('message', () => void tell())
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => void end())
process.send?.({ port })

async function tell(): Promise<void> {
  const { accepted, stored, spooled } = gateway.totals(facility)
  const { body } = await gateway.metrics.text()
  const gauge = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1])
  const full = gauge('mimamori_spool_full') === 1
  const { heapTotal, arrayBuffers } = process.memoryUsage()
  const memory = { heapMb: Math.round(heapTotal / 1e6), buffersMb: Math.round(arrayBuffers / 1e6) }
  const state: EmbeddedState = {
    ...{ accepted, stored, spooled, spoolBytes: gauge('mimamori_spool_bytes'), full },
    ...memory,
  }
  process.send?.(state)
}

async function end(): Promise<void> {
  await broker.stop()
  await gateway.stop()
  await sink.stop()
  process.exit(0)
}

function sinkOf(store: EmbeddedOptions['store']): TelemetrySink {
  if (store === 'duckdb') return createDuckdbTelemetry({ file: join(folder, 'telemetry.duckdb') }).sink
  if (store !== 'nothing') return createInfluxTelemetry(store).sink
  const nothing = async () => undefined
  return {
    concurrency: 2,
    write: nothing,
    restore: nothing,
    remove: nothing,
    position: async () => null,
    stop: nothing,
  }
}
