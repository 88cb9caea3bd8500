/** Settings of the gateway application, parsed once from the environment and refused if wrong. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { facilityIdSchema } from '../core/ids.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'
import type { BrokerAddress } from './mqtt.ts'

const text = z.string().min(1)
const urlOf = (protocols: RegExp, form: string) => z.url({ protocol: protocols, error: `give ${form}` })
const MIN_SPOOL_BYTES = 128 * 1024 * 1024
const DEFAULT_SPOOL_BYTES = 16 * 1024 ** 3

/** Names as in `.env.example`. Every secret `X` may instead be given as a file by `X_FILE`. */
export const gatewayEnvSchema = z.object({
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  DATA_DIR: text.default('./data'),
  MQTT_URL: urlOf(/^(mqtts?|tcp|tls)$/, 'the broker, such as mqtt://localhost:1883'),
  MQTT_USERNAME: text.optional(),
  MQTT_PASSWORD: text.optional(),
  MQTT_CA_FILE: text.optional(),
  INFLUX_URL: urlOf(/^https?$/, 'the store, such as http://localhost:8086'),
  INFLUX_TOKEN: text,
  INFLUX_ORG: text,
  INFLUX_BUCKET: text,
  GATEWAY_FACILITIES: z
    .string()
    .transform(list => list.split(',').map(item => item.trim()))
    .pipe(z.array(facilityIdSchema).min(1)),
  SPOOL_DIR: text.optional(),
  SPOOL_MAX_BYTES: z.coerce.number().int().min(MIN_SPOOL_BYTES).default(DEFAULT_SPOOL_BYTES),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
})
const SECRETS = ['MQTT_PASSWORD', 'INFLUX_TOKEN'] as const

export interface GatewayConfig {
  httpPort: number
  broker: BrokerAddress
  influx: { url: string; token: string; org: string; bucket: string }
  facilities: readonly string[]
  spoolDir: string
  spoolMaxBytes: number
  logLevel: LogLevel
}

/** @returns the settings, or one line for each that is wrong */
export function parseConfig(env: NodeJS.ProcessEnv): { config: GatewayConfig } | { errors: string[] } {
  const errors: string[] = []
  // An empty variable, as compose files write it, is one that is not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
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
  const parsed = gatewayEnvSchema.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0])
      return `${name}: ${given[name] === undefined ? 'is not set' : message}`
    })
    return { errors: [...errors, ...lines] }
  }
  const e = parsed.data
  const ca = read('MQTT_CA_FILE', e.MQTT_CA_FILE)
  if (errors.length > 0) return { errors }
  return {
    config: {
      httpPort: e.HTTP_PORT,
      broker: { url: e.MQTT_URL, username: e.MQTT_USERNAME, password: e.MQTT_PASSWORD, ca },
      influx: { url: e.INFLUX_URL, token: e.INFLUX_TOKEN, org: e.INFLUX_ORG, bucket: e.INFLUX_BUCKET },
      facilities: [...new Set(e.GATEWAY_FACILITIES)],
      spoolDir: resolve(e.SPOOL_DIR ?? join(e.DATA_DIR, 'gateway')),
      spoolMaxBytes: e.SPOOL_MAX_BYTES,
      logLevel: e.LOG_LEVEL,
    },
  }
}
