// Starts the deployment of docker-compose.yml without containers: its environment, commands, secrets and health check, real servers.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { composeReference } from '../referees/compose/reference.ts'
import { freePort } from '../servers/child.ts'
import { describeWith, locate } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { mosquitto, type SecuredMosquitto, startSecuredMosquitto } from '../servers/mosquitto.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describeWith([influxd, mosquitto, composeReference], 'the deployment of docker-compose.yml', () => {
  const temp = mkdtempSync(join(tmpdir(), 'mimamori-deployment-'))
  const secrets = join(temp, 'secrets')
  let broker: SecuredMosquitto
  let store: Influxd

  beforeAll(async () => {
    execFileSync(join(root, 'deploy/make-secrets.sh'), [secrets], { stdio: 'pipe' })
    broker = await startSecuredMosquitto({ secrets })
    store = await startInfluxd()
    rmSync(join(secrets, 'influxdb_token'))
    writeFileSync(join(secrets, 'influxdb_token'), store.token)
  })
  afterAll(async () => {
    await store?.stop()
    await broker?.stop()
    rmSync(temp, { recursive: true })
  })

  function resolved(name: 'gateway' | 'server') {
    const env = { HOME: temp, GATEWAY_FACILITIES: 'demo' }
    const output = execFileSync(locate(composeReference), [join(root, 'docker-compose.yml')], { cwd: temp, env })
    return JSON.parse(output.toString()).services[name] as { command: string[]; environment: Record<string, string> }
  }

  async function start(name: 'gateway' | 'server') {
    const { command, environment } = resolved(name)
    const port = await freePort()
    const here = (value: string) =>
      value
        .replace('mqtt://mosquitto:1883', broker.url)
        .replace('http://influxdb:8086', store.url)
        .replace('/run/secrets', secrets)
        .replace(/^\/data/, join(temp, name))
    const given = Object.entries({ ...environment, DATA_DIR: '/data' }).map(([key, value]) => [key, here(value)])
    const env = {
      PATH: process.env.PATH,
      HOME: temp,
      NODE_ENV: 'production',
      ...Object.fromEntries(given),
      HTTP_PORT: `${port}`,
    }
    const [program, ...args] = command as [string, ...string[]]
    const child = spawn(program, args, { cwd: root, env })
    const log = join(temp, `${name}.log`)
    child.stdout.pipe(createWriteStream(log, { flags: 'a' }))
    child.stderr.pipe(createWriteStream(log, { flags: 'a' }))
    const healthy = () => spawnSync(healthCheck[0] as string, healthCheck.slice(1), { env }).status === 0
    return { child, healthy, output: () => readFileSync(log, 'utf8'), url: `http://127.0.0.1:${port}` }
  }
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const healthCheck = JSON.parse(/HEALTHCHECK.*\n.*CMD (\[.*\])/.exec(dockerfile)?.[1] ?? '[]') as string[]

  it.each(['gateway', 'server'] as const)('starts the %s to health and readiness, and ends it in order', async name => {
    const { child, healthy, output, url } = await start(name)
    try {
      await vi.waitUntil(() => healthy() || child.exitCode !== null, { timeout: 30_000, interval: 200 })
      expect(healthy(), output()).toBe(true)
      expect((await fetch(`${url}/metrics`)).status).toBe(200)
    } finally {
      child.kill('SIGTERM')
      const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
      expect(code, output()).toBe(0)
    }
    const secret = readFileSync(join(secrets, `mosquitto_${name}_password`), 'utf8').trim()
    expect(output()).not.toContain(secret)
    expect(output()).not.toContain(store.token)
  })
})
