/** The server or the whole platform as it is shipped, as a process of its own, for one facility with many devices and one member of staff. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClearCredential } from '../../../core/credentials.ts'
import { createPasswords } from '../../../server/auth/password.ts'
import { createSigningKey } from '../../../server/export/sign/key-file.ts'
import { createRegistry } from '../../../storage/registry/registry.ts'
import { until } from '../../gateway/fixtures.ts'
import { clientOf, d, f, p } from '../../server/platform.ts'
import { freePort } from '../../servers/child.ts'
import type { Influxd } from '../../servers/influxd.ts'
import type { Account } from '../../servers/mosquitto.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const STAFF = { user: 'staff', password: 'a password of this bench' }

export interface ServerProcess {
  pid: number
  url: string
  /** Of a signed-in member of staff. */
  cookie: string
  stop(): Promise<void>
}

export interface StandaloneProcess extends ServerProcess {
  mqttPort: number
  /** By device. */
  credentials: ReadonlyMap<string, ClearCredential>
}

export interface Furniture {
  facility: string
  devices: readonly string[]
  /** Devices that stand in a room of their own; the others stand nowhere. */
  placed: readonly string[]
}

export async function startServer(
  options: Furniture & {
    broker: { url: string }
    account: Account
    store: Influxd
    bucket: string
  },
): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-bench-server-'))
  await createSigningKey(join(folder, 'signing.key'))
  writeFileSync(join(folder, 'identity.key'), randomBytes(32).toString('base64'))
  await furnish(folder, options)
  const { account } = options
  return launch('server/main.ts', folder, {
    MQTT_URL: options.broker.url,
    MQTT_USERNAME: account.username,
    MQTT_PASSWORD: account.password,
    INFLUX_URL: options.store.url,
    INFLUX_TOKEN: options.store.token,
    INFLUX_ORG: options.store.org,
    INFLUX_BUCKET: options.bucket,
    SESSION_SECRET: 's'.repeat(32),
    IDENTITY_KEY_FILE: join(folder, 'identity.key'),
    SIGNING_KEY_FILE: join(folder, 'signing.key'),
  })
}

/** Broker, gateway, store and server in one process, with the furniture given. */
export async function startStandalone(furniture: Furniture): Promise<StandaloneProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-bench-standalone-'))
  const credentials = await furnish(folder, furniture)
  const mqttPort = await freePort()
  const started = await launch('standalone/main.ts', folder, { MQTT_PORT: String(mqttPort), DEMO: 'false' })
  return { ...started, mqttPort, credentials }
}

/** Ready and signed in to when this returns. */
async function launch(main: string, folder: string, env: Record<string, string>): Promise<ServerProcess> {
  const port = await freePort()
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, main)], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, HTTP_PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'error', ...env },
  })
  const url = `http://127.0.0.1:${port}`
  const answers = () =>
    fetch(`${url}/readyz`).then(
      response => response.ok,
      () => false,
    )
  await until('the server answers', answers, 60_000)
  const { headers } = await clientOf(() => url, '').post('/session', STAFF)
  return {
    pid: child.pid as number,
    url,
    cookie: (headers.get('set-cookie') ?? '').split(';')[0] ?? '',
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** @returns with what each device signs in to the broker */
async function furnish(
  folder: string,
  { facility, devices, placed }: Furniture,
): Promise<Map<string, ClearCredential>> {
  const credentials = new Map<string, ClearCredential>()
  const registry = await createRegistry({ file: join(folder, 'registry.sqlite') })
  const nowMs = Date.now()
  const fromMs = nowMs - 86_400_000
  await registry.facilities.create({ id: f(facility), name: 'Bench', zone: 'Asia/Tokyo', benchOf: null })
  for (const id of [...devices, ...placed]) {
    const device = { id: d(id), profile: p('bed.sleep_mat'), maker: 'bench', activeFromMs: fromMs }
    credentials.set(id, await registry.devices.enrol({ facility: f(facility), ...device }, nowMs))
  }
  for (const id of placed) {
    const { id: room } = await registry.rooms.create({ facility: f(facility), label: id, unit: 'Bench' })
    const place = { facility: f(facility), device: d(id), room, resident: null }
    await registry.placements.create({ ...place, fromMs, toMs: null })
  }
  const passwordHash = await createPasswords().hash(STAFF.password)
  await registry.users.create({
    user: STAFF.user,
    passwordHash,
    role: 'staff',
    facilities: [f(facility)],
    maker: null,
    language: 'ja',
    createdMs: nowMs,
  })
  await registry.stop()
  return credentials
}
