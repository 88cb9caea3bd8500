/** Mosquitto as we ship it, its accounts driven by the server's own code, for attacks. */
import { join } from 'node:path'
import mqtt from 'mqtt'
import { z } from 'zod'
import type { DeviceAccounts } from '../../server/broker/device-accounts.ts'
import { createDynsecRequests } from '../../server/broker/dynsec-requests.ts'
import { type SecuredMosquitto, startSecuredMosquitto } from '../servers/mosquitto.ts'
import { poll } from './attacks.ts'
import { type AttackedBroker, ROOT } from './world.ts'

const accessSchema = z.object({ acls: z.array(z.object({ acltype: z.string(), allow: z.boolean() })) })

export interface AttackedMosquitto extends AttackedBroker {
  mosquitto: SecuredMosquitto
  accounts: DeviceAccounts
}

/** @param root folder of the sources; `running`: a broker that stays when this stops */
export async function startAttackedMosquitto(root = ROOT, running?: SecuredMosquitto): Promise<AttackedMosquitto> {
  const from = <T>(path: string) => import(/* @vite-ignore */ join(root, path)) as Promise<T>
  const { connectBus } = await from<typeof import('../../server/mqtt.ts')>('server/mqtt.ts')
  const { createLog } = await from<typeof import('../../server/log.ts')>('server/log.ts')
  const { createRegistry } =
    await from<typeof import('../../storage/registry/registry.ts')>('storage/registry/registry.ts')
  const { createEnrolment } =
    await from<typeof import('../../server/broker/enrolment.ts')>('server/broker/enrolment.ts')
  const { takeCharge } = await from<typeof import('../../server/broker/accounts.ts')>('server/broker/accounts.ts')

  const mosquitto = running ?? (await startSecuredMosquitto())
  const registry = await createRegistry({ file: ':memory:' })
  const log = createLog('silent')
  const bus = await connectBus({ url: mosquitto.url, ...mosquitto.server }, log)
  const accounts = await takeCharge({ bus, registry, clock: Date.now, log })
  const asked = await createDynsecRequests({ bus })
  const enrolment = createEnrolment({ registry, accounts: accounts.devices, clock: Date.now, log, watchMs: 20 })
  enrolment.start()

  const account = { username: `everything-${Math.random()}`, password: 'an-account-of-this-test-alone' }
  const all = (acltype: string, topic: string) => ({ acltype, topic, allow: true })
  await mosquitto.control(
    {
      command: 'createRole',
      rolename: account.username,
      acls: [all('publishClientSend', 'mimamori/#'), all('publishClientReceive', '#'), all('subscribePattern', '#')],
    },
    { command: 'createClient', ...account, roles: [{ rolename: account.username }] },
  )
  const platform = await mqtt.connectAsync(mosquitto.url, account)
  const heard: { topic: string; payload: string }[] = []
  platform.on('message', (topic, payload) => void heard.push({ topic, payload: payload.toString() }))
  await platform.subscribeAsync('#', { qos: 1 })
  return {
    url: mosquitto.url,
    mosquitto,
    registry,
    enrolment,
    gateway: mosquitto.gateway,
    heard: () => heard,
    publish: async (topic, payload) => void (await platform.publishAsync(topic, payload, { qos: 1 })),
    async retained() {
      const reader = await mqtt.connectAsync(mosquitto.url, account)
      const topics: string[] = []
      let ended = false
      reader.on('message', (topic, payload, { retain }) => {
        if (retain) topics.push(topic)
        if (payload.toString() === 'end of what was kept') ended = true
      })
      await reader.subscribeAsync('mimamori/#', { qos: 1 })
      await platform.publishAsync('mimamori/end', 'end of what was kept', { qos: 1 })
      await poll(() => ended)
      await reader.endAsync()
      return topics
    },
    holdSignIns: null,
    async defaults() {
      const [answer] = await asked.request([{ command: 'getDefaultACLAccess' }])
      return accessSchema.parse(answer?.data).acls
    },
    accounts: accounts.devices,
    async stop() {
      await platform.endAsync()
      await enrolment.stop()
      await accounts.stop()
      asked.stop()
      await bus.stop()
      await registry.stop()
      if (!running) await mosquitto.stop()
    },
  }
}
