/** The contract's rights at the embedded broker, whose sign-ins are checked against the registry. */
import { describe } from 'vitest'
import { type DeviceId, facilityIdSchema, type ProfileId } from '../../core/ids.ts'
import { createBroker } from '../../gateway/broker.ts'
import { createLog } from '../../gateway/log.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { brokerRightsContract, type RightsBroker } from './broker-rights.ts'

async function makeBroker(): Promise<RightsBroker> {
  const registry = await createRegistry({ file: ':memory:' })
  const heard: { topic: string; payload: string }[] = []
  const broker = createBroker({
    port: 0,
    host: '127.0.0.1',
    log: createLog('silent'),
    async authenticate(clientId, username, password) {
      const device = await registry.credentials.authenticate(clientId, username, password, 1)
      return device && { kind: 'device', ...device }
    },
    // As the gateway does: what its publisher has no right to is refused and ends the connection.
    ingest({ topic, payload, publisher }, done, ticket) {
      if (!publisher) heard.push({ topic, payload: payload.toString() })
      setImmediate(() => done(ticket, { close: publisher !== undefined, holdMs: 0 }))
    },
  })
  await broker.start()
  const port = await broker.listen()
  for (const filter of ['#', '$SYS/#', '$CONTROL/#'])
    await broker.bus.subscribe(filter, ({ topic, payload }) => void heard.push({ topic, payload: payload.toString() }))
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async enrol(facility, device) {
      const id = facilityIdSchema.parse(facility)
      if (!(await registry.facilities.get(id)))
        await registry.facilities.create({ id, name: id, zone: 'Asia/Tokyo', benchOf: null })
      return registry.devices.enrol(
        { facility: id, id: device as DeviceId, profile: 'bed.sleep_mat' as ProfileId, maker: 'acme', activeFromMs: 0 },
        1,
      )
    },
    heard: () => heard,
    publish: (topic, payload, retain = false) => broker.bus.publish(topic, payload, { qos: 1, retain }),
    async stop() {
      await broker.stop()
      await registry.stop()
    },
  }
}

describe('rights at the embedded broker', () => brokerRightsContract(makeBroker))
