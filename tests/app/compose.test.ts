// Judges what an operator deploys: docker-compose.yml by the reference implementation, secrets by minisign, health by running it.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { composeReference as reference } from '../referees/compose/reference.ts'
import { describeWith, findExecutable, locate, type Program } from '../servers/find.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
const minisign: Program = {
  name: 'minisign',
  install: 'install the package minisign or set MINISIGN_BIN',
  find: () => findExecutable('MINISIGN_BIN', ['minisign']),
}
const temp = mkdtempSync(join(tmpdir(), 'mimamori-compose-'))
afterAll(() => rmSync(temp, { recursive: true }))

describeWith(reference, 'docker-compose.yml', () => {
  function resolve(yaml: string, env: Record<string, string> = { GATEWAY_FACILITIES: 'demo' }) {
    const file = join(temp, 'docker-compose.yml')
    writeFileSync(file, yaml)
    return spawnSync(locate(reference), [file], { cwd: temp, env: { HOME: temp, ...env }, encoding: 'utf8' })
  }
  const services = () => (JSON.parse(resolve(text).stdout) as { services: Record<string, Service> }).services

  it('is accepted and resolved by the reference implementation', () => {
    const { status, stderr } = resolve(text)
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  it.each([
    ['an unknown key', text.replace('image: influxdb', 'imagee: influxdb'), /imagee/],
    ['a secret that nobody defines', text.replace('  influxdb_token: {', '  another: {'), /influxdb_token/],
    ['a service to wait for that is not there', text.replace('mosquitto-init: { cond', 'absent: { cond'), /absent/],
  ])('is refused with %s', (_, yaml, reason) => {
    const { status, stderr } = resolve(yaml)
    expect(stderr).toMatch(reason)
    expect(status).toBe(1)
  })

  it('asks for the facilities instead of assuming any', () => {
    expect(resolve(text, {}).stderr).toContain('set GATEWAY_FACILITIES in .env')
  })

  it('gives no service a secret in plain sight: each comes as a file from ./secrets', () => {
    for (const { environment, secrets } of Object.values(services())) {
      const given = (secrets ?? []).map(({ source }) => `/run/secrets/${source}`)
      for (const [name, value] of Object.entries(environment ?? {})) {
        // Empty: not set.
        if (value !== '' && /PASSWORD|TOKEN|SECRET|_KEY/.test(name)) {
          expect(name).toMatch(/_FILE$/)
          expect(given).toContain(value)
        }
      }
    }
  })

  it('uses only settings that .env.example lists', () => {
    const known = settings()
    const { gateway, server } = services()
    const used = [...Object.keys(gateway?.environment ?? {}), ...Object.keys(server?.environment ?? {})]
    const interpolated = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(found => found[1] as string)
    const names = [...used.map(name => (known.has(name) ? name : name.replace(/_FILE$/, ''))), ...interpolated]
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter(name => !known.has(name))).toEqual([])
  })

  it('serves HTTPS when a certificate and its key are named, from a folder that it cannot write', () => {
    const [TLS_CERT_FILE, TLS_KEY_FILE] = ['./certs/server.crt', './certs/server.key']
    const given = { GATEWAY_FACILITIES: 'demo', TLS_CERT_FILE, TLS_KEY_FILE }
    const { server } = (JSON.parse(resolve(text, given).stdout) as { services: Record<string, Service> }).services
    expect(server?.environment).toMatchObject({ TLS_CERT_FILE, TLS_KEY_FILE })
    expect(server?.volumes).toContainEqual(expect.objectContaining({ target: '/app/certs', read_only: true }))
    expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toContain('WORKDIR /app\n')
  })

  it('names only the secrets that deploy/make-secrets.sh makes', () => {
    const made = readdirSync(makeSecrets('named'))
    const named = [...text.matchAll(/file: \.\/secrets\/(\S+)/g)].map(found => found[1])
    expect(named.sort()).toEqual(made.sort())
  })

  it('starts files that exist', () => {
    const { gateway, server } = services()
    for (const service of [gateway, server])
      expect(statSync(join(root, service?.command.at(-1) ?? '')).isFile()).toBe(true)
  })
})
type Service = {
  environment?: Record<string, string>
  secrets?: { source: string }[]
  volumes?: { target: string; read_only?: boolean }[]
  command: string[]
}

/** Names in .env.example, each line of which is `#NAME=value` or a comment that starts with a space. */
function settings() {
  const example = readFileSync(join(root, '.env.example'), 'utf8')
  return new Set([...example.matchAll(/^#?([A-Z_]+)=/gm)].map(found => found[1] as string))
}

function makeSecrets(name: string) {
  const folder = join(temp, name)
  execFileSync(join(root, 'deploy/make-secrets.sh'), [folder], { stdio: 'pipe' })
  return folder
}

describeWith(minisign, 'deploy/make-secrets.sh', () => {
  it('makes a signing key that minisign signs with and verifies by', () => {
    const secrets = makeSecrets('signing')
    const [key, publicKey, message] = ['signing_key', 'public', 'message'].map(name => join(secrets, name))
    const run = (...args: (string | undefined)[]) => execFileSync(locate(minisign), args as string[], { stdio: 'pipe' })
    writeFileSync(message as string, 'hello')
    run('-S', '-s', key, '-m', message)
    run('-R', '-s', key, '-p', publicKey)
    run('-V', '-p', publicKey, '-m', message)
    writeFileSync(message as string, 'hallo')
    expect(() => run('-V', '-p', publicKey, '-m', message)).toThrow()
  })

  it('keeps what is there, and closes the folder to others', () => {
    const secrets = makeSecrets('kept')
    const before = readFileSync(join(secrets, 'signing_key'), 'utf8')
    rmSync(join(secrets, 'session_secret'))
    makeSecrets('kept')
    expect(readFileSync(join(secrets, 'signing_key'), 'utf8')).toBe(before)
    expect(readFileSync(join(secrets, 'session_secret'), 'utf8').trim().length).toBeGreaterThanOrEqual(32)
    expect(statSync(secrets).mode & 0o777).toBe(0o700)
  })
})

describe("the image's health check", () => {
  const [, command] = /HEALTHCHECK.*\n.*CMD (\[.*\])/.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? []
  const [program, ...args] = JSON.parse(command ?? '[]') as string[]
  async function exitCode(status: number | undefined) {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? (status ?? 500) : 404).end()
    })
    await new Promise<void>(done => server.listen(0, done))
    const port = (server.address() as AddressInfo).port
    if (status === undefined) await new Promise(done => server.close(done))
    const child = spawn(program as string, args, {
      env: { PATH: process.env.PATH, HTTP_PORT: `${port}` },
      stdio: 'ignore',
    })
    const [code] = await once(child, 'exit')
    server.close()
    return code
  }

  it('passes when the application answers, and fails when it answers badly or not at all', async () => {
    expect(await exitCode(200)).toBe(0)
    expect(await exitCode(503)).toBe(1)
    expect(await exitCode(undefined)).toBe(1)
  })
})
