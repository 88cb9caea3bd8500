/** A process to be tortured: the server as server/main.ts composes it, beside a broker whose accounts it does not keep. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createSigningKey } from '../../server/export/sign/key-file.ts'
import { createLog } from '../../server/log.ts'
import { createServer } from '../../server/server.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { createInfluxTelemetry } from '../../storage/telemetry/influx.ts'

export interface ServerProcessConfig {
  dir: string
  port: number
  brokerUrl: string
  influx: { url: string; token: string; org: string; bucket: string }
}

const { dir, port, brokerUrl, influx } = JSON.parse(process.env.FAULT_CONFIG ?? '{}') as ServerProcessConfig
const registry = await createRegistry({ file: join(dir, 'registry.sqlite') })
const signingKeyFile = join(dir, 'signing.key')
if (!existsSync(signingKeyFile)) await createSigningKey(signingKeyFile)
const server = createServer({
  registry,
  source: createInfluxTelemetry(influx).source,
  config: {
    httpPort: port,
    dataDir: dir,
    publicUrl: undefined,
    tls: null,
    broker: { url: brokerUrl },
    manageBroker: false,
    sessionSecret: 's'.repeat(32),
    signingKeyFile,
  },
  log: createLog('warn'),
})
await server.start()
process.once('SIGTERM', () => process.exit(0))
