/** The embedded broker does what MQTT 3.1.1 asks. A client without a name is refused on purpose: the client id is how a device is known. */
import { describe } from 'vitest'
import { type BrokerIdentity, createBroker } from '../../gateway/broker.ts'
import { quiet } from '../gateway/quiet-log.ts'
import { type ConformanceBroker, mqttConformance } from './mqtt-conformance.ts'

async function makeBroker(): Promise<ConformanceBroker> {
  const accounts: Record<string, BrokerIdentity> = {
    platform: { kind: 'platform' },
    mat1: { kind: 'device', facility: 'demo', device: 'mat1' },
  }
  const broker = createBroker({
    port: 0,
    host: '127.0.0.1',
    authenticate: async (_id, username) => accounts[username] ?? null,
    ingest: (_packet, done, ticket) => setImmediate(() => done(ticket)),
    log: quiet,
  })
  await broker.start()
  const port = await broker.listen()
  return {
    port,
    all: { username: 'platform', password: 'x' },
    limited: { clientId: 'demo.mat1', username: 'mat1', password: 'x', filter: 'mimamori/v1/demo/mat2/receipt' },
    stop: () => broker.stop(),
  }
}

describe('MQTT 3.1.1 at the embedded broker', () => mqttConformance(makeBroker, { zeroLengthClientId: 'refused' }))
