/** The contract's rights on Mosquitto, given by our own driver of its dynamic security. */
import { randomBytes } from 'node:crypto'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type DeviceId, facilityIdSchema, type ProfileId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import { conditionTopic, deviceTopic, facilityTopic, gatewayFilters, serverFilters } from '../../core/topics.ts'
import { createMosquittoAccounts } from '../../server/broker/device-accounts.ts'
import { createDynamicSecurity, type DynamicSecurity } from '../../server/broker/dynamic-security.ts'
import { createDynsecRequests, type DynsecRequest } from '../../server/broker/dynsec-requests.ts'
import { createEnrolment } from '../../server/broker/enrolment.ts'
import { type Bus, connectBus } from '../../server/mqtt.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto, type SecuredMosquitto, startSecuredMosquitto } from '../servers/mosquitto.ts'
import { brokerRightsContract, type RightsBroker } from './broker-rights.ts'

const silent = { warn: () => undefined, info: () => undefined }
const credentialOf = (facility: string, device: string) => ({
  facility,
  device,
  clientId: `${facility}.${device}`,
  username: `${facility}.${device}`,
  password: randomBytes(16).toString('base64url'),
})

async function startDriven(): Promise<{
  broker: SecuredMosquitto
  bus: Bus
  request: DynsecRequest
  security: DynamicSecurity
}> {
  const broker = await startSecuredMosquitto()
  const bus = await connectBus({ url: broker.url, ...broker.server }, silent)
  const { request } = await createDynsecRequests({ bus, timeoutMs: 2_000 })
  const security = createDynamicSecurity({ request })
  await security.ensureDefaults(['sakura', 'momiji'])
  return { broker, bus, request, security }
}

async function makeBroker(): Promise<RightsBroker> {
  const { broker, bus, security } = await startDriven()
  const account = { username: 'everything', password: 'an-account-of-this-test-alone' }
  const all = (acltype: string, topic: string) => ({ acltype, topic, allow: true })
  await broker.control(
    {
      command: 'createRole',
      rolename: 'everything',
      acls: [all('publishClientSend', 'mimamori/#'), all('publishClientReceive', '#'), all('subscribePattern', '#')],
    },
    { command: 'createClient', ...account, roles: [{ rolename: 'everything' }] },
  )
  const platform = await mqtt.connectAsync(broker.url, account)
  const heard: { topic: string; payload: string }[] = []
  platform.on('message', (topic, payload) => void heard.push({ topic, payload: payload.toString() }))
  await platform.subscribeAsync('#', { qos: 1 })
  return {
    url: broker.url,
    async enrol(facility, device) {
      const credential = credentialOf(facility, device)
      await security.enrol(credential)
      return credential
    },
    heard: () => heard,
    publish: async (topic, payload, retain = false) =>
      void (await platform.publishAsync(topic, payload, { qos: 1, retain })),
    async stop() {
      await platform.endAsync()
      await bus.stop()
      await broker.stop()
    },
  }
}

describeWith(mosquitto, 'rights at Mosquitto', () => brokerRightsContract(makeBroker))

