// A running server on real parts for tests: Mosquitto, a SQLite file, a DuckDB file, people of every role.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import type { DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import type { LiveMessage } from '../../core/platform-messages.ts'
import type { NewUser, Registry } from '../../core/registry.ts'
import { API_ROOT, type Role } from '../../core/rest/route.ts'
import { facilityTopic } from '../../core/topics.ts'
import type { Authority } from '../../server/auth/authority.ts'
import { createPasswords } from '../../server/auth/password.ts'
import { createSigningKey } from '../../server/export/sign/key-file.ts'
import { createLog } from '../../server/log.ts'
import { createServer } from '../../server/server.ts'
import type { EmbeddedBroker, ServerSettings } from '../../server/settings.ts'
import { parseIdentityKeys } from '../../storage/registry/identity-keys.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { createDuckdbTelemetry, type Telemetry } from '../../storage/telemetry/duckdb.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { type Canaries, createCanaries } from './canaries.ts'
import { checkAgainstDocument } from './openapi-check.ts'

export const PASSWORD = 'correct horse battery'
const SESSION_SECRET = 'a secret for tests, long enough for them'
const NO_LIMIT = { perSecond: 1e6, burst: 1e6 }
export const DAY_MS = 86_400_000

/** People of the tests: facility and maker are those of `sunny` and `mats` unless the name says otherwise. */
export const PEOPLE: Record<string, { role: Role; facilities?: string[]; maker?: string }> = {
  staff: { role: 'staff', facilities: ['sunny'] },
  display: { role: 'display', facilities: ['sunny'] },
  admin: { role: 'facility_admin', facilities: ['sunny'] },
  maker: { role: 'manufacturer', maker: 'mats' },
  steward: { role: 'steward' },
  steward2: { role: 'steward' },
  auditor: { role: 'auditor' },
  operator: { role: 'operator' },
  platform: { role: 'platform_admin' },
  'staff-elsewhere': { role: 'staff', facilities: ['cloudy'] },
  'display-elsewhere': { role: 'display', facilities: ['cloudy'] },
  'admin-elsewhere': { role: 'facility_admin', facilities: ['cloudy'] },
  'maker-elsewhere': { role: 'manufacturer', maker: 'lifts' },
}

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  body: any
}
export interface Client {
  cookie: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

/** Of this file's run: what no log, error or metric may hold. */
const canaries: Canaries = createCanaries()

export interface Platform {
  url: string
  /** All that the server has logged. */
  log(): string
  registry: Registry
  telemetry: Telemetry
  /** A connection to the broker, as a gateway has one. */
  broker: MqttClient
  dataDir: string
  /** Of the key that packages and checkpoints are signed with, as minisign writes it. */
  publicKey: string
  /** Ids of the rooms of `sunny`, in order. */
  rooms: string[]
  as(person: keyof typeof PEOPLE | null): Promise<Client>
  publishLive(facility: string, message: Partial<LiveMessage>): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export const f = (id: string) => id as FacilityId
export const d = (id: string) => id as DeviceId
export const p = (id: string) => id as ProfileId

export interface PlatformOptions {
  settings?: Partial<ServerSettings>
  clock?: () => number
  /** False: nobody has an account yet. */
  people?: boolean
  embedded?: EmbeddedBroker
  authority?: Authority
  /** Sources of the server: a copy with something taken away, or these. */
  create?: typeof createServer
}

export async function startPlatform({
  settings = {},
  clock = Date.now,
  people = true,
  embedded,
  authority,
  create = createServer,
}: PlatformOptions = {}): Promise<Platform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mimamori-server-'))
  const mosquitto = await startMosquitto()
  const registry = await createRegistry(
    { file: join(dataDir, 'registry.sqlite') },
    parseIdentityKeys(randomBytes(32).toString('base64')),
    clock,
  )
  const { publicKey } = await createSigningKey(join(dataDir, 'signing.key'))
  const telemetry = createDuckdbTelemetry({ file: join(dataDir, 'telemetry.duckdb') })
  const lines: string[] = []
  const log = createLog('debug', { write: line => void lines.push(line) })
  const rooms = await furnish(registry)
  if (people) await invite(registry)
  const config: ServerSettings = {
    httpPort: 0,
    dataDir,
    publicUrl: undefined,
    tls: null,
    broker: { url: mosquitto.url },
    manageBroker: false,
    sessionSecret: SESSION_SECRET,
    signingKeyFile: join(dataDir, 'signing.key'),
    dashboardDir: join(dataDir, 'dashboard'),
    checkResponses: true,
    // A test asks more in a second than a person in an hour; the limits have tests of their own.
    rateLimits: { address: NO_LIMIT, user: NO_LIMIT, token: NO_LIMIT },
    ...settings,
  }
  const start = async () => {
    const server = create({ registry, source: telemetry.source, config, log, clock, embedded, authority })
    const { port } = await server.start()
    const metrics = async (): Promise<string> =>
      config.tls ? '' : (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    return { server, port, metrics }
  }
  let running = await start()
  const broker = await mqtt.connectAsync(mosquitto.url, { clientId: 'test-gateway' })
  const clients = new Map<string, Promise<Client>>()
  let n = 0
  return {
    get url() {
      return `http://127.0.0.1:${running.port}`
    },
    log: () => lines.join(''),
    registry,
    telemetry,
    broker,
    dataDir,
    publicKey,
    rooms,
    as(person) {
      const key = String(person)
      const known =
        clients.get(key) ?? signIn(() => `http://127.0.0.1:${running.port}`, person === null ? null : String(person))
      clients.set(key, known)
      return known
    },
    async publishLive(facility, message) {
      n += 1
      const base = {
        v: 1,
        at: Date.now(),
        instance: 'g1',
        n,
        full: false,
        devices: [],
        places: [],
        events: [],
        accepted: 0,
      }
      await broker.publishAsync(facilityTopic(facility, 'live'), JSON.stringify({ ...base, ...message }))
    },
    async restart() {
      await running.server.stop()
      running = await start()
    },
    async stop() {
      const metrics = await running.metrics()
      await running.server.stop()
      await broker.endAsync()
      await telemetry.stop()
      await registry.stop()
      await mosquitto.stop()
      await rm(dataDir, { recursive: true, force: true })
      for (const [where, text] of [
        ['log', lines.join('')],
        ['metrics', metrics],
      ] as const) {
        const found = canaries.foundIn(text)
        if (found.length > 0) throw new Error(`the ${where} holds a secret: ${found.join(' | ')}`)
      }
    },
  }
}

/** Two facilities, two benches, rooms, devices in rooms, and everybody of PEOPLE. */
async function furnish(registry: Registry): Promise<string[]> {
  const now = Date.now()
  const zone = 'Asia/Tokyo'
  await registry.facilities.create({ id: f('sunny'), name: 'Sunny House', zone, benchOf: null })
  await registry.facilities.create({ id: f('cloudy'), name: 'Cloudy House', zone, benchOf: null })
  await registry.facilities.create({ id: f('bench-mats'), name: 'Bench of mats', zone: 'Asia/Seoul', benchOf: 'mats' })
  await registry.facilities.create({
    id: f('bench-lifts'),
    name: 'Bench of lifts',
    zone: 'Asia/Seoul',
    benchOf: 'lifts',
  })
  const rooms: string[] = []
  for (const label of ['101', '102', '103'])
    rooms.push((await registry.rooms.create({ facility: f('sunny'), label, unit: 'East' })).id)
  await registry.rooms.create({ facility: f('cloudy'), label: '901', unit: 'West' })
  const devices: [string, string, string, string][] = [
    ['sunny', 'mat-1', 'bed.sleep_mat', 'mats'],
    ['sunny', 'mat-2', 'bed.sleep_mat', 'mats'],
    ['sunny', 'lift-1', 'transfer.lift_robot', 'lifts'],
    ['cloudy', 'mat-9', 'bed.sleep_mat', 'mats'],
    ['bench-mats', 'mat-b', 'bed.sleep_mat', 'mats'],
    ['bench-lifts', 'lift-b', 'transfer.lift_robot', 'lifts'],
  ]
  for (const [facility, id, profile, maker] of devices)
    await registry.devices.enrol(
      { facility: f(facility), id: d(id), profile: p(profile), maker, activeFromMs: now - 30 * DAY_MS },
      now,
    )
  const place = { facility: f('sunny'), resident: null, fromMs: now - DAY_MS, toMs: null }
  await registry.placements.create({ ...place, device: d('mat-1'), room: rooms[0] as string })
  await registry.placements.create({ ...place, device: d('mat-2'), room: rooms[1] as string })

  return rooms
}

async function invite(registry: Registry): Promise<void> {
  canaries.plant(PASSWORD)
  canaries.plant(SESSION_SECRET)
  const passwordHash = await createPasswords().hash(PASSWORD)
  for (const [user, { role, facilities = [], maker = null }] of Object.entries(PEOPLE)) {
    const record: NewUser = {
      user,
      passwordHash,
      role,
      facilities: facilities.map(f),
      maker,
      language: 'ja',
      createdMs: Date.now(),
    }
    await registry.users.create(record)
  }
}

async function signIn(url: () => string, user: string | null): Promise<Client> {
  const client = clientOf(url, '')
  if (user === null) return client
  const answer = await client.post('/session', { user, password: PASSWORD })
  if (answer.status !== 200) throw new Error(`${user} cannot sign in: ${answer.status}`)
  return clientOf(url, (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '')
}

export function clientOf(url: () => string, cookie: string): Client {
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const address = path.startsWith('/api') ? path : API_ROOT + path
    canaries.watch({ body, headers: { ...headers, cookie } })
    const response = await fetch(url() + address, {
      method,
      headers: {
        ...(cookie ? { cookie } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
    const answer = isJson && text !== '' ? JSON.parse(text) : text
    if (response.status >= 400) {
      const echoed = canaries.foundIn(text)
      if (echoed.length > 0) throw new Error(`${method} ${path} answers a refusal with a secret: ${echoed.join(' | ')}`)
    }
    // The `code` of a problem is no secret.
    canaries.watch({ body: response.ok ? answer : undefined, headers: response.headers })
    checkAgainstDocument({
      method,
      path: address.split('?', 1)[0] ?? '',
      status: response.status,
      contentType: response.headers.get('content-type'),
      body: answer,
    })
    return { status: response.status, headers: response.headers, body: answer }
  }
  return {
    cookie,
    call,
    get: path => call('GET', path),
    post: (path, body, headers) => call('POST', path, body, headers),
  }
}

/** Looks again until `look` gives something, at most so long. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`nothing within ${withinMs} ms`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
