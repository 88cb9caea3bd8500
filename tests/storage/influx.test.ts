/** What each answer of a store over HTTP becomes, from a server that answers as it is told. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../core/errors.ts'
import { createInflux, flux, fluxTime, type Influx } from '../../storage/influx.ts'

const ended: (() => void)[] = []
afterEach(() => {
  for (const end of ended.splice(0)) end()
})

async function influxThat(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<Influx> {
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => answer(response, request))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const influx = createInflux({ url, token: 't', org: 'o', bucket: 'b', writeTimeoutMs: 200, readTimeoutMs: 200 })
  ended.push(() => {
    influx.close()
    server.closeAllConnections()
    server.close()
  })
  return influx
}
const failure = async (action: Promise<unknown>): Promise<AppError> => {
  const error = await action.then(
    () => undefined,
    caught => caught,
  )
  expect(error).toMatchObject({ name: 'AppError' })
  return error as AppError
}

const LINE = Buffer.from('a b=1 1')

describe('InfluxDB over HTTP', () => {
  it.each([
    [400, 'store_refused', false],
    [401, 'store_denied', true],
    [403, 'store_denied', true],
    [404, 'store_denied', true],
    [413, 'store_too_large', false],
    [422, 'store_refused', false],
    [429, 'store_busy', true],
    [500, 'store_unavailable', true],
    [502, 'store_unavailable', true],
    [503, 'store_busy', true],
    [302, 'store_unavailable', true],
    [200, 'store_unavailable', true],
  ])('turns %i into %s', async (status, code, retryable) => {
    const influx = await influxThat(response => response.writeHead(status).end('{"code":"x","message":"secret=72"}'))
    const error = await failure(influx.write(LINE))
    expect(error).toMatchObject({ code, retryable })
    expect(`${error.message} ${error.cause}`).not.toContain('secret')
  })

  it.each([
    ['7', 7_000],
    ['Wed, 21 Oct 2099 07:28:00 GMT', expect.any(Number)],
    ['soon', undefined],
  ])('gives the wait that is asked for with Retry-After: %s', async (header, retryAfterMs) => {
    const influx = await influxThat(response => response.writeHead(503, { 'retry-after': header }).end())
    expect((await failure(influx.write(LINE))).retryAfterMs).toEqual(retryAfterMs)
  })

  it('is unavailable when the answer never comes, and leaves no socket behind', async () => {
    let closed = false
    const influx = await influxThat((_, request) => request.socket.once('close', () => (closed = true)))
    expect((await failure(influx.write(LINE))).code).toBe('store_unavailable')
    await expect.poll(() => closed).toBe(true)
  })

  it('is unavailable when the connection breaks in the middle of an answer', async () => {
    const influx = await influxThat(response => {
      response.writeHead(200, { 'content-type': 'text/csv', 'transfer-encoding': 'chunked' })
      response.write(
        '#datatype,string,long,double\n#group,false,false,false\n#default,_result,,\n,result,table,_value\n,,0,1\n',
      )
      setTimeout(() => response.socket?.resetAndDestroy(), 20)
    })
    const seen: unknown[] = []
    const error = await failure(
      influx.query(flux`buckets()`, (values, table) => seen.push(table.get(values, '_value'))),
    )
    expect(error.code).toBe('store_unavailable')
    expect(seen).toEqual([1])
  })

  it('is unavailable when an answer ends in an error table', async () => {
    const influx = await influxThat(response => {
      response.writeHead(200, { 'content-type': 'text/csv' })
      response.end('#datatype,string,string\n#group,true,true\n#default,,\n,error,reference\n,out of memory,897\n')
    })
    expect((await failure(influx.query(flux`buckets()`, () => undefined))).code).toBe('store_unavailable')
  })

  it('throws the reason of the signal when a query is aborted', async () => {
    const influx = await influxThat(() => undefined)
    const controller = new AbortController()
    const query = influx.query(flux`buckets()`, () => undefined, controller.signal)
    controller.abort(new Error('enough'))
    await expect(query).rejects.toThrow('enough')
  })

  it('breaks off what is under way when it is closed', async () => {
    const influx = await influxThat(() => undefined)
    const write = failure(influx.write(LINE))
    influx.close()
    expect((await write).code).toBe('store_unavailable')
  })

  it('escapes whatever a script is given', () => {
    const script = flux`r.device == ${'x" or true or "'} and t == ${fluxTime('2026-11-20T00:00:00.000000001Z')} ${flux`|> limit(n: ${3})`}`
    expect(script.toString()).toBe(
      'r.device == "x\\" or true or \\"" and t == time(v: "2026-11-20T00:00:00.000000001Z") |> limit(n: 3)',
    )
  })
})
