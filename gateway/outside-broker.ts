/**
 * The gateway's two connections per facility to an outside broker: one for events and for talking, one for telemetry, so that no backlog delays
 * an event. What single devices are told goes by the second one: Mosquitto reads one packet of a connection at a time, and a thousand receipts
 * would stand before an alarm.
 */
import { AppError } from '../core/errors.ts'
import { gatewayMessageSchema } from '../core/platform-messages.ts'
import { DEVICE_REPLIES, facilityTopic, gatewayFilters } from '../core/topics.ts'
import type { RetainedMessage } from './batch-publisher.ts'
import type { BusMessage, GatewayBus, Ingest, PacketDone } from './bus.ts'
import type { SessionLane } from './conditions/facts.ts'
import { lastWill } from './heartbeat.ts'
import { getOrMake } from './ledger/get-or-make.ts'
import type { PacketBalance } from './ledger/packet-balance.ts'
import type { Log } from './log.ts'
import { type BrokerAddress, connectLink, type Link, readRetained } from './mqtt.ts'
import { VERSION } from './version.ts'

/** A heartbeat younger than this comes from a gateway that lives. */
const ALIVE_MS = 30_000

export interface OutsideBroker {
  bus: GatewayBus
  /** Throws `gateway_running` when another gateway serves one of the facilities. Disturbs nobody. */
  check(): Promise<void>
  /** Connects for events and talk; the gateway must be able to take packets by then. */
  connect(): void
  /** Begins to take telemetry and events of a facility, once its devices are known. */
  open(facility: string): void
  connected(): boolean
  stop(): Promise<void>
}

export interface OutsideBrokerDeps {
  address: BrokerAddress
  facilities: readonly string[]
  instance: string
  /** Which instance had our folder before us: it cannot live any more, whatever the broker remembers of it. */
  formerly?: string | null
  ingest: Ingest
  /** Where the sockets count what they acknowledge; the gateway's own. */
  balance: PacketBalance
  /** At every connection: whether the broker still had the session of this facility's connection. */
  onSession(facility: string, lane: SessionLane, present: boolean): void
  clock(): number
  log: Log
  /** Called when another gateway has taken our place: the process must end. */
  fatal(error: Error): void
}

export function createOutsideBroker(deps: OutsideBrokerDeps): OutsideBroker {
  const { address, facilities, instance, ingest, balance, log } = deps
  const talk = new Map<string, Link>()
  const telemetry = new Map<string, Link>()
  /** By exact topic. */
  const listeners = new Map<string, (message: BusMessage) => void>()

  let connectedMs = 0

  return {
    check,
    connect() {
      connectedMs = deps.clock()
      for (const facility of facilities) {
        const will = { topic: facilityTopic(facility, 'gateway'), payload: JSON.stringify(lastWill(instance, VERSION)) }
        const link = connectLink({ ...linkOptions(facility, 'events'), will })
        talk.set(facility, link)
        // First of all: who else speaks for this facility must be known before we say a word on this connection.
        link.subscribe([will.topic, ...[...listeners.keys()].filter(topic => facilityOf(topic) === facility)])
        listeners.set(will.topic, giveWay)
      }
    },
    open(facility) {
      const { telemetry: wanted, events } = gatewayFilters(facility)
      talk.get(facility)?.subscribe(events)
      const link = connectLink(linkOptions(facility, 'telemetry'))
      telemetry.set(facility, link)
      link.subscribe(wanted)
    },
    connected: () => [...talk.values(), ...telemetry.values()].every(link => link.connected()) && telemetry.size > 0,
    bus: {
      async publish(topic, payload, options) {
        await linkFor(topic).publish(topic, payload, options)
      },
      async publishAll(messages) {
        const byLink = new Map<Link, RetainedMessage[]>()
        for (const message of messages) getOrMake(byLink, linkFor(message.topic), () => []).push(message)
        await Promise.all([...byLink].map(([link, theirs]) => link.publishAll(theirs)))
      },
      async subscribe(topic, listener) {
        listeners.set(topic, listener)
        talk.get(facilityOf(topic))?.subscribe([topic])
      },
    },
    async stop() {
      await Promise.all([...telemetry.values(), ...talk.values()].map(link => link.stop()))
    },
  }

  /** What a device is told follows from a message of telemetry nearly always: where that came from, it may wait in a queue. */
  function linkFor(topic: string): Link {
    const facility = facilityOf(topic)
    const link = (isReply(topic) ? telemetry.get(facility) : undefined) ?? talk.get(facility)
    if (!link) throw new AppError('broker_unavailable', 'not connected yet', { retryable: true })
    return link
  }

  async function check(): Promise<void> {
    const kept = await readRetained(
      address,
      facilities.map(facility => facilityTopic(facility, 'gateway')),
    )
    const other = kept.find(message => speaksForAnother(message, deps.clock() - ALIVE_MS))
    if (other) throw new AppError('gateway_running', `another gateway serves ${facilityOf(other.topic)}`)
  }

  /**
   * Not every broker tells a connection that its place was taken (Mosquitto 2.0.11 does not): the other's heartbeat does. One from before
   * our time is only what a broker that was killed remembers of our predecessor.
   */
  function giveWay(message: BusMessage): void {
    if (speaksForAnother(message, connectedMs))
      deps.fatal(new AppError('taken_over', `another gateway has taken over ${facilityOf(message.topic)}`))
  }

  function speaksForAnother({ payload }: BusMessage, sinceMs: number): boolean {
    const parsed = gatewayMessageSchema.safeParse(jsonOf(payload))
    if (!parsed.success || parsed.data.state !== 'online' || parsed.data.at === null) return false
    const { instance: other, at } = parsed.data
    return other !== instance && other !== deps.formerly && at > sinceMs
  }

  function linkOptions(facility: string, lane: SessionLane) {
    const clientId = lane === 'events' ? `gateway-${facility}-events` : `gateway-${facility}`
    return {
      address,
      clientId,
      log,
      onPacket(message: BusMessage, done: PacketDone, ticket: number): void {
        const listener = listeners.get(message.topic)
        if (!listener) {
          ingest(message, done, ticket)
          return
        }
        // Acknowledged like any other, so it counts like one that needs no keeping.
        balance.taken(facility)
        balance.committed(facility, 1)
        listener(message)
        done(ticket)
      },
      onAcknowledged: (packets: number) => balance.acknowledged(facility, packets),
      onSession(present: boolean): void {
        deps.onSession(facility, lane, present)
      },
      onTakenOver(): void {
        deps.fatal(new AppError('taken_over', `another connection has taken the place of ${clientId}`))
      },
    }
  }
}

const replies: ReadonlySet<string> = new Set(DEVICE_REPLIES)
const isReply = (topic: string): boolean => replies.has(topic.split('/')[4] ?? '')
const facilityOf = (topic: string): string => topic.split('/')[2] ?? ''

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return null
  }
}
