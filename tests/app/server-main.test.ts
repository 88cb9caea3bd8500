// `npm run server` as an operator runs it: its own process, Mosquitto with its accounts, a real InfluxDB.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceTopic } from '../../core/topics.ts'
import { createSigningKey } from '../../server/export/sign/key-file.ts'
import { clientOf, eventually } from '../server/platform.ts'
import { freePort } from '../servers/child.ts'
import { describeWith } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { mosquitto, type SecuredMosquitto, startSecuredMosquitto } from '../servers/mosquitto.ts'

const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
})

/** The command with exactly this environment. */
function run(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
}

const INFLUX = { INFLUX_URL: 'http://127.0.0.1:1', INFLUX_TOKEN: 't', INFLUX_ORG: 'o', INFLUX_BUCKET: 'b' }
const COMPLETE = {
  ...INFLUX,
  MQTT_URL: 'mqtt://127.0.0.1:1',
  SESSION_SECRET: 's'.repeat(32),
  IDENTITY_KEY_FILE: '/nowhere/identity.key',
  SIGNING_KEY_FILE: '/nowhere/signing.key',
}

describe('npm run server', () => {
  it('explains itself when asked', async () => {
    const { ended, stdout } = run(['--help'], {})
    expect(await ended).toBe(0)
    expect(stdout()).toContain('Usage: npm run server')
  })

  it.each([
    ['nothing is set', {}, ['MQTT_URL: is not set', 'INFLUX_URL: is not set']],
    ['a secret is short', { ...COMPLETE, SESSION_SECRET: 'short' }, ['SESSION_SECRET: give at least 32']],
    [
      'another database is asked for',
      { ...COMPLETE, DATABASE_URL: 'mysql://x:secret@y/z' },
      ['DATABASE_URL: give PostgreSQL'],
    ],
    [
      'a secret file is missing',
      { ...COMPLETE, INFLUX_TOKEN: '', INFLUX_TOKEN_FILE: '/nowhere' },
      ['INFLUX_TOKEN_FILE: cannot read /nowhere'],
    ],
    ['a certificate has no key', { ...COMPLETE, TLS_CERT_FILE: 'package.json' }, ['TLS_CERT_FILE and TLS_KEY_FILE']],
  ])('ends with 2 and one line when %s', async (_, env, words) => {
    const { ended, stderr, stdout } = run([], env as never)
    expect(await ended).toBe(2)
    for (const word of words) expect(stderr()).toContain(word)
    expect(stderr().trim().split('\n')).toHaveLength(1)
    expect(stdout()).toBe('')
  })

  it('ends with 1 and one line when its signing key is not there', async () => {
    const { ended, stderr } = run([], { ...COMPLETE, LOG_LEVEL: 'silent' })
    expect(await ended).toBe(1)
    expect(stderr().trim()).toBe('server: The signing key file cannot be read')
  })
})

describeWith([mosquitto, influxd], 'npm run server on Mosquitto and InfluxDB', () => {
  let broker: SecuredMosquitto
  let store: Influxd
  let dataDir = ''
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'mimamori-server-main-'))
    await createSigningKey(join(dataDir, 'signing.key'))
    await writeFile(join(dataDir, 'identity.key'), Buffer.alloc(32, 1).toString('base64'))
    await writeFile(join(dataDir, 'password'), '')
    ;[broker, store] = await Promise.all([startSecuredMosquitto(), startInfluxd()])
    await writeFile(join(dataDir, 'password'), `${broker.server.password}\n`)
  })
  afterAll(async () => {
    await broker?.stop()
    await store?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('lets the first administrator in, who opens a facility whose device can sign in to the broker', async () => {
    const port = await freePort()
    const server = run([], {
      HTTP_PORT: String(port),
      DATA_DIR: dataDir,
      MQTT_URL: broker.url,
      MQTT_USERNAME: broker.server.username,
      MQTT_PASSWORD_FILE: join(dataDir, 'password'),
      INFLUX_URL: store.url,
      INFLUX_TOKEN: store.token,
      INFLUX_ORG: store.org,
      INFLUX_BUCKET: store.bucket,
      SESSION_SECRET: 's'.repeat(32),
      IDENTITY_KEY_FILE: join(dataDir, 'identity.key'),
      SIGNING_KEY_FILE: join(dataDir, 'signing.key'),
    })
    const code = await eventually(async () => /One-time code .*: (\S+)/.exec(server.stdout())?.[1], 60_000)
    const url = () => `http://127.0.0.1:${port}`
    expect(await (await fetch(`${url()}/readyz`)).json()).toEqual({ status: 'ok', unready: [] })
    const nobody = clientOf(url, '')
    const chief = { user: 'chief', password: 'long enough 1' }
    expect((await nobody.post('/setup', { ...chief, code })).status).toBe(201)
    const { headers } = await nobody.post('/session', chief)
    const client = clientOf(url, headers.get('set-cookie')?.split(';')[0] ?? '')
    expect((await client.post('/facilities', { id: 'hill', name: 'Hill', zone: 'Asia/Tokyo' })).status).toBe(201)
    const device = { facility: 'hill', id: 'mat-1', profile: 'bed.sleep_mat', maker: 'mats' }
    const { status, body } = await client.post('/devices', device)
    expect(status).toBe(201)

    const { client_id: clientId, username, password } = body
    const connection = await mqtt.connectAsync(broker.url, { clientId, username, password, reconnectPeriod: 0 })
    await connection.publishAsync(deviceTopic('hill', 'mat-1', 'telemetry'), '{}', { qos: 1 })
    await connection.endAsync()
    await expect(
      mqtt.connectAsync(broker.url, { clientId, username, password: 'wrong', reconnectPeriod: 0 }),
    ).rejects.toThrow()

    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(server.stdout()).not.toContain(password)
    expect(server.stdout() + server.stderr()).not.toMatch(/"level":(40|50|60)/)
  })
})
