/** The embedded MQTT broker: who may connect, who may do what, and PUBACK only after the gateway has synced. Hides aedes. */
import { createServer, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes'
import { AppError } from '../core/errors.ts'
import { clientIdOf } from '../core/ids.ts'
import { MAX_PACKET_BYTES } from '../core/messages.ts'
import { parseDeviceTopic } from '../core/topics.ts'
import type { BusMessage, GatewayBus, Ingest } from './bus.ts'
import { createDeviceConnection, type DeviceConnection } from './device-connection.ts'
import { type DeviceIdentity, type DeviceRights, rightsOf } from './device-rights.ts'
import { facilityOfPacket } from './ledger/packet-balance.ts'
import { errorFields, type Log } from './log.ts'
import { createReadTurns } from './read-turns.ts'
import { createTlsListener, type TlsPort } from './tls-listener.ts'

/** `device`: one device with the contract's rights. `platform`: the server, an operator's tool; may do all. Null: refused. */
export type BrokerIdentity = ({ kind: 'device' } & DeviceIdentity) | { kind: 'platform' }

export interface BrokerDeps {
  /** 0: any free one. */
  port: number
  host?: string
  /** A second port, with TLS. */
  tls?: TlsPort | null
  authenticate(clientId: string, username: string, password: string): Promise<BrokerIdentity | null>
  /** Given every packet on a device's topic; acknowledged when it is done with. */
  ingest: Ingest
  /** So many packets of a facility that the gateway was given were acknowledged, or have lost their connection. */
  acknowledged?(facility: string, packets: number): void
  log: Log
}

export interface Broker {
  /** Opens the bus. */
  start(): Promise<void>
  /** Lets connections in; the gateway must be able to take packets by then. Returns the port; rejects with `port_in_use`. */
  listen(): Promise<number>
  /** The port with TLS, once there is one. */
  tlsPort(): number | null
  /** For the gateway and the server in the same process, from `start` on. */
  bus: GatewayBus
  /**
   * Ends the connections of a device, or those that were made with one of its credentials, without publishing their will; who is
   * signing in at this moment is asked again. For a credential that is revoked, and for a hub that has another list.
   */
  disconnect(clientId: string, username?: string): void
  stop(): Promise<void>
}

/** MQTT 3.1.1 return codes of CONNACK. */
const IDENTIFIER_REJECTED = 2
const SERVER_UNAVAILABLE = 3
const BAD_CREDENTIALS = 4
const NOT_AUTHORIZED = 5

/** Of what all devices together have sent and we have not acknowledged: sixty thousand messages, far more than any commit takes. In memory it is three times as much. */
const MAX_HELD_BYTES = 16 * 1024 * 1024
const WATCH_MS = 500

interface Session {
  identity: BrokerIdentity
  username: string
  /** Nothing of it is taken or handed to it any more. */
  ended: boolean
  /** Null: may do all. */
  rights: DeviceRights | null
}

export function createBroker(deps: BrokerDeps): Broker {
  const { ingest, log, acknowledged = () => undefined } = deps
  const sessions = new WeakMap<Client, Session>()
  const willTopics = new WeakMap<Client, string>()
  const keepalives = new WeakMap<Client, number>()
  const nameless = new WeakSet<Client>()
  const admitted = new Set<Client>()
  /** Of what credentials allow: whoever was asked about before is asked about again. */
  let changes = 0
  const connections = new Set<DeviceConnection>()
  const connectionOf = new WeakMap<Client, DeviceConnection>()
  const shared = { bytes: 0, maxBytes: MAX_HELD_BYTES }
  const turns = createReadTurns()
  let watch: NodeJS.Timeout | undefined
  const aedes = new Aedes({ concurrency: 1_000, queueLimit: 1_000 })

  aedes.preConnect = (client, packet, done) => {
    if (packet.will) willTopics.set(client, packet.will.topic)
    // The library does not see most of a device's packets, so it cannot watch over its silence: that is done here.
    keepalives.set(client, packet.keepalive ?? 0)
    packet.keepalive = 0
    // aedes would give it a name; ours are known by theirs.
    if (packet.clientId === '') nameless.add(client)
    done(null, true)
  }
  aedes.authenticate = (client, username, password, done) => {
    admit(client, username ?? '', password?.toString() ?? '').then(
      refusal => done(refusal, refusal === null),
      error => {
        log.error(errorFields(error), 'a credential could not be checked')
        done(refused(SERVER_UNAVAILABLE), false)
      },
    )
  }
  aedes.authorizePublish = (client, packet, done) => {
    const session = client ? sessions.get(client) : undefined
    if (!session || session.ended || packet.topic.startsWith('$SYS')) return done(new Error('not allowed'))
    const device = session.identity.kind === 'device' ? session.identity : null
    const own = !session.rights || session.rights.mayPublish(packet.topic)
    const take = (): void => {
      const { messageId } = packet
      const connection = client && connectionOf.get(client)
      if (packet.qos === 1 && messageId !== undefined && connection) connection.inTurn(messageId, () => done(null))
      else done(null)
    }
    if (own && !parseDeviceTopic(packet.topic)) return take()
    if (!packet.topic.endsWith('/status')) packet.retain = false
    const { topic, payload } = packet
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    const given = { topic, payload: bytes, retained: false, ...(own || !device ? {} : { publisher: device }) }
    ingest(
      given,
      (_ticket, outcome) => {
        acknowledged(facilityOfPacket(given), 1)
        if (outcome?.close) done(new Error('refused'))
        else take()
      },
      0,
    )
  }
  aedes.authorizeSubscribe = (client, subscription, done) => {
    const allowed = mayReceive(client, subscription.topic)
    done(null, allowed ? subscription : null)
  }
  // aedes keeps refused filters with a lasting session and would queue their messages for it.
  aedes.authorizeForward = (client, packet) => (mayReceive(client, packet.topic) ? packet : null)
  aedes.on('clientError', (client, error) =>
    log.debug({ client: client.id, ...errorFields(error) }, 'connection ended'),
  )
  aedes.on('connectionError', (_client, error) => log.debug(errorFields(error), 'connection ended before it began'))

  const server = createServer({ noDelay: true }, accept)
  const secure = deps.tls ? createTlsListener(deps.tls, accept) : null
  let tlsPort: number | null = null

  return {
    async start() {
      await aedes.listen()
      markRedelivered(aedes)
    },
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', cause => reject(new AppError('port_in_use', cause.message, { cause })))
        server.listen(deps.port, deps.host ?? '0.0.0.0', resolve)
      })
      tlsPort = secure ? await secure.listen(deps.host ?? '0.0.0.0') : null
      watch = setInterval(() => {
        for (const connection of connections) connection.keepAlive(performance.now())
      }, WATCH_MS)
      const address = server.address()
      return typeof address === 'object' && address ? address.port : deps.port
    },
    tlsPort: () => tlsPort,
    bus: { publish, subscribe },
    disconnect(clientId, username) {
      changes += 1
      for (const client of admitted) {
        const session = sessions.get(client)
        if (client.id !== clientId || !session || session.identity.kind !== 'device') continue
        if (username !== undefined && session.username !== username) continue
        session.ended = true
        client.close()
        // Whoever does not read would keep it open.
        connectionOf.get(client)?.stream.destroy()
      }
    },
    async stop() {
      clearInterval(watch)
      server.close()
      secure?.stop()
      await new Promise<void>(resolve => aedes.close(resolve))
      for (const { stream } of connections) stream.destroy()
    },
  }

  function accept(socket: Socket): void {
    const connection = createDeviceConnection({
      socket,
      maxPacketBytes: MAX_PACKET_BYTES,
      shared,
      turns,
      ingest,
      connected: () => client.connected,
      mayTake: topic => mayTake(client, topic),
      keepaliveS: () => keepalives.get(client) ?? 0,
      acknowledged(packets) {
        const identity = sessions.get(client)?.identity
        if (identity?.kind === 'device') acknowledged(identity.facility, packets)
      },
      close: () => client.close(),
    })
    connections.add(connection)
    connection.stream.once('close', () => {
      connections.delete(connection)
      admitted.delete(client)
    })
    const client = aedes.handle(connection.stream) as Client
    connectionOf.set(client, connection)
  }

  /** Statuses are retained and may be watched: those the library keeps. */
  function mayTake(client: Client, topic: string): boolean {
    const session = sessions.get(client)
    if (!session?.rights || session.ended || !client.connected) return false
    return session.rights.mayPublish(topic) && !topic.endsWith('/status')
  }

  /** @returns null when admitted */
  async function admit(client: Client, username: string, password: string): Promise<AuthenticateError | null> {
    if (nameless.has(client)) return refused(IDENTIFIER_REJECTED)
    let asked: number
    let identity: BrokerIdentity | null
    do {
      asked = changes
      identity = await deps.authenticate(client.id, username, password)
    } while (asked !== changes)
    if (!identity) return refused(BAD_CREDENTIALS)
    if (identity.kind === 'platform') {
      return enter(client, { identity, username, rights: null, ended: false })
    }
    if (client.id !== clientIdOf(identity.facility, identity.device)) return refused(IDENTIFIER_REJECTED)
    const rights = rightsOf(identity)
    const will = willTopics.get(client)
    if (will !== undefined && !rights.mayHaveWillOn(will)) return refused(NOT_AUTHORIZED)
    return enter(client, { identity, username, rights, ended: false })
  }

  function enter(client: Client, session: Session): null {
    sessions.set(client, session)
    const connection = connectionOf.get(client)
    if (connection && !connection.stream.destroyed) admitted.add(client)
    return null
  }

  function mayReceive(client: Client, topic: string): boolean {
    const session = sessions.get(client)
    return session !== undefined && !session.ended && (session.rights === null || session.rights.mayReceive(topic))
  }

  function publish(topic: string, payload: string, { qos, retain = false }: { qos: 0 | 1; retain?: boolean }) {
    const packet: PublishPacket = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false }
    return new Promise<void>((resolve, reject) => {
      aedes.publish(packet, error => (error ? reject(error) : resolve()))
    })
  }

  async function subscribe(filter: string, listener: (message: BusMessage) => void): Promise<void> {
    const deliver = ({ topic, payload }: PublishPacket, retained: boolean): void =>
      listener({ topic, payload: Buffer.from(payload), retained })
    await new Promise<void>(resolve => {
      aedes.subscribe(
        filter,
        (packet, done) => {
          deliver(packet, false)
          done()
        },
        resolve,
      )
    })
    const { persistence } = aedes as unknown as {
      persistence: { createRetainedStreamCombi(filters: string[]): AsyncIterable<PublishPacket> }
    }
    for await (const packet of persistence.createRetainedStreamCombi([filter])) deliver(packet, true)
  }
}

/** aedes sends what was not acknowledged again without saying that it did so before. [MQTT-3.3.1-1] */
function markRedelivered(aedes: Aedes): void {
  type Queued = PublishPacket & { messageId?: number }
  const { persistence } = aedes as unknown as {
    persistence: { outgoingStream(client: Client): AsyncIterable<Queued> }
  }
  const queued = persistence.outgoingStream.bind(persistence)
  async function* marked(client: Client): AsyncGenerator<Queued> {
    for await (const packet of queued(client)) {
      const sentBefore = packet.cmd === 'publish' && packet.messageId !== undefined
      yield sentBefore ? { ...packet, dup: true } : packet
    }
  }
  persistence.outgoingStream = client => Readable.from(marked(client))
}

const refused = (returnCode: number): AuthenticateError =>
  Object.assign(new Error('connection refused'), { returnCode }) as AuthenticateError
