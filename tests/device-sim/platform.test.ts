/** The enrolling program beside a server that gets too many requests, or refuses. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { openPlatform } from '../../device-sim/platform.ts'

let server: Server
afterEach(() => server.close())

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise(ready => server.once('listening', ready))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const problem = (code: string, status: number) =>
  JSON.stringify({ type: 'about:blank', title: code, status, code, correlation_id: 'c1' })
const resident = { id: 'r1', facility: 'sunny', room: null, bed: null, absent: false, left: null, erased: null }

it('waits as it is told and sends the same write again when the server gets too many requests', async () => {
  const keys: unknown[] = []
  const url = await serve((request, response) => {
    keys.push(request.headers['idempotency-key'])
    if (keys.length < 3) response.writeHead(429, { 'Retry-After': '0' }).end(problem('rate_limited', 429))
    else response.writeHead(201).end(JSON.stringify(resident))
  })
  const platform = await openPlatform(url, { token: 'x' })
  expect((await platform.call('createResident', { facility: 'sunny' })).id).toBe('r1')
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
})

it.each([
  ['too_many_attempts', 429],
  ['forbidden', 403],
])('asks once when it is refused with %s', async (code, status) => {
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    response.writeHead(status, { 'Retry-After': '0' }).end(problem(code, status))
  })
  const platform = await openPlatform(url, { token: 'x' })
  await expect(platform.call('createResident', { facility: 'sunny' })).rejects.toMatchObject({ code })
  expect(asked).toBe(1)
})

it('gives up when it is told to wait again and again', async () => {
  const url = await serve((_, response) =>
    response.writeHead(429, { 'Retry-After': '0' }).end(problem('rate_limited', 429)),
  )
  const platform = await openPlatform(url, { token: 'x' })
  await expect(platform.call('facilities')).rejects.toMatchObject({ code: 'rate_limited' })
})
