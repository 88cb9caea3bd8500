/** `npm start`: the whole platform in one process, with a demo facility and simulated devices. */

import { join } from 'node:path'
import { createDemoFleet } from '../device-sim/demo/fleet.ts'
import { demoPlan } from '../device-sim/demo/plan.ts'
import { keepHeapSmall } from '../gateway/small-heap.ts'
import { firstStartCode } from '../server/auth/first-start.ts'
import { createPasswords } from '../server/auth/password.ts'
import { parseIdentityKeys, readIdentityKeys } from '../storage/registry/identity-keys.ts'
import { createRegistry } from '../storage/registry/registry.ts'
import { parseConfig, type StandaloneConfig } from './config.ts'
import { type Demo, openDemo } from './demo.ts'
import { DEMO_FACILITY } from './demo-facility.ts'
import { greeting } from './greeting.ts'
import { createLog } from './log.ts'
import { startPlatform } from './platform.ts'
import { keptSecret } from './secrets.ts'

const HELP = `Usage: npm start

Starts broker, gateway, store, server and dashboard in one process. With DEMO=true (the default) a demo facility of 24 rooms
with simulated devices and one day of history; with DEMO=false an empty platform, whose first administrator signs up with the
one-time code that is printed.

Settings: HTTP_PORT (8080), MQTT_PORT (1883), MQTTS_PORT, TLS_CERT_FILE, TLS_KEY_FILE, DATA_DIR (./data), DATABASE_URL, PUBLIC_URL,
TZ_DEFAULT (Asia/Tokyo), LOG_LEVEL (warn).`

const DAY_MS = 86_400_000

async function run(config: StandaloneConfig): Promise<void> {
  keepHeapSmall()
  const log = createLog(config.logLevel)
  let demo: Demo | null = null
  const platform = await startPlatform({
    config,
    log,
    fatal: error => {
      console.error(`standalone: ${error.message}`)
      process.exit(1)
    },
    openRegistry: async () => {
      const { dataDir, databaseUrl: url, zone } = config
      const file = join(dataDir, 'registry.sqlite')
      const keys =
        config.identityKeyFile === undefined
          ? parseIdentityKeys(keptSecret(join(dataDir, 'identity.key')))
          : await readIdentityKeys(config.identityKeyFile)
      const open = () => createRegistry(url === undefined ? { file } : { url }, keys)
      if (!config.demo) return open()
      const plan = demoPlan()
      const { hash } = createPasswords()
      const opened = await openDemo({
        dataDir,
        open,
        file: url === undefined ? file : null,
        plan,
        zone,
        hash,
        nowMs: Date.now(),
      })
      demo = opened.demo
      return opened.registry
    },
  })
  const stops = [platform.stop]
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(stops))

  if (demo === null) {
    const code = await firstStartCode(platform.registry)
    console.log(`\n  Mimamori is ready: ${platform.url}\n`)
    if (code) console.log(`  One-time code for the first administrator: ${code}\n  Use it at ${platform.url}/setup\n`)
    return
  }
  const shown: Demo = demo
  const fleet = createDemoFleet({
    credentials: shown.devices,
    url: `mqtt://127.0.0.1:${platform.mqttPort}`,
    seed: 'demo',
    zone: config.zone,
    historyFromMs: shown.first ? Date.now() - DAY_MS : null,
    onProblem: (device, error) => log.warn({ device, code: error.code }, 'a simulated device cannot connect'),
  })
  stops.unshift(fleet.stop)
  const labels = new Map((await platform.registry.rooms.listOf(DEMO_FACILITY)).map(room => [room.id, room.label]))
  const placements = await platform.registry.placements.list({ facilities: [DEMO_FACILITY], limit: 500 })
  const rooms = new Map(placements.map(({ device, room }) => [device as string, labels.get(room ?? '') ?? null]))
  console.log(
    greeting({
      url: platform.url,
      mqttPort: platform.mqttPort,
      demo: shown,
      dataDir: config.dataDir,
      roomOf: device => rooms.get(device) ?? null,
    }),
  )
  fleet.start()
}

/** Stops in order; a second signal ends at once, which loses nothing that was acknowledged. */
function end(stops: (() => Promise<void>)[]): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  stops
    .reduce((before, stop) => before.then(stop), Promise.resolve())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`standalone: ${error instanceof Error ? error.message : String(error)}`)
        process.exit(1)
      },
    )
}

if (process.argv.includes('--help')) {
  console.log(HELP)
} else {
  const parsed = parseConfig(process.env)
  if ('errors' in parsed) {
    console.error(`standalone: ${parsed.errors.join('; ')} (see npm start -- --help)`)
    process.exit(2)
  }
  run(parsed.config).catch((error: unknown) => {
    console.error(`standalone: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  })
}
