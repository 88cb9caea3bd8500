/** `npm run server`: the server application beside an outside broker and InfluxDB. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readIdentityKeys } from '../storage/registry/identity-keys.ts'
import { createRegistry } from '../storage/registry/registry.ts'
import { createInfluxTelemetry } from '../storage/telemetry/influx.ts'
import { firstStartCode } from './auth/first-start.ts'
import { parseConfig, type ServerConfig } from './config.ts'
import { readSigningKey } from './export/sign/key-file.ts'
import { createLog, errorFields } from './log.ts'
import { createServer } from './server.ts'
import { openTlsPair } from './tls-pair.ts'

const HELP = `Usage: npm run server [-- --new-code]

Serves the dashboard, the API and the live board. Reads its settings from the environment (.env.example lists all);
needs at least MQTT_URL, INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG, INFLUX_BUCKET, SESSION_SECRET, IDENTITY_KEY_FILE
and SIGNING_KEY_FILE (deploy/make-secrets.sh makes all secrets).
With DATABASE_URL the registry is in PostgreSQL, without it in a file in DATA_DIR.
For everything in one process, with a demo facility, use npm start.

  --new-code   prints a new one-time code for the first administrator, while there is none; the earlier code ends
  --help       this text`

async function run({ config, newCode }: { config: ServerConfig; newCode: boolean }): Promise<void> {
  const log = createLog(config.logLevel)
  // A wrong key is said now, not when the first dataset has been approved.
  await readSigningKey(config.signingKeyFile)
  const identityKeys = await readIdentityKeys(config.identityKeyFile)
  const tls = config.tlsFiles && (await openTlsPair(config.tlsFiles, { log }))
  await mkdir(config.dataDir, { recursive: true })
  const registry = await createRegistry(
    config.databaseUrl === undefined ? { file: join(config.dataDir, 'registry.sqlite') } : { url: config.databaseUrl },
    identityKeys,
  )
  const store = createInfluxTelemetry(config.influx)
  const server = createServer({ registry, source: store.source, config: { ...config, tls, manageBroker: true }, log })
  const end = async (): Promise<void> => {
    await server.stop()
    tls?.stop()
    await store.stop()
    await registry.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({}, 'stopping')
      end().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error(errorFields(error), 'could not stop in order')
          process.exit(1)
        },
      )
    })
  }
  const code = await firstStartCode(registry, newCode)
  const { url } = await server.start()
  log.info({ url }, 'ready')
  console.log(`Mimamori server: ${url}`)
  if (code !== null)
    console.log(
      `One-time code for the first administrator: ${code}\nUse it at ${url}/setup (or POST ${url}/api/v1/setup {"code","user","password"}).`,
    )
}

const { values, fault } = readArguments()
if (values.help) {
  console.log(HELP)
} else {
  const parsed = fault === null ? parseConfig(process.env) : { errors: [fault] }
  if ('errors' in parsed) {
    console.error(`server: ${parsed.errors.join('; ')} (see npm run server -- --help)`)
    process.exit(2)
  }
  run({ config: parsed.config, newCode: values['new-code'] === true }).catch((error: unknown) => {
    console.error(`server: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  })
}

function readArguments(): { values: { help?: boolean; 'new-code'?: boolean }; fault: string | null } {
  try {
    const { values } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' }, 'new-code': { type: 'boolean' } },
    })
    return { values, fault: null }
  } catch (error) {
    return { values: {}, fault: error instanceof Error ? error.message : String(error) }
  }
}
