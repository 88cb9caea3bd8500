/** A process to be tortured: the gateway between an outside broker and InfluxDB, composed as gateway/main.ts does, with small segments. */
import { randomUUID } from 'node:crypto'
import { deviceTopic, parseDeviceTopic } from '../../core/topics.ts'
import type { DevicePacket } from '../../gateway/bus.ts'
import { createGateway } from '../../gateway/gateway.ts'
import { createPacketBalance } from '../../gateway/ledger/packet-balance.ts'
import { createLog, errorFields } from '../../gateway/log.ts'
import { createOutsideBroker } from '../../gateway/outside-broker.ts'
import { createInfluxTelemetry } from '../../storage/telemetry/influx.ts'
import { FACILITY, type ProcessConfig, SEGMENT_BYTES, SPOOL_MAX_BYTES } from './process-config.ts'
import { answerQuestions } from './questions.ts'

const config = JSON.parse(process.env.FAULT_CONFIG ?? '{}') as Extract<ProcessConfig, { kind: 'outside' }>
const log = createLog('warn')
const fatal = (error: Error): never => {
  log.fatal(errorFields(error), 'ends')
  process.exit(1)
}
const instance = randomUUID()
const balance = createPacketBalance()
const telemetry = createInfluxTelemetry(config.influx)
const broker = createOutsideBroker({
  address: { url: config.brokerUrl },
  facilities: [FACILITY],
  instance,
  ingest(packet, done, ticket) {
    if (config.sabotage === 'hasty') receiptAtOnce(packet)
    gateway.ingest(packet, done, ticket)
  },
  balance,
  onSession: (...session) => gateway.session(...session),
  clock: Date.now,
  log,
  fatal,
})
const gateway = createGateway({
  facilities: [FACILITY],
  sink: telemetry.sink,
  source: telemetry.source,
  spoolDir: config.spoolDir,
  spoolMaxBytes: SPOOL_MAX_BYTES,
  segmentBytes: SEGMENT_BYTES,
  balance,
  bus: broker.bus,
  log,
  fatal,
  instance,
  commitMs: 20,
})
await broker.check()
await gateway.start()
broker.connect()
await gateway.known(FACILITY)
broker.open(FACILITY)
answerQuestions({
  totals: () => gateway.totals(FACILITY),
  async stop() {
    await gateway.stop()
    await broker.stop()
    await telemetry.stop()
  },
})

/** Sabotage: the device is told that its message is safe before anything was written. */
function receiptAtOnce({ topic, payload }: DevicePacket): void {
  const device = parseDeviceTopic(topic)?.device
  if (!device) return
  try {
    const { messages, ...message } = JSON.parse(payload.toString()) as {
      boot: string
      seq: number
      messages?: { boot: string; seq: number }[]
    }
    const last = messages?.at(-1) ?? message
    const first = messages?.[0] ?? message
    const gaps = first.seq > 0 ? [[0, first.seq - 1]] : []
    const receipt = JSON.stringify({ boot: last.boot, seq: last.seq, gaps })
    broker.bus
      .publish(deviceTopic(FACILITY, device, 'receipt'), receipt, { qos: 1, retain: true })
      .catch(() => undefined)
  } catch {
    // Poison: no receipt speaks of it.
  }
}
