/** The gateway's three pages for operators and orchestrators: alive, ready, metrics. */
import { createServer } from 'node:http'
import { AppError } from '../core/errors.ts'

export interface HealthServer {
  port: number
  stop(): Promise<void>
}

/** @param port 0: any free one; rejects with `port_in_use` */
export async function startHealthServer(deps: {
  port: number
  ready(): boolean
  metrics(): Promise<{ type: string; body: string }>
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
    }
    const plain = (status: number, body: string): void => answer(status, 'text/plain; charset=utf-8', `${body}\n`)
    if (request.method !== 'GET' && request.method !== 'HEAD') plain(405, 'method not allowed')
    else if (request.url === '/healthz') plain(200, 'ok')
    else if (request.url === '/readyz') plain(deps.ready() ? 200 : 503, deps.ready() ? 'ready' : 'not ready')
    else if (request.url !== '/metrics') plain(404, 'not found')
    else
      deps.metrics().then(
        ({ type, body }) => answer(200, type, body),
        () => plain(500, 'no metrics'),
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause => reject(new AppError('port_in_use', cause.message, { cause })))
    server.listen(deps.port, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : deps.port,
    async stop() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