describeWith(mosquitto, "Mosquitto's dynamic security, driven by the server", () => {
  let driven: Awaited<ReturnType<typeof startDriven>>
  let registry: Registry
  beforeAll(async () => {
    driven = await startDriven()
    registry = await createRegistry({ file: ':memory:' })
    await registry.facilities.create({
      id: facilityIdSchema.parse('sakura'),
      name: 'S',
      zone: 'Asia/Tokyo',
      benchOf: null,
    })
  })
  afterAll(async () => {
    await registry?.stop()
    await driven?.bus.stop()
    await driven?.broker.stop()
  })
  const connect = (options: object) =>
    mqtt.connectAsync(driven.broker.url, { reconnectPeriod: 0, connectTimeout: 5_000, ...options }, false)

  it('tells a refused publish by its reason when the device speaks MQTT 5', async () => {
    const credential = credentialOf('sakura', 'five')
    await driven.security.enrol(credential)
    const client = await connect({ ...credential, protocolVersion: 5 })
    const outcome = await client.publishAsync(facilityTopic('sakura', 'live'), 'x', { qos: 1 }).then(
      packet => (packet as { reasonCode?: number } | undefined)?.reasonCode,
      error => error.code,
    )
    expect(outcome).toBe(135)
    await client.endAsync()
  })

  it('replaces the password when a device is enrolled again, and closes the connection of the old one', async () => {
    const first = credentialOf('sakura', 'again')
    const second = credentialOf('sakura', 'again')
    await driven.security.enrol(first)
    const client = await connect(first)
    const closed = new Promise<void>(resolve => client.once('close', () => resolve()))
    await driven.security.enrol(second)
    await closed
    await expect(connect(first)).rejects.toThrow()
    await (await connect(second)).endAsync()
  })

  it('closes the connection when a device is revoked, refuses it from then on, and takes it twice', async () => {
    const credential = credentialOf('sakura', 'stolen')
    await driven.security.enrol(credential)
    const client = await connect(credential)
    const closed = new Promise<void>(resolve => client.once('close', () => resolve()))
    await driven.security.revoke(credential)
    await closed
    await expect(connect(credential)).rejects.toThrow()
    await driven.security.revoke(credential)
  })

  it('mends a role that was bent by hand, and disturbs nobody when all is right', async () => {
    const gateway = { username: 'gw-sakura', password: 'a-password-of-the-gateway' }
    const roles = [{ rolename: 'gateway-sakura' }]
    await driven.broker.control({ command: 'createClient', ...gateway, roles })
    const client = await connect({ ...gateway, clientId: 'gateway-sakura' })
    let lost = false
    client.once('close', () => {
      lost = true
    })
    await driven.security.ensureDefaults(['sakura', 'momiji'])
    await client.publishAsync(facilityTopic('sakura', 'live'), 'x', { qos: 1 })
    expect(lost).toBe(false)
    await driven.broker.control(
      { command: 'addRoleACL', rolename: 'gateway-sakura', acltype: 'subscribePattern', topic: '#', allow: true },
      { command: 'setDefaultACLAccess', acls: [{ acltype: 'subscribe', allow: true }] },
    )
    await driven.security.ensureDefaults(['sakura'])
    const [role, access] = await driven.request([
      { command: 'getRole', rolename: 'gateway-sakura' },
      { command: 'getDefaultACLAccess' },
    ])
    expect(JSON.stringify(role?.data)).not.toContain('"#"')
    expect(access?.data).toMatchObject({ acls: expect.arrayContaining([{ acltype: 'subscribe', allow: false }]) })
    await client.endAsync(true)
  })

  it("gives a gateway its own facility's topics, under any client id, and no other facility's", async () => {
    const account = { username: 'gw-momiji', password: 'a-password-of-the-gateway' }
    await driven.broker.control({ command: 'createClient', ...account, roles: [{ rolename: 'gateway-momiji' }] })
    const device = credentialOf('momiji', 'mat-1')
    await driven.security.enrol(device)
    const client = await connect({ ...account, clientId: 'gateway-momiji-events' })
    const received: string[] = []
    client.on('message', topic => void received.push(topic))
    const { telemetry, events, control } = gatewayFilters('momiji')
    expect(control).toContain(facilityTopic('momiji', 'condition/replay'))
    for (const filter of [...telemetry, ...events, ...control]) {
      const [grant] = await client.subscribeAsync(filter, { qos: 1 })
      expect([filter, grant?.qos]).toEqual([filter, 1])
    }
    for (const filter of [...gatewayFilters('sakura').telemetry, 'mimamori/v1/+/+/telemetry', '#'])
      await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow()

    const mat = await connect(device)
    const replies: string[] = []
    mat.on('message', topic => void replies.push(topic))
    await mat.subscribeAsync(deviceTopic('momiji', 'mat-1', 'receipt'), { qos: 1 })
    await mat.publishAsync(deviceTopic('momiji', 'mat-1', 'telemetry'), 'x', { qos: 1 })
    await client.publishAsync(deviceTopic('momiji', 'mat-1', 'receipt'), 'x', { qos: 1 })
    await vi.waitFor(() =>
      expect([received, replies]).toEqual([
        [deviceTopic('momiji', 'mat-1', 'telemetry')],
        [deviceTopic('momiji', 'mat-1', 'receipt')],
      ]),
    )
    await client.endAsync()
    await mat.endAsync()
  })

  it('lets the shipped accounts of gateway and server say and hear of conditions what the contract gives each', async () => {
    const { gateway: gatewayAccount, server: serverAccount } = driven.broker
    const gateway = await connect({ ...gatewayAccount, clientId: 'gateway-sakura-events', protocolVersion: 5 })
    const server = await connect({ ...serverAccount, clientId: 'server-rights', protocolVersion: 5 })
    const condition = conditionTopic('sakura', 'mat-1', 'bed_exit')
    const replay = facilityTopic('sakura', 'condition/replay')
    const replayed = facilityTopic('sakura', 'condition/replayed')
    const heard: Record<'gateway' | 'server', string[]> = { gateway: [], server: [] }
    gateway.on('message', topic => void heard.gateway.push(topic))
    server.on('message', topic => void (topic.includes('/condition/') && heard.server.push(topic)))
    for (const filter of serverFilters()) expect((await server.subscribeAsync(filter, { qos: 1 }))[0]?.qos).toBe(1)
    for (const filter of ['mimamori/v1/+/condition/#', 'mimamori/v1/+/+/telemetry', 'mimamori/v1/+/+/event', '#'])
      await expect(server.subscribeAsync(filter, { qos: 1 })).rejects.toThrow()
    await gateway.subscribeAsync(replay, { qos: 1 })

    const NOT_AUTHORIZED = 135
    const outcome = (client: typeof gateway, topic: string): Promise<number | undefined> =>
      client.publishAsync(topic, 'x', { qos: 1 }).then(
        packet => (packet as { reasonCode?: number } | undefined)?.reasonCode,
        error => error.code as number,
      )
    expect(await outcome(server, condition)).toBe(NOT_AUTHORIZED)
    expect(await outcome(server, replayed)).toBe(NOT_AUTHORIZED)
    expect(await outcome(gateway, replay)).toBe(NOT_AUTHORIZED)
    for (const topic of [condition, replayed]) expect(await outcome(gateway, topic)).not.toBe(NOT_AUTHORIZED)
    expect(await outcome(server, replay)).not.toBe(NOT_AUTHORIZED)
    await vi.waitFor(() => expect(heard).toEqual({ gateway: [replay], server: [condition, replayed] }))
    await gateway.endAsync()
    await server.endAsync()
  })

  it('enrols in registry and broker alike, and in neither when the broker does not take it', async () => {
    const record = {
      facility: facilityIdSchema.parse('sakura'),
      profile: 'bed.sleep_mat' as ProfileId,
      maker: 'acme',
      activeFromMs: 0,
    }
    const accountsOf = (security: DynamicSecurity) =>
      createMosquittoAccounts({ security, registry, clock: () => 1, log: silent })
    const both = createEnrolment({ registry, accounts: accountsOf(driven.security), clock: () => 1, log: silent })
    const credential = await both.enrol({ ...record, id: 'both' as DeviceId })
    await (await connect(credential)).endAsync()
    expect(
      await registry.credentials.authenticate(credential.clientId, credential.username, credential.password, 1),
    ).not.toBeNull()

    const broken: DynamicSecurity = {
      ...driven.security,
      // The broker does what it was asked and its answer is lost.
      enrol: async (given: Parameters<DynamicSecurity['enrol']>[0]) => {
        await driven.security.enrol(given)
        throw new Error('no answer')
      },
    }
    const neither = createEnrolment({ registry, accounts: accountsOf(broken), clock: () => 1, log: silent })
    await expect(neither.enrol({ ...record, id: 'neither' as DeviceId })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    expect(await registry.devices.get('sakura', 'neither')).toBeNull()
    const [client] = await driven.request([{ command: 'getClient', username: 'sakura.neither' }])
    expect(client?.error).toBe('Client not found')
    await expect(both.enrol({ ...record, id: 'neither' as DeviceId })).resolves.toBeDefined()
  })

  it('broker_unavailable when nothing answers, broker_refused when the broker says no', async () => {
    const deaf: Parameters<typeof createDynsecRequests>[0]['bus'] = {
      connected: () => true,
      onReconnect: () => undefined,
      publish: async () => undefined,
      subscribe: async () => () => undefined,
    }
    const { request } = await createDynsecRequests({ bus: deaf, timeoutMs: 50 })
    const unheard = createDynamicSecurity({ request }).enrol(credentialOf('sakura', 'unheard'))
    await expect(unheard).rejects.toMatchObject({ code: 'broker_unavailable', retryable: true })
    const refusing = createDynamicSecurity({
      request: async commands => commands.map(({ command }) => ({ command, error: 'Internal error' })),
    })
    await expect(refusing.enrol(credentialOf('sakura', 'no'))).rejects.toMatchObject({ code: 'broker_refused' })
    await expect(refusing.revoke(credentialOf('sakura', 'no'))).rejects.toMatchObject({ code: 'broker_refused' })
    await expect(refusing.ensureDefaults([])).rejects.toMatchObject({ code: 'broker_refused' })
  })
})
