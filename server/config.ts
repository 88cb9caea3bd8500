/** Settings of the server application, parsed once from the environment and refused if wrong. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { isZone } from '../core/time.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'
import type { BrokerAddress } from './mqtt.ts'
import type { TlsFiles } from './tls-pair.ts'

const text = z.string().min(1)
const urlOf = (protocols: RegExp, form: string) => z.url({ protocol: protocols, error: `give ${form}` })

/** Names as in `.env.example`. Every secret `X` may instead be given as a file by `X_FILE`. */
export const serverEnvSchema = z.object({
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  DATA_DIR: text.default('./data'),
  PUBLIC_URL: urlOf(/^https?$/, 'the address people type, such as https://care.example.org').optional(),
  TLS_CERT_FILE: text.optional(),
  TLS_KEY_FILE: text.optional(),
  MQTT_URL: urlOf(/^(mqtts?|tcp|tls)$/, 'the broker, such as mqtt://localhost:1883'),
  MQTT_USERNAME: text.optional(),
  MQTT_PASSWORD: text.optional(),
  MQTT_CA_FILE: text.optional(),
  MQTTS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  INFLUX_URL: urlOf(/^https?$/, 'the store, such as http://localhost:8086'),
  INFLUX_TOKEN: text,
  INFLUX_ORG: text,
  INFLUX_BUCKET: text,
  DATABASE_URL: urlOf(
    /^postgres(ql)?$/,
    'PostgreSQL, such as postgres://mimamori:…@localhost:5432/mimamori',
  ).optional(),
  SESSION_SECRET: z
    .string({ error: 'give at least 32 random characters' })
    .min(32, 'give at least 32 random characters'),
  IDENTITY_KEY_FILE: text,
  SIGNING_KEY_FILE: text,
  TZ_DEFAULT: z.string().refine(isZone, 'is not a known time zone').default('Asia/Tokyo'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
})
const SECRETS = ['MQTT_PASSWORD', 'INFLUX_TOKEN', 'DATABASE_URL', 'SESSION_SECRET'] as const

export interface ServerConfig {
  httpPort: number
  dataDir: string
  /** Address that people type; decides secure cookies and absolute links. */
  publicUrl: string | undefined
  /** Certificate and key, PEM; null: plain HTTP. */
  tlsFiles: TlsFiles | null
  broker: BrokerAddress
  /** Where devices reach the broker with TLS; null: at the port of MQTT_URL. */
  mqttsPort: number | null
  influx: { url: string; token: string; org: string; bucket: string }
  /** PostgreSQL's connection string; undefined: a SQLite file in dataDir. */
  databaseUrl: string | undefined
  sessionSecret: string
  /** Holds the keys that residents' own keys are wrapped by. */
  identityKeyFile: string
  signingKeyFile: string
  zone: string
  logLevel: LogLevel
}

/** @returns the settings, or one line for each that is wrong */
export function parseConfig(env: NodeJS.ProcessEnv): { config: ServerConfig } | { errors: string[] } {
  const errors: string[] = []
  const given: Record<string, string | undefined> = {}
  // An empty variable, as compose files write it, is one that is not set.
  for (const [name, value] of Object.entries(env)) if (value !== '') given[name] = value
  const read = (name: string, file: string | undefined): string | undefined => {
    if (file === undefined) return undefined
    try {
      return readFileSync(file, 'utf8')
    } catch {
      errors.push(`${name}: cannot read ${file}`)
      return undefined
    }
  }
  for (const name of SECRETS) {
    const file = given[`${name}_FILE`]
    if (file === undefined) continue
    if (given[name] !== undefined) errors.push(`${name}: set it or ${name}_FILE, not both`)
    given[name] = read(`${name}_FILE`, file)?.trim()
  }
  const parsed = serverEnvSchema.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(issue => {
      const name = String(issue.path[0])
      return `${name}: ${given[name] === undefined ? 'is not set' : issue.message}`
    })
    return { errors: [...errors, ...lines] }
  }
  const e = parsed.data
  if ((e.TLS_CERT_FILE === undefined) !== (e.TLS_KEY_FILE === undefined))
    errors.push('TLS_CERT_FILE and TLS_KEY_FILE: set both or neither')
  const ca = read('MQTT_CA_FILE', e.MQTT_CA_FILE)
  if (errors.length > 0) return { errors }
  return {
    config: {
      httpPort: e.HTTP_PORT,
      dataDir: resolve(e.DATA_DIR),
      publicUrl: e.PUBLIC_URL,
      tlsFiles:
        e.TLS_CERT_FILE !== undefined && e.TLS_KEY_FILE !== undefined
          ? { certFile: resolve(e.TLS_CERT_FILE), keyFile: resolve(e.TLS_KEY_FILE) }
          : null,
      broker: { url: e.MQTT_URL, username: e.MQTT_USERNAME, password: e.MQTT_PASSWORD, ca },
      mqttsPort: e.MQTTS_PORT ?? null,
      influx: { url: e.INFLUX_URL, token: e.INFLUX_TOKEN, org: e.INFLUX_ORG, bucket: e.INFLUX_BUCKET },
      databaseUrl: e.DATABASE_URL,
      sessionSecret: e.SESSION_SECRET,
      identityKeyFile: resolve(e.IDENTITY_KEY_FILE),
      signingKeyFile: resolve(e.SIGNING_KEY_FILE),
      zone: e.TZ_DEFAULT,
      logLevel: e.LOG_LEVEL,
    },
  }
}
