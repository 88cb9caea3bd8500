// No secret of a running platform stands in what it logs, counts or answers to a refusal: gateway, broker and server in one process, at the finest log level.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCanaries } from '../server/canaries.ts'
import { type Standalone, startStandalone } from './support/standalone.ts'
import { until } from './support/until.ts'

const canaries = createCanaries()
let platform: Standalone
/** What the log says; the greeting, which tells a demo's passwords on purpose, is no log. */
const logged = (): string =>
  platform
    .output()
    .split('\n')
    .filter(line => line.startsWith('{'))
    .join('\n')
const refusals: string[] = []

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  canaries.watch({ body, headers })
  const response = await fetch(`${platform.url}/api/v1${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) refusals.push(text)
  const answer = response.ok && text !== '' ? JSON.parse(text) : {}
  canaries.watch({ body: answer, headers: response.headers })
  return {
    status: response.status,
    body: answer,
    cookie: response.headers.getSetCookie().map(each => each.split(';')[0]),
  }
}
const fileOf = (name: string): string => readFileSync(join(platform.dataDir, name), 'utf8').trim()

beforeAll(async () => {
  platform = await startStandalone({ env: { LOG_LEVEL: 'debug' } })
  const accounts = JSON.parse(fileOf('demo-accounts.json')) as { user: string; password: string }[]
  for (const { password } of accounts) canaries.plant(password)
  for (const { password } of platform.devices()) canaries.plant(password)
  // Keys lie in lines of their files.
  for (const name of ['identity.key', 'signing.key', 'session-secret'])
    for (const line of fileOf(name).split('\n')) if (!line.includes('comment')) canaries.plant(line.trim())
  const cookies = new Map<string, string>()
  for (const { user, password } of accounts) {
    await call('POST', '/session', { user, password: `wrong-planted-${user}` })
    const { cookie } = await call('POST', '/session', { user, password })
    cookies.set(user, cookie.join('; '))
  }
  const as = (user: string) => ({ cookie: cookies.get(user) ?? '' })
  const made = await call('POST', '/me/tokens', { name: 'x', scopes: ['devices:read'], days: 1 }, as('admin@demo'))
  await call('GET', '/devices', undefined, { authorization: `Bearer ${made.body.token}` })
  await call('GET', '/audit', undefined, { authorization: `Bearer ${made.body.token}` })
  await call('GET', `/devices?token=${made.body.token}`)
  const someone = { user: 'someone', role: 'staff', facilities: ['demo'], language: 'ja' }
  const invited = await call('POST', '/users', someone, as('admin@demo'))
  await call('POST', '/invitations/accept', { code: 'planted-code-of-nobody', password: 'planted-password-1' })
  await call('POST', '/invitations/accept', { code: invited.body.invitation.code, password: 'planted-password-2' })
  await call('POST', '/setup', {
    code: 'planted-setup-code',
    user: 'x',
    password: 'planted-password-3',
    language: 'ja',
  })
  await call('POST', '/me/password', { current: 'planted-current', next: 'planted-next-1' }, as('staff@demo'))
  const device = { facility: 'demo', id: 'planted-mat', profile: 'bed.sleep_mat', maker: 'demo' }
  const enrolled = await call('POST', '/devices', device, { ...as('admin@demo'), 'idempotency-key': 'planted-key-77' })
  const { client_id: clientId, username, password } = enrolled.body
  const url = `mqtt://127.0.0.1:${platform.mqttPort}`
  const client = await mqtt.connectAsync(url, { clientId, username, password, protocolVersion: 4 })
  const payload = 'planted-payload'
  canaries.plant(payload)
  for (const text of [payload, JSON.stringify({ v: 1, note: payload })])
    await client.publishAsync(`mimamori/v1/demo/planted-mat/telemetry`, text, { qos: 1 })
  await client.endAsync()
  canaries.plant('planted-wrong-secret')
  const wrong = {
    clientId,
    username,
    password: 'planted-wrong-secret',
    protocolVersion: 4 as const,
    reconnectPeriod: 0,
  }
  await mqtt.connectAsync(url, wrong).catch(() => undefined)
  await until('something is logged', () => logged() !== '')
}, 300_000)
afterAll(() => platform?.stop())

it('logs, counts and answers none of it', async () => {
  expect(canaries.count()).toBeGreaterThan(60)
  expect(logged().split('\n').length).toBeGreaterThan(1)
  expect(canaries.foundIn(logged())).toEqual([])
  expect(refusals.length).toBeGreaterThan(10)
  expect(canaries.foundIn(refusals.join('\n'))).toEqual([])
  const figures = await (await fetch(`${platform.url}/metrics`)).text()
  expect(figures).toContain('mimamori_')
  expect(canaries.foundIn(figures)).toEqual([])
})

it('finds one where it is', () => {
  expect(canaries.foundIn(`{"level":30,"password":"${platform.devices()[0]?.password}"}`)).toHaveLength(1)
})
