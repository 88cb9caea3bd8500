/** Settings of the all-in-one process, parsed once from the environment and refused if wrong. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { isZone } from '../core/time.ts'
import { LOG_LEVELS, type LogLevel } from '../gateway/log.ts'

const port = z.coerce.number().int().min(0).max(65_535)

/** Names as in `.env.example`. */
export const standaloneEnvSchema = z.object({
  HTTP_PORT: port.default(8080),
  MQTT_PORT: port.default(1883),
  MQTTS_PORT: port.optional(),
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  PUBLIC_URL: z.url().optional(),
  SPOOL_DIR: z.string().min(1).optional(),
  SPOOL_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(64 * 1024 * 1024)
    .default(4 * 1024 * 1024 * 1024),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'give PostgreSQL, such as postgres://…' }).optional(),
  IDENTITY_KEY_FILE: z.string().min(1).optional(),
  TZ_DEFAULT: z.string().refine(isZone, 'is not a known time zone').default('Asia/Tokyo'),
  DEMO: z.stringbool().default(true),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('warn'),
})

export interface StandaloneConfig {
  httpPort: number
  mqttPort: number
  /** Null: no port with TLS. */
  mqttsPort: number | null
  /** Certificate and key, PEM; null: plain HTTP. */
  tlsFiles: { certFile: string; keyFile: string } | null
  dataDir: string
  publicUrl: string | undefined
  spoolDir: string
  spoolMaxBytes: number
  /** PostgreSQL's connection string; undefined: a SQLite file in dataDir. */
  databaseUrl: string | undefined
  /** Undefined: one that is made and kept in dataDir. */
  identityKeyFile: string | undefined
  zone: string
  demo: boolean
  logLevel: LogLevel
}

/** @returns the settings, or one line for each that is wrong */
export function parseConfig(env: NodeJS.ProcessEnv): { config: StandaloneConfig } | { errors: string[] } {
  const { DATABASE_URL_FILE: file, ...given } = env
  if (file) {
    if (given.DATABASE_URL) return { errors: ['DATABASE_URL: set it or DATABASE_URL_FILE, not both'] }
    try {
      given.DATABASE_URL = readFileSync(file, 'utf8').trim()
    } catch {
      return { errors: [`DATABASE_URL_FILE: cannot read ${file}`] }
    }
  }
  // An empty variable is one that is not set.
  if (given.DATABASE_URL === '') given.DATABASE_URL = undefined
  const parsed = standaloneEnvSchema.safeParse(given)
  if (!parsed.success) return { errors: parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`) }
  const e = parsed.data
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = e
  const tlsFiles = cert !== undefined && key !== undefined ? { certFile: resolve(cert), keyFile: resolve(key) } : null
  if ((cert === undefined) !== (key === undefined))
    return { errors: ['TLS_CERT_FILE and TLS_KEY_FILE: set both or neither'] }
  if (e.MQTTS_PORT !== undefined && tlsFiles === null)
    return { errors: ['MQTTS_PORT: needs TLS_CERT_FILE and TLS_KEY_FILE'] }
  const dataDir = resolve(e.DATA_DIR)
  return {
    config: {
      httpPort: e.HTTP_PORT,
      mqttPort: e.MQTT_PORT,
      mqttsPort: e.MQTTS_PORT ?? null,
      tlsFiles,
      dataDir,
      publicUrl: e.PUBLIC_URL,
      spoolDir: resolve(e.SPOOL_DIR ?? `${dataDir}/spool`),
      spoolMaxBytes: e.SPOOL_MAX_BYTES,
      databaseUrl: e.DATABASE_URL,
      identityKeyFile: e.IDENTITY_KEY_FILE === undefined ? undefined : resolve(e.IDENTITY_KEY_FILE),
      zone: e.TZ_DEFAULT,
      demo: e.DEMO,
      logLevel: e.LOG_LEVEL,
    },
  }
}
