/** What the gateway relies on in MQTT.js and a real Mosquitto: acknowledgements can be held back, in order, per connection, alive. */
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { GatewayMessage } from '../../core/platform-messages.ts'
import { createPacketBalance } from '../../gateway/ledger/packet-balance.ts'
import type { Log } from '../../gateway/log.ts'
import { connectLink, type Link, type LinkOptions } from '../../gateway/mqtt.ts'
import { createOutsideBroker } from '../../gateway/outside-broker.ts'
import { until } from '../gateway/fixtures.ts'
import { quiet } from '../gateway/quiet-log.ts'
import { describeWith } from '../servers/find.ts'
import { type Mosquitto, mosquitto, startMosquitto } from '../servers/mosquitto.ts'

interface Got {
  payload: string
  done(): void
}

describeWith(mosquitto, 'deferred acknowledgement against Mosquitto', () => {
  let broker: Mosquitto
  let proxy: Proxy
  let publisher: MqttClient
  let link: Link | null = null
  let connections = 0
  let run = 0
  const counting: Log = {
    ...quiet,
    info(_fields, text) {
      if (text === 'connected to the broker') connections += 1
    },
  }

  beforeAll(async () => {
    broker = await startMosquitto()
    publisher = await mqtt.connectAsync(broker.url)
  })
  afterAll(async () => {
    await publisher?.endAsync()
    await broker?.stop()
  })
  beforeEach(async () => {
    run += 1
    connections = 0
    proxy = await startProxy(broker.port)
  })
  afterEach(async () => {
    await link?.stop()
    link = null
    proxy.stop()
  })

  /** A link behind the proxy that holds every packet; `got` are all that came, over all connections. */
  async function hold(more: Partial<LinkOptions> = {}): Promise<Got[]> {
    const got: Got[] = []
    link = connectLink({
      address: { url: `mqtt://127.0.0.1:${proxy.port}` },
      clientId: `gateway-test-${run}`,
      onPacket: ({ payload }, done, ticket) => void got.push({ payload: payload.toString(), done: () => done(ticket) }),
      onTakenOver: () => undefined,
      log: counting,
      ...more,
    })
    link.subscribe([`held/${run}`])
    await until('connected', () => link?.connected() ?? false)
    await until('subscribed', async () => {
      await publisher.publishAsync(`held/${run}`, 'probe', { qos: 1 })
      return got.length > 0
    })
    for (const { done } of got.splice(0)) done()
    await settled(got)
    return got
  }

  /** Acknowledges probes that were still under way. */
  async function settled(got: Got[]): Promise<void> {
    await publisher.publishAsync(`held/${run}`, 'end of probes', { qos: 1 })
    await until('the last probe', () => got.some(({ payload }) => payload === 'end of probes'))
    for (const { done } of got.splice(0)) done()
  }

  const outside = (facility: string, fatal: (error: Error) => void, formerly: string | null = null) =>
    createOutsideBroker({
      formerly,
      address: { url: broker.url },
      facilities: [facility],
      instance: 'second',
      ingest: (_packet, done, ticket) => done(ticket),
      balance: createPacketBalance(),
      onSession: () => undefined,
      clock: Date.now,
      log: quiet,
      fatal,
    })

  async function heartbeat(facility: string, ageMs: number, state: 'online' | 'offline'): Promise<void> {
    const message: GatewayMessage = {
      v: 1,
      instance: 'first',
      state,
      at: Date.now() - ageMs,
      version: '1',
      totals: null,
      spool_bytes: null,
      newest_condition: null,
    }
    await publisher.publishAsync(`mimamori/v1/${facility}/gateway`, JSON.stringify(message), { qos: 1, retain: true })
  }

  const publish = (count: number, from = 0, padding = ''): Promise<unknown> =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        publisher.publishAsync(`held/${run}`, String(from + i) + padding, { qos: 1 }),
      ),
    )

  const numbers = (got: Got[]): number[] => got.map(({ payload }) => Number(payload))
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

  async function reconnect(): Promise<void> {
    const before = connections
    proxy.reset()
    await until('connected again', () => connections > before)
  }

  test('a packet that is not done with is not acknowledged, and the next ones come all the same; they come again on the next connection', async () => {
    const got = await hold()
    await publish(50)
    await until('all 50', () => got.length === 50)
    expect(numbers(got)).toEqual(upTo(50))
    got.splice(0)
    await reconnect()
    await until('all 50 again', () => got.length === 50)
    expect(numbers(got)).toEqual(upTo(50))
    for (const { done } of got.splice(0)) done()
    await publish(1, 99)
    await until('the marker', () => got.length === 1)
    got[0]?.done()
    await until('it is acknowledged', async () => {
      got.splice(0)
      await reconnect()
      await publish(1, 100)
      await until('another', () => got.length > 0)
      for (const { done } of got) done()
      return numbers(got).every(n => n === 100)
    })
  })

  test('an acknowledgement of an earlier connection is not sent on a later one', async () => {
    const got = await hold()
    await publish(20)
    await until('all', () => got.length === 20)
    const stale = got.splice(0)
    await reconnect()
    await until('all again', () => got.length === 20)
    for (const { done } of stale) done()
    got.splice(0)
    await reconnect()
    await until('once more, as nothing was acknowledged', () => got.length === 20)
    expect(numbers(got)).toEqual(upTo(20))
  })

  test('reading stops at the cap, the connection outlives ten keepalives, and all of it comes afterwards', async () => {
    const got = await hold({ keepaliveS: 1, maxHeld: 10 })
    // More than the sockets' own buffers hold; what one read brought is taken whole.
    await publish(1_000, 0, ' '.repeat(20_000))
    await until('the cap', () => got.length >= 10)
    const beganMs = Date.now()
    await until('ten keepalives', () => Date.now() - beganMs > 10_000)
    expect(got.length).toBeLessThan(20)
    expect(connections).toBe(1)
    expect(link?.connected()).toBe(true)
    let acknowledged = 0
    await until('all', () => {
      for (; acknowledged < got.length; acknowledged += 1) got[acknowledged]?.done()
      return got.length === 1_000
    })
    expect(numbers(got)).toEqual(upTo(1_000))
    expect(connections).toBe(1)
  })

  test('packets that nobody has seen wait in the session while we are away', async () => {
    const got = await hold()
    await link?.stop()
    await publish(1_500)
    link = connectLink({
      address: { url: `mqtt://127.0.0.1:${proxy.port}` },
      clientId: `gateway-test-${run}`,
      onPacket: ({ payload }, done, ticket) => {
        if (Number.isInteger(Number(payload))) got.push({ payload: payload.toString(), done: () => done(ticket) })
        done(ticket)
      },
      onTakenOver: () => undefined,
      log: counting,
    })
    await until('all', () => got.length === 1_500)
    expect(numbers(got)).toEqual(upTo(1_500))
  })

  test('publishing says so when there is no connection, and queues nothing', async () => {
    await hold()
    proxy.stop()
    await until('away', () => link?.connected() === false)
    await expect(link?.publish('x', 'y', { qos: 1 })).rejects.toMatchObject({ code: 'broker_unavailable' })
  })

  test('thousands of retained messages go out in one write, beside single ones, and each is acknowledged', async () => {
    const got = new Map<string, string>()
    link = connectLink({
      address: { url: broker.url },
      clientId: `gateway-test-${run}`,
      onPacket: (_message, done, ticket) => done(ticket),
      onTakenOver: () => undefined,
      log: counting,
    })
    await until('connected', () => link?.connected() ?? false)
    const many = (round: number) =>
      upTo(3_000).map(n => ({ topic: `many/${run}/${n}`, payload: `${round} 温度 ${'x'.repeat(n % 200)}` }))
    const single = upTo(200).map(n => link?.publish(`single/${run}/${n}`, 'x', { qos: 1, retain: true }))
    for (const round of [1, 2, 3, 4]) await link.publishAll(many(round))
    await Promise.all(single)
    const reader = await mqtt.connectAsync(broker.url)
    reader.on('message', (topic, payload) => got.set(topic, payload.toString()))
    await reader.subscribeAsync([`many/${run}/+`, `single/${run}/+`], { qos: 1 })
    await until('all', () => got.size === 3_200)
    await reader.endAsync()
    expect(many(4).filter(({ topic, payload }) => got.get(topic) !== payload)).toEqual([])
  })

  test('what was published together and not acknowledged is known to be lost when the connection ends', async () => {
    await hold()
    const lost = link?.publishAll([{ topic: `lost/${run}`, payload: 'x' }])
    proxy.reset()
    await expect(lost).rejects.toMatchObject({ code: 'broker_unavailable' })
    await until('connected again', () => link?.connected() ?? false)
    await link?.publishAll([{ topic: `lost/${run}`, payload: 'x' }])
  })

  test('a gateway whose place another one takes is told so', async () => {
    let told = ''
    const first = outside('away', error => {
      told = error.message
    })
    first.connect()
    await first.bus.subscribe('mimamori/v1/away/registry', () => undefined)
    await heartbeat('away', 31_000, 'online')
    await heartbeat('away', 0, 'offline')
    await until('connected', async () => {
      const publish = first.bus.publish('mimamori/v1/away/live', '{}', { qos: 1 })
      return publish.then(
        () => true,
        () => false,
      )
    })
    // What a broker that was killed remembers of the gateway before us.
    await heartbeat('away', 5_000, 'online')
    expect(told).toBe('')
    await heartbeat('away', 0, 'online')
    await until('told', () => told.includes('away'))
    await first.stop()
  })

  test('a second gateway is refused while the first gives signs of life, and admitted when they are old', async () => {
    const alive = (ageMs: number, state: 'online' | 'offline') => heartbeat('home', ageMs, state)
    const second = outside('home', () => undefined)
    await second.check()
    await alive(1_000, 'online')
    await expect(second.check()).rejects.toMatchObject({ code: 'gateway_running' })
    // The one that had our folder before us is gone, even if the broker went with it and never told so.
    await outside('home', () => undefined, 'first').check()
    await alive(31_000, 'online')
    await second.check()
    await alive(1_000, 'offline')
    await second.check()
  })
})

interface Proxy {
  port: number
  /** Ends all connections hard. */
  reset(): void
  stop(): void
}

/** Stands between the link and the broker, so that a test can cut the line. */
async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(near => {
    const far = dial(to, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    reset,
    stop() {
      server.close()
      reset()
    },
  }
}
