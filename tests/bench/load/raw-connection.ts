/** One MQTT connection that publishes prebuilt packets, QoS 1 with a window, as fast as PUBACKs come or as far as it is allowed. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { createPacketReader } from './packet-reader.ts'
import { buildStream, connectPacket, type PacketStream, packetId, type StreamPlan } from './packets.ts'

export interface RawConnectionOptions {
  port: number
  clientId: string
  username?: string
  password?: string
  plan: StreamPlan
  /** PUBLISH packets without an answer, at most. */
  inFlight: number
  /** Packets are built so many at a time, the first of them before `run`: a load of millions needs little memory, a small one is ready. */
  blockMessages: number
}

export interface RawConnection {
  /** Publishes all that is allowed; resolves at the last PUBACK of all. Times in ms of `performance.now()`, by message. */
  run(): Promise<{ sentMs: Float64Array; ackedMs: Float64Array }>
  /** Publishing may go as far as this many messages; all of them unless told. */
  allow(messages: number): void
  /** Sends nothing more: `run` resolves when what was sent is acknowledged. */
  finish(): void
  acked(): number
  stop(): void
}

/** Connects; rejects when the broker refuses. */
export async function openRawConnection(options: RawConnectionOptions): Promise<RawConnection> {
  const { plan, inFlight } = options
  let total = plan.messages
  const sentMs = new Float64Array(total)
  const ackedMs = new Float64Array(total)
  const answered = new Uint8Array(total)
  let block = { from: 0, to: 0, stream: undefined as PacketStream | undefined }
  let sent = 0
  let acked = 0
  let granted = Number.POSITIVE_INFINITY
  let allowed = 0
  let done: () => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  let admitted: (code: number) => void = () => undefined

  const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
  const reader = createPacketReader((header, body) => {
    if (header === 0x40) settle(body.readUInt16BE(0))
    else if (header === 0x20) admitted(body[1] as number)
  })
  socket.on('data', chunk => {
    reader(chunk)
    pump()
  })
  socket.on('error', error => fail(error))
  socket.on('close', () => fail(new Error(`the broker ended the connection after ${acked} PUBACKs`)))
  await once(socket, 'connect')
  socket.write(connectPacket({ ...options, clean: true }))
  const code = await new Promise<number>((resolve, reject) => {
    admitted = resolve
    fail = reject
  })
  if (code !== 0) throw new Error(`the broker refuses the connection with code ${code}`)
  ready(0)

  return {
    async run() {
      const all = new Promise<void>((resolve, reject) => {
        done = resolve
        fail = reject
      })
      allowed = Math.min(total, granted)
      pump()
      await all
      return { sentMs: sentMs.subarray(0, total), ackedMs: ackedMs.subarray(0, total) }
    },
    allow(messages) {
      granted = messages
      allowed = Math.min(total, granted)
      pump()
    },
    finish() {
      total = sent
      allowed = sent
      if (acked === total) done()
    },
    acked: () => acked,
    stop() {
      fail = () => undefined
      socket.destroy()
    },
  }

  function ready(from: number): void {
    const to = Math.min(total, from + options.blockMessages)
    block = { from, to, stream: buildStream(plan, from, to) }
  }

  /** Sends all that the window and the pace allow in one write. */
  function pump(): void {
    while (sent < allowed && sent - acked < inFlight) {
      if (sent === block.to) ready(sent)
      const { stream } = block
      if (!stream) return
      const to = Math.min(block.to, allowed, acked + inFlight)
      socket.write(stream.bytes.subarray(stream.starts[sent - block.from], stream.starts[to - block.from]))
      sentMs.fill(performance.now(), sent, to)
      sent = to
    }
  }

  /** Brokers answer in order [MQTT-4.6.0-2]; one that does not is still followed, by the id. */
  function settle(id: number): void {
    const n = packetId(acked) === id ? acked : sent - 1 - ((packetId(sent - 1) - id + 65_535) % 65_535)
    if (n < 0 || n >= total || answered[n] === 1) {
      fail(new Error(`a PUBACK for packet ${id}, which waits for none`))
      return
    }
    answered[n] = 1
    ackedMs[n] = performance.now()
    acked += 1
    if (acked === total) done()
  }
}
