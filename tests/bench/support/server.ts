/** The server as it is shipped, as a process of its own, for one facility with many devices and one member of staff. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPasswords } from '../../../server/auth/password.ts'
import { createSigningKey } from '../../../server/export/sign/key-file.ts'
import { createRegistry } from '../../../storage/registry/registry.ts'
import { until } from '../../gateway/fixtures.ts'
import { clientOf, d, f, p } from '../../server/platform.ts'
import { freePort } from '../../servers/child.ts'
import type { Influxd } from '../../servers/influxd.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const STAFF = { user: 'staff', password: 'a password of this bench' }

export interface ServerProcess {
  pid: number
  url: string
  /** Of a signed-in member of staff. */
  cookie: string
  stop(): Promise<void>
}

/** @param placed devices that stand in a room of their own; the others stand nowhere */
export async function startServer(options: {
  broker: { url: string }
  store: Influxd
  bucket: string
  facility: string
  devices: readonly string[]
  placed: readonly string[]
}): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-bench-server-'))
  await createSigningKey(join(folder, 'signing.key'))
  writeFileSync(join(folder, 'identity.key'), randomBytes(32).toString('base64'))
  await furnish(folder, options)
  const port = await freePort()
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'server/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HTTP_PORT: String(port),
      DATA_DIR: folder,
      MQTT_URL: options.broker.url,
      INFLUX_URL: options.store.url,
      INFLUX_TOKEN: options.store.token,
      INFLUX_ORG: options.store.org,
      INFLUX_BUCKET: options.bucket,
      SESSION_SECRET: 's'.repeat(32),
      IDENTITY_KEY_FILE: join(folder, 'identity.key'),
      SIGNING_KEY_FILE: join(folder, 'signing.key'),
      LOG_LEVEL: 'error',
    },
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

async function furnish(
  folder: string,
  { facility, devices, placed }: { facility: string; devices: readonly string[]; placed: readonly string[] },
): Promise<void> {
  const registry = await createRegistry({ file: join(folder, 'registry.sqlite') })
  const nowMs = Date.now()
  const fromMs = nowMs - 86_400_000
  await registry.facilities.create({ id: f(facility), name: 'Bench', zone: 'Asia/Tokyo', benchOf: null })
  for (const id of [...devices, ...placed]) {
    const device = { id: d(id), profile: p('bed.sleep_mat'), maker: 'bench', activeFromMs: fromMs }
    await registry.devices.enrol({ facility: f(facility), ...device }, nowMs)
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
}
