/** The embedded broker with the registry behind it, as standalone puts them together, for attacks. */
import { join } from 'node:path'
import { type AttackedBroker, ROOT } from './world.ts'

/** @param root folder of the sources */
export async function startAttackedEmbedded(root = ROOT): Promise<AttackedBroker> {
  const from = <T>(path: string) => import(/* @vite-ignore */ join(root, path)) as Promise<T>
  const { createBroker } = await from<typeof import('../../gateway/broker.ts')>('gateway/broker.ts')
  const { createLog } = await from<typeof import('../../gateway/log.ts')>('gateway/log.ts')
  const { createRegistry } =
    await from<typeof import('../../storage/registry/registry.ts')>('storage/registry/registry.ts')
  const { createEnrolment } =
    await from<typeof import('../../server/broker/enrolment.ts')>('server/broker/enrolment.ts')
  const { createEmbeddedAccounts } = await from<typeof import('../../server/broker/device-accounts.ts')>(
    'server/broker/device-accounts.ts',
  )
  const registry = await createRegistry({ file: ':memory:' })
  const gateway = { username: 'gateway', password: 'a-password-of-the-gateway' }
  const heard: { topic: string; payload: string }[] = []
  let gate: Promise<void> | null = null
  let waiting = 0
  const broker = createBroker({
    port: 0,
    host: '127.0.0.1',
    log: createLog('silent'),
    async authenticate(clientId, username, password) {
      if (username === gateway.username) return password === gateway.password ? { kind: 'platform' } : null
      const device = await registry.credentials.authenticate(clientId, username, password, Date.now())
      if (gate !== null) {
        waiting += 1
        await gate
      }
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
  const accounts = createEmbeddedAccounts(broker.disconnect)
  const log = createLog('silent')
  const enrolment = createEnrolment({ registry, accounts, clock: Date.now, log, watchMs: 20 })
  enrolment.start()
  return {
    url: `mqtt://127.0.0.1:${port}`,
    registry,
    enrolment,
    gateway,
    heard: () => heard,
    publish: (topic, payload) => broker.bus.publish(topic, payload, { qos: 1 }),
    async retained() {
      const topics: string[] = []
      await broker.bus.subscribe('mimamori/#', message => void (message.retained && topics.push(message.topic)))
      return topics
    },
    holdSignIns() {
      let release: () => void = () => undefined
      waiting = 0
      gate = new Promise(resolve => {
        release = resolve
      })
      return {
        waiting: () => waiting,
        release() {
          gate = null
          release()
        },
      }
    },
    defaults: null,
    async stop() {
      await enrolment.stop()
      await broker.stop()
      await registry.stop()
    },
  }
}
