/** The embedded broker's port with TLS: the same connections as on the plain one, under a certificate that may change while they stand. */
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import { AppError } from '../core/errors.ts'

/** PEM texts. */
interface Pair {
  cert: string
  key: string
}
export interface TlsPort {
  /** 0: any free one. */
  port: number
  pair: { current(): Pair; onChange(listener: (pair: Pair) => void): void }
}

export interface TlsListener {
  /** @returns the port. Throws AppError `port_in_use`. */
  listen(host: string): Promise<number>
  stop(): void
}

const MIN_VERSION = 'TLSv1.2'
/** A peer that connects and says nothing is cut off after so long. */
const HANDSHAKE_MS = 10_000

export function createTlsListener({ port, pair }: TlsPort, accept: (socket: Socket) => void): TlsListener {
  const server = createServer(
    { ...pair.current(), minVersion: MIN_VERSION, noDelay: true, handshakeTimeout: HANDSHAKE_MS },
    accept,
  )
  // A failed handshake is the peer's own affair.
  server.on('tlsClientError', () => undefined)
  pair.onChange(next => server.setSecureContext({ ...next, minVersion: MIN_VERSION }))
  return {
    async listen(host) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', cause => reject(new AppError('port_in_use', cause.message, { cause })))
        server.listen(port, host, resolve)
      })
      const address = server.address()
      return typeof address === 'object' && address ? address.port : port
    },
    stop: () => {
      server.close()
    },
  }
}
