/** The listening port: opened before there is an application to answer, closed at once whatever the other side does. */
import { createServer as createHttp, type RequestListener, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { AppError } from '../../core/errors.ts'
import type { TlsPair } from '../tls-pair.ts'

const MIN_VERSION = 'TLSv1.2'
/** The longest query that the contract allows, a checkpoint of 4,000 characters, takes 36,000 bytes in an address. */
const MAX_HEAD_BYTES = 65_536

export interface Listener {
  server: Server
  port: number
  /** Until it is called, requests are told to come back. */
  serve(listener: RequestListener): void
  /** Cuts every connection: a stalled one would hold the stop up for half a minute. */
  stop(): Promise<void>
}

/** @param port 0: any free one. Throws AppError `port_unavailable`. */
export async function listen(port: number, tls: Pick<TlsPair, 'current' | 'onChange'> | null): Promise<Listener> {
  let serve: RequestListener = (_, response) => {
    response.writeHead(503, { 'Retry-After': '1' }).end('starting')
  }
  const listener: RequestListener = (request, response) => serve(request, response)
  const server: Server = tls ? secured(tls, listener) : createHttp({ maxHeaderSize: MAX_HEAD_BYTES }, listener)
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause => {
      const text = `port ${port} cannot be opened: ${cause.message}; set HTTP_PORT to another`
      reject(new AppError('port_unavailable', text, { cause }))
    })
    server.listen(port, resolve)
  })
  return {
    server,
    port: (server.address() as AddressInfo).port,
    serve: next => {
      serve = next
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of connections) socket.destroy()
      }),
  }
}

/** A new certificate is for new connections; those that stand stay. */
function secured(tls: Pick<TlsPair, 'current' | 'onChange'>, listener: RequestListener): Server {
  const server = createHttps({ ...tls.current(), minVersion: MIN_VERSION, maxHeaderSize: MAX_HEAD_BYTES }, listener)
  tls.onChange(pair => server.setSecureContext({ ...pair, minVersion: MIN_VERSION }))
  return server
}
