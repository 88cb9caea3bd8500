/** Stands before the store and answers writes in its place: each status, a hang, a row it will never take, or an error after having stored. */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

export type StoreMood =
  | { kind: 'well' }
  /** Answers so without passing on. `times`: that many requests. */
  | { kind: 'status'; status: number; retryAfterS?: number; times?: number }
  /** Requests longer than this are too large. */
  | { kind: 'too-large'; bytes: number }
  /** Passes on and then says that it did not work, or says nothing and resets. */
  | { kind: 'stored-but'; answer: number | 'reset' }
  /** Says nothing until the mood changes; then the request is passed on, or reset. */
  | { kind: 'hang'; afterwards: 'pass' | 'reset' }

export interface StoreProxy {
  readonly url: string
  readonly port: number
  set(mood: StoreMood): void
  /** From the next write on, one of its rows is never taken: 400 as long as it is in a request; 422 takes the others. */
  refuseARow(status: 400 | 422): void
  /** Requests that were answered badly since the beginning. */
  spoilt(): number
  stop(): Promise<void>
}

export async function startStoreProxy(target: string, pick: (count: number) => number): Promise<StoreProxy> {
  const agent = new Agent({ keepAlive: true })
  const to = new URL(target)
  let mood: StoreMood = { kind: 'well' }
  let spoilt = 0
  let choosing: 400 | 422 | null = null
  /** Rows by measurement, tags and time: the same row of another process run is the same. */
  const refused = new Map<string, 400 | 422>()
  let held: (() => void)[] = []

  const server = createServer((incoming, outgoing) => {
    incoming.on('error', () => undefined)
    outgoing.on('error', () => undefined)
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    set(given) {
      mood = given
      const waiting = held
      held = []
      for (const go of waiting) go()
    },
    refuseARow(status) {
      choosing = status
    },
    spoilt: () => spoilt,
    async stop() {
      server.closeAllConnections()
      agent.destroy()
      await new Promise<void>(done => server.close(() => done()))
    },
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const isWrite = incoming.url?.startsWith('/api/v2/write') === true
    const now = mood
    if (!isWrite || now.kind === 'well') return take(incoming, outgoing, body, isWrite)
    if (now.kind === 'too-large' && body.length <= now.bytes) return take(incoming, outgoing, body, true)
    spoilt += 1
    switch (now.kind) {
      case 'too-large':
        return say(outgoing, 413)
      case 'status':
        if (now.times !== undefined) {
          const left = now.times - 1
          mood = left > 0 ? { ...now, times: left } : { kind: 'well' }
        }
        return say(outgoing, now.status, now.retryAfterS)
      case 'stored-but':
        await pass(incoming, body)
        return now.answer === 'reset' ? void outgoing.socket?.resetAndDestroy() : say(outgoing, now.answer)
      default:
        await new Promise<void>(go => held.push(go))
        return now.afterwards === 'pass'
          ? take(incoming, outgoing, body, true)
          : void outgoing.socket?.resetAndDestroy()
    }
  }

  /** As the store itself would answer, but for rows that are refused. */
  async function take(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    body: Buffer,
    isWrite: boolean,
  ): Promise<void> {
    const bad = isWrite && (choosing !== null || refused.size > 0) ? badRows(body) : null
    if (bad) {
      spoilt += 1
      if (bad.status === 422 && bad.rest.length > 0) await pass(incoming, Buffer.from(bad.rest.join('\n')))
      return say(outgoing, bad.status)
    }
    const { status, headers, content } = await pass(incoming, body)
    outgoing.writeHead(status, headers).end(content)
  }

  function badRows(body: Buffer): { status: 400 | 422; rest: string[] } | null {
    const lines = body.toString().split('\n')
    if (choosing !== null) {
      refused.set(rowOf(lines[pick(lines.length)] ?? ''), choosing)
      choosing = null
    }
    const rest = lines.filter(line => !refused.has(rowOf(line)))
    if (rest.length === lines.length) return null
    const first = lines.find(line => refused.has(rowOf(line))) ?? ''
    return { status: refused.get(rowOf(first)) ?? 400, rest }
  }

  function pass(incoming: IncomingMessage, body: Buffer) {
    return new Promise<{ status: number; headers: IncomingMessage['headers']; content: Buffer }>((resolve, reject) => {
      const headers = { ...incoming.headers, host: to.host, 'content-length': String(body.length) }
      delete headers['transfer-encoding']
      const options = { host: to.hostname, port: to.port, path: incoming.url, method: incoming.method, headers, agent }
      const onward = request(options, response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const { connection: _, 'transfer-encoding': __, ...kept } = response.headers
          resolve({ status: response.statusCode ?? 502, headers: kept, content: Buffer.concat(chunks) })
        })
      })
      onward.on('error', reject)
      onward.end(body)
    })
  }
}

const say = (outgoing: ServerResponse, status: number, retryAfterS?: number): void => {
  const headers = {
    'content-type': 'application/json',
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
  }
  outgoing.writeHead(status, headers).end('{"code":"invalid","message":"as ordered by the fault harness"}')
}

/** Measurement with tags, and time: what a row is known by. */
const rowOf = (line: string): string => `${line.slice(0, line.indexOf(' '))} ${line.slice(line.lastIndexOf(' ') + 1)}`
