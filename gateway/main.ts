/** `npm run gateway`: the gateway as a process of its own, between an outside broker and InfluxDB. */

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { createInfluxTelemetry } from '../storage/telemetry/influx.ts'
import { type GatewayConfig, parseConfig } from './config.ts'
import { createGateway } from './gateway.ts'
import { startHealthServer } from './http.ts'
import { readJson, writeJson } from './json-file.ts'
import { createPacketBalance } from './ledger/packet-balance.ts'
import { createLog, errorFields } from './log.ts'
import { createOutsideBroker } from './outside-broker.ts'
import { keepHeapSmall } from './small-heap.ts'

const HELP = `Mimamori gateway: takes the messages of devices from an MQTT broker, checks them and stores them in InfluxDB.

  npm run gateway

Settings come from the environment (.env.example describes them):
  MQTT_URL  MQTT_USERNAME  MQTT_PASSWORD  MQTT_CA_FILE      the broker
  INFLUX_URL  INFLUX_TOKEN  INFLUX_ORG  INFLUX_BUCKET       the store
  GATEWAY_FACILITIES                                        facilities to serve, separated by commas
  SPOOL_DIR  SPOOL_MAX_BYTES  DATA_DIR                      where messages wait for the store
  HTTP_PORT                                                 /healthz /readyz /metrics
  LOG_LEVEL                                                 fatal error warn info debug silent
A secret X may be given as a file by X_FILE.

Exit codes: 0 stopped, 1 failed, 2 wrong settings.`

/**
 * The broker holds what we have not acknowledged, and its window is wide: a longer wait makes fewer and larger commits, which at low rates are
 * most of what a message costs.
 */
const COMMIT_MS = 20

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(HELP)
    return
  }
  const parsed = parseConfig(process.env)
  if ('errors' in parsed || process.argv.length > 2) {
    const lines = 'errors' in parsed ? parsed.errors : [`unknown argument ${process.argv[2]}; --help tells more`]
    for (const line of lines) console.error(`gateway: ${line}`)
    process.exitCode = 2
    return
  }
  await run(parsed.config)
}

async function run(config: GatewayConfig): Promise<void> {
  keepHeapSmall()
  const log = createLog(config.logLevel)
  const fatal = (error: Error): never => {
    log.fatal(errorFields(error), 'the gateway ends: going on could lose messages')
    process.exit(1)
  }
  const instance = randomUUID()
  const instanceFile = join(config.spoolDir, 'instance.json')
  const formerly = await readJson(instanceFile, z.string())
  const balance = createPacketBalance()
  const telemetry = createInfluxTelemetry(config.influx)
  const broker = createOutsideBroker({
    address: config.broker,
    facilities: config.facilities,
    instance,
    formerly,
    ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
    balance,
    onSession: (...session) => gateway.session(...session),
    clock: Date.now,
    log,
    fatal,
  })
  const gateway = createGateway({
    facilities: config.facilities,
    sink: telemetry.sink,
    source: telemetry.source,
    spoolDir: config.spoolDir,
    spoolMaxBytes: config.spoolMaxBytes,
    bus: broker.bus,
    log,
    fatal,
    instance,
    balance,
    commitMs: COMMIT_MS,
  })

  const ready = (): boolean => gateway.ready() && broker.connected()
  const health = await startHealthServer({ port: config.httpPort, ready, metrics: gateway.metrics.text })
  log.info({ port: health.port, facilities: config.facilities }, 'gateway begins')
  let ending = false
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ending) return
    ending = true
    log.info({ signal }, 'gateway stops')
    await gateway.stop()
    await broker.stop()
    await telemetry.stop()
    await health.stop()
    process.exit(0)
  }
  process.on('SIGTERM', signal => void end(signal))
  process.on('SIGINT', signal => void end(signal))

  await broker.check()
  await gateway.start()
  await writeJson(instanceFile, instance)
  broker.connect()
  await Promise.all(
    config.facilities.map(async facility => {
      await gateway.known(facility)
      broker.open(facility)
    }),
  )
  log.info({ facilities: config.facilities }, 'gateway takes messages')
}

main().catch((error: unknown) => {
  console.error(`gateway: ${error instanceof AppError || error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
