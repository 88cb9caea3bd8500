/** The server application in a process of its own, with one facility of so many mats, the first of them in rooms. Arguments: broker, facility, devices, rooms. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceId, FacilityId, ProfileId } from '../../../../core/ids.ts'
import { createPasswords } from '../../../../server/auth/password.ts'
import { createSigningKey } from '../../../../server/export/sign/key-file.ts'
import { createLog } from '../../../../server/log.ts'
import { createServer } from '../../../../server/server.ts'
import { createRegistry } from '../../../../storage/registry/registry.ts'
import { createDuckdbTelemetry } from '../../../../storage/telemetry/duckdb.ts'
import { deviceNames } from '../../support/registry.ts'

const [url = '', name = '', devices = '', rooms = ''] = process.argv.slice(2)
const dataDir = mkdtempSync(join(tmpdir(), 'mimamori-bench-server-'))
const registry = await createRegistry({ file: join(dataDir, 'registry.sqlite') })
const telemetry = createDuckdbTelemetry({ file: join(dataDir, 'telemetry.duckdb') })
const facility = name as FacilityId
const nowMs = Date.now()
const DAY_MS = 86_400_000

await registry.facilities.create({ id: facility, name: 'Bench', zone: 'Asia/Tokyo', benchOf: null })
for (const [i, id] of deviceNames(Number(devices)).entries()) {
  const device = id as DeviceId
  const profile = 'bed.sleep_mat' as ProfileId
  await registry.devices.enrol(
    { facility, id: device, profile, maker: 'mats', activeFromMs: nowMs - 30 * DAY_MS },
    nowMs,
  )
  if (i >= Number(rooms)) continue
  const room = await registry.rooms.create({ facility, label: String(101 + i), unit: 'East' })
  const span = { resident: null, fromMs: nowMs - DAY_MS, toMs: null }
  await registry.placements.create({ facility, device, room: room.id, ...span })
}
await registry.users.create({
  ...{ user: 'bench', passwordHash: await createPasswords().hash('bench'), role: 'staff', facilities: [facility] },
  ...{ maker: null, language: 'en', createdMs: nowMs },
})
const config = {
  ...{ httpPort: 0, dataDir, publicUrl: undefined, tls: null, broker: { url }, manageBroker: false },
  sessionSecret: 'a secret for benchmarks, long enough',
  ...{ signingKeyFile: join(dataDir, 'signing.key'), dashboardDir: join(dataDir, 'dashboard'), checkResponses: false },
}
await createSigningKey(config.signingKeyFile)
const server = createServer({ registry, source: telemetry.source, config, log: createLog('error'), clock: Date.now })
const { port } = await server.start()
process.on('disconnect', () => process.exit(0))
process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }))
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)))
process.send?.({ port })
