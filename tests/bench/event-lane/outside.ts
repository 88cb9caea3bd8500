/** The event lane with Mosquitto, gateway, InfluxDB 2 and server as processes of their own: beside a backlog in the broker, and beside one in the spool. */
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { deviceTopic } from '../../../core/topics.ts'
import { startTcpProxy } from '../../faults/tcp-proxy.ts'
import { until } from '../../gateway/fixtures.ts'
import { startInfluxd } from '../../servers/influxd.ts'
import { type Account, type SecuredMosquitto, startSecuredMosquitto } from '../../servers/mosquitto.ts'
import { type Publisher, startPublisher } from '../load/publisher.ts'
import { startBrokerPulse } from '../support/broker-pulse.ts'
import { makeBucket } from '../support/buckets.ts'
import { FACILITY, type GatewayConsumer, startGateway } from '../support/consumers.ts'
import { startServer } from '../support/server.ts'
import { createLane, type Latencies, watchBoard } from './lane.ts'
import { startSpy } from './spy.ts'

export interface LaneOptions {
  /** In each backlog. */
  messages: number
  devices: readonly string[]
  bells: readonly string[]
  perSecond: number
  idleSeconds: number
  say(line: string): void
}

export interface Outside {
  /** Longest a stranger waited while Mosquitto saved all of the backlog, ms. */
  saveMs: number
  fromBroker: Latencies
  idle: Latencies
  intoSpool: Latencies
  fromSpool: Latencies
}

const facility = FACILITY.gateway
/** The load, the bells and those that listen: one account with all rights. The gateway and the server have their own. */
const BENCH: Account = { username: 'bench', password: 'a password of this bench' }
const SAVE_MS = 5_000

export async function runOutside(options: LaneOptions): Promise<Outside> {
  const { messages, devices, bells, perSecond, idleSeconds, say } = options
  const ends: (() => Promise<unknown>)[] = []
  try {
    const broker = await startSecuredMosquitto()
    ends.push(broker.stop)
    await admitBench(broker)
    const store = await startInfluxd()
    ends.push(store.stop)
    const bucket = await makeBucket(store, 'event-lane')
    const toStore = await startTcpProxy({ port: store.port }, Math.random)
    ends.push(toStore.stop)
    const account = broker.server
    const server = await startServer({
      broker,
      account,
      store,
      bucket: bucket.name,
      facility,
      devices,
      placed: bells,
    })
    ends.push(server.stop)
    const place = {
      broker,
      store: { ...store, url: `http://127.0.0.1:${toStore.port}` },
      bucket: bucket.name,
      env: { MQTT_USERNAME: broker.gateway.username, MQTT_PASSWORD: broker.gateway.password },
    }
    // The first one makes the sessions in which the broker keeps the backlog.
    const first = await startGateway(place)
    await ready(first)
    await first.stop()

    const board = await watchBoard(server, facility)
    ends.push(async () => board.stop())
    const spy = await startSpy(broker.url, BENCH, facility)
    ends.push(spy.stop)
    const pulse = await startBrokerPulse(broker.url, BENCH)
    ends.push(pulse.stop)
    const ringing = await mqtt.connectAsync(broker.url, { ...BENCH, clientId: 'bells' })
    ends.push(() => ringing.endAsync(true))
    const publish = (device: string, payload: string): void => {
      ringing.publish(deviceTopic(facility, device, 'event'), payload, { qos: 1 })
    }
    const lane = createLane({ bells, publish, board, pulse, spy, perSecond })

    say(`publishing ${messages.toLocaleString('en')} messages of telemetry while the gateway is away`)
    const backlog = await load(broker.port, devices, messages, 0)
    await backlog.run()
    await backlog.stop()
    pulse.take()
    process.kill(broker.pid, 'SIGUSR1')
    await sleep(SAVE_MS)
    const saveMs = pulse.take().at(-1) ?? Number.NaN
    say(`saving them, the broker serves nobody for ${saveMs.toFixed(0)} ms`)

    const gateway = await startGateway(place)
    ends.push(gateway.stop)
    await ready(gateway)
    const column = (name: string) => ledgerColumn(gateway, name)
    const fromBroker = await lane.run(async () => (await column('stored')) >= messages)
    say(line('beside the backlog of the broker', fromBroker))

    await sleep(2_000)
    const untilMs = performance.now() + idleSeconds * 1_000
    const idle = await lane.run(async () => performance.now() >= untilMs)
    say(line('with nothing else', idle))

    const telemetry = await load(broker.port, devices, messages, Math.ceil(messages / devices.length))
    const before = await column('accepted')
    toStore.set({ refuse: true })
    toStore.reset()
    const published = telemetry.run()
    const intoSpool = await lane.run(async () => (await column('accepted')) - before >= messages)
    await published
    await telemetry.stop()
    say(line('while as much comes in and the store is away', intoSpool))
    const due = await column('accepted')
    toStore.set({})
    const fromSpool = await lane.run(async () => (await column('stored')) >= due)
    say(line('beside the backlog of the spool', fromSpool))
    return { saveMs, fromBroker, idle, intoSpool, fromSpool }
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

export const line = (when: string, { events, seconds, event, condition, lost }: Latencies): string =>
  `${when}: ${seconds.toFixed(1)} s, ${events} events, highest ${event.at(-1)?.toFixed(0)} ms, as condition ${condition.at(-1)?.toFixed(0)} ms, lost ${lost.event} and ${lost.condition}`

async function admitBench(broker: SecuredMosquitto): Promise<void> {
  const acls = ['publishClientSend', 'publishClientReceive', 'subscribePattern'].map(acltype => ({
    acltype,
    topic: '#',
    allow: true,
  }))
  await broker.control(
    { command: 'createRole', rolename: 'bench', acls },
    { command: 'createClient', ...BENCH, roles: [{ rolename: 'bench' }] },
  )
}

function load(port: number, devices: readonly string[], messages: number, firstSeq: number): Promise<Publisher> {
  const plan = { facility, devices, boot: 'b1', messages, firstSeq, beganMs: Date.now() - 60_000 }
  return startPublisher({ port, streams: [{ clientId: `load-${firstSeq}`, ...BENCH, plan }], inFlight: 1_000 })
}

async function ready(gateway: GatewayConsumer): Promise<void> {
  const answers = () =>
    gateway.get('/readyz').then(
      response => response.ok,
      () => false,
    )
  await until('the gateway is ready', answers, 60_000)
}

/** Also counts the events: the ledger does. */
async function ledgerColumn(gateway: GatewayConsumer, name: string): Promise<number> {
  const text = await (await gateway.get('/metrics')).text()
  return Number(new RegExp(`mimamori_ledger\\{facility="${facility}",column="${name}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
}
