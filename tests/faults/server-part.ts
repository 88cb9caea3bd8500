/** The real server beside an outside broker: gives the gateway its registry and reads the store; it is killed like the others. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceId, ProfileId } from '../../core/ids.ts'
import { createPasswords } from '../../server/auth/password.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { clientOf } from '../server/platform.ts'
import { type Child, freePort, launch } from '../servers/child.ts'
import type { Bundle } from './bundle.ts'
import { FACILITY } from './process-config.ts'
import type { ServerProcessConfig } from './server-process.ts'
import { PROBE } from './traffic.ts'

export interface ServerPart {
  child: Child
  /** How often it has answered from the store. */
  reads(): number
  stop(): Promise<void>
}

const DAY_MS = 86_400_000
const READ_EVERY_MS = 500
const PASSWORD = 'fault harness, nobody else'

export async function startServerPart(options: {
  bundle: Bundle
  dir: string
  devices: readonly string[]
  brokerUrl: string
  influx: { url: string; token: string; org: string; bucket: string }
}): Promise<ServerPart> {
  const { bundle, dir, devices, brokerUrl } = options
  const { url, token, org, bucket } = options.influx
  await mkdir(dir, { recursive: true })
  const registry = await createRegistry({ file: join(dir, 'registry.sqlite') })
  const nowMs = Date.now()
  await registry.facilities.create({ id: FACILITY, name: 'Fault harness', zone: 'Asia/Tokyo', benchOf: null })
  for (const id of devices) {
    const device = { facility: FACILITY, id: id as DeviceId, profile: 'bed.sleep_mat' as ProfileId, maker: 'mats' }
    await registry.devices.enrol({ ...device, activeFromMs: nowMs - 30 * DAY_MS }, nowMs)
  }
  const passwordHash = await createPasswords().hash(PASSWORD)
  const user = { user: 'reader', role: 'facility_admin', facilities: [FACILITY], maker: null, language: 'en' } as const
  await registry.users.create({ ...user, facilities: [FACILITY], passwordHash, createdMs: nowMs })
  await registry.stop()

  const port = await freePort()
  const address = (): string => `http://127.0.0.1:${port}`
  const child = await launch({
    name: 'server',
    command: process.execPath,
    args: [bundle.file('server')],
    dir,
    port,
    keepDir: true,
    env: {
      FAULT_CONFIG: JSON.stringify({
        dir,
        port,
        brokerUrl,
        influx: { url, token, org, bucket },
      } satisfies ServerProcessConfig),
    },
    ready: async () => (await fetch(`${address()}/healthz`)).ok,
  })
  const { headers } = await clientOf(address, '').post('/session', { user: 'reader', password: PASSWORD })
  const client = clientOf(address, headers.get('set-cookie')?.split(';')[0] ?? '')
  let reads = 0
  let reading = false
  const timer = setInterval(() => {
    if (reading) return
    reading = true
    const [from, to] = [nowMs - DAY_MS, nowMs + DAY_MS].map(ms => encodeURIComponent(new Date(ms).toISOString()))
    client
      .get(`/devices/${PROBE}/readings?metric=heart_rate&from=${from}&to=${to}&points=50`)
      .then(({ status }) => {
        if (status === 200) reads += 1
      })
      .catch(() => undefined)
      .finally(() => {
        reading = false
      })
  }, READ_EVERY_MS)
  return {
    child,
    reads: () => reads,
    async stop() {
      clearInterval(timer)
      await child.stop()
    },
  }
}
