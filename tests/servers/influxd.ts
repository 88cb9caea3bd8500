// Starts a real InfluxDB 2 for tests: one organisation, one token, as many buckets as suites ask for.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Child, launch, place } from './child.ts'
import { builtProgram, locate } from './find.ts'

export const influxd = builtProgram('influxd', 'influxd', 'INFLUXD_BIN', new URL('./influxd/', import.meta.url))

export type Influxd = Child & {
  readonly url: string
  readonly token: string
  readonly org: string
  /** The first bucket. */
  readonly bucket: string
  /** Makes one more bucket, so that suites can share one server, and returns its name. */
  createBucket(name: string): Promise<string>
}

/** `args` are further flags of `influxd run`, for example `--storage-write-timeout=1s`. */
export async function startInfluxd(given: { dir?: string; port?: number; args?: string[] } = {}): Promise<Influxd> {
  const { dir, port, keepDir } = await place('influxd', given)
  const url = `http://127.0.0.1:${port}`
  const args = [
    'run',
    `--bolt-path=${join(dir, 'influxd.bolt')}`,
    `--sqlite-path=${join(dir, 'influxd.sqlite')}`,
    `--engine-path=${join(dir, 'engine')}`,
    `--http-bind-address=127.0.0.1:${port}`,
    '--reporting-disabled',
    '--log-level=warn',
    ...(given.args ?? []),
  ]
  const ready = async () => (await fetch(`${url}/ready`, { signal: AbortSignal.timeout(1000) })).ok
  const child = await launch({ name: 'influxd', command: locate(influxd), args, dir, port, keepDir, ready })

  const [org, bucket, token] = ['mimamori', 'telemetry', randomBytes(24).toString('hex')]
  const account = { username: 'admin', password: randomBytes(12).toString('hex'), org, bucket, token }
  const setup = (await post('/api/v2/setup', account)) as { org: { id: string } }

  async function post(path: string, body: object): Promise<unknown> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Token ${token}` },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`influxd ${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }

  return Object.assign(child, {
    url,
    token,
    org,
    bucket,
    async createBucket(name: string) {
      await post('/api/v2/buckets', { orgID: setup.org.id, name, retentionRules: [] })
      return name
    },
  })
}
