/** How the gateway talks with the other parts of the platform: the embedded broker and the client of an outside broker both offer it. */

export interface BusMessage {
  topic: string
  payload: Buffer
  /** True for what the broker had kept from before. */
  retained: boolean
}

export interface GatewayBus {
  /** Resolves when the broker has it (QoS 1: acknowledged); rejects when the broker is away: nothing is queued. */
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain?: boolean }): Promise<void>
  /** Publishes retained messages with QoS 1, where many at once are cheaper than one by one. Rejects unless the broker has acknowledged all. */
  publishAll?(messages: readonly { topic: string; payload: string }[]): Promise<void>
  /** Calls `listener` for every later message and for each retained one; for an outside broker again at every new connection. */
  subscribe(filter: string, listener: (message: BusMessage) => void): Promise<void>
}

/** What a device or someone in its name published. */
export interface DevicePacket {
  topic: string
  payload: Buffer
  /** True for what the broker had kept from before: a status. */
  retained: boolean
  /** Set when the publisher has no right to the topic: who it is. The packet is then refused and kept. */
  publisher?: { facility: string; device: string }
}

/**
 * What is to be done about a packet besides acknowledging it. `close`: end the connection instead, if there is one.
 * `holdMs`: the device sends too fast; whoever has it on the line acknowledges so much later.
 */
export interface PacketOutcome {
  close: boolean
  holdMs: number
}
/** Told once everything in the packet is durable or needs no keeping. No outcome: it is acknowledged now. */
export type PacketDone = (ticket: number, outcome?: PacketOutcome) => void
/** @param ticket given back to `done`: one function may serve for all packets of a connection */
export type Ingest = (packet: DevicePacket, done: PacketDone, ticket: number) => void
