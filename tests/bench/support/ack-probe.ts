/** A TCP relay between a broker and a consumer that tells when the consumer's PUBACK for each message passed: the moment at which it says "safe". */
import { connect, createServer, type Socket } from 'node:net'
import { createPacketReader } from '../load/packet-reader.ts'

export interface AckProbe {
  port: number
  stop(): Promise<void>
}

/** Bytes pass unchanged. `onAck` is given the payload of each QoS 1 message when its PUBACK comes by; clients may speak MQTT 3.1.1 or 5. */
export async function startAckProbe(
  port: number,
  brokerPort: number,
  onAck: (topic: string, payload: Buffer) => void,
): Promise<AckProbe> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, consumer => {
    const broker = connect({ port: brokerPort, host: '127.0.0.1', noDelay: true })
    const waiting = new Map<number, { topic: string; payload: Buffer }>()
    const fromBroker = createPacketReader((header, body) => {
      if (header >> 4 !== 3 || (header & 0x06) === 0) return
      const topicEnd = 2 + body.readUInt16BE(0)
      // Under MQTT 5 a property length of some bytes lies before the payload: whoever reads it looks for its braces.
      const rest = Buffer.from(body.subarray(topicEnd + 2))
      waiting.set(body.readUInt16BE(topicEnd), { topic: body.toString('utf8', 2, topicEnd), payload: rest })
    })
    const fromConsumer = createPacketReader((header, body) => {
      if (header !== 0x40) return
      const id = body.readUInt16BE(0)
      const message = waiting.get(id)
      waiting.delete(id)
      if (message) onAck(message.topic, message.payload)
    })
    for (const [from, to, read] of [
      [broker, consumer, fromBroker],
      [consumer, broker, fromConsumer],
    ] as const) {
      sockets.add(from)
      from.on('data', chunk => {
        to.write(chunk)
        read(chunk)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
