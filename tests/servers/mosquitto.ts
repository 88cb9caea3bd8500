// Starts a real Mosquitto for tests with the settings that we ship in deploy/mosquitto/: open to all, or secured.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { type Child, freePort, isRoot, launch, place } from './child.ts'
import { findExecutable, locate, type Program } from './find.ts'

export const mosquitto: Program = {
  name: 'mosquitto',
  install: 'install the packages mosquitto and mosquitto-clients or set MOSQUITTO_BIN',
  find: () => findExecutable('MOSQUITTO_BIN', ['mosquitto']),
}

export type Account = { readonly username: string; readonly password: string }

export type Mosquitto = Child & { readonly url: string }

export type SecuredMosquitto = Mosquitto & {
  /** Port of the TLS listener, where a certificate was given. */
  readonly tlsPort: number | undefined
  readonly admin: Account
  readonly gateway: Account
  readonly server: Account
  /**
   * Sends commands of the dynamic-security plugin as the administrator, for example
   * `{command: 'createClient', username, password, clientid}`; throws when the broker refuses one.
   */
  control(...commands: { command: string; [key: string]: unknown }[]): Promise<void>
}

export type MosquittoOptions = {
  /** An empty or absent folder. */
  dir?: string
  port?: number
  /** Lines of mosquitto.conf, each instead of the shipped file's line for that setting. */
  settings?: readonly string[]
}

const shipped = (file: string) => fileURLToPath(new URL(`../../deploy/mosquitto/${file}`, import.meta.url))

/** A broker that lets everybody do everything, with the queues and the persistence that we ship. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  return start(options, async conf =>
    conf.replace(/^plugin.*\n/gm, '').replace(/^allow_anonymous .*/m, 'allow_anonymous true'),
  )
}

/**
 * The broker as we ship it: nobody anonymous; the accounts `admin`, `gateway` and `server` with their topics; devices to
 * be added over `control`. `tls` (paths of PEM files) switches the devices' listener on. `secrets` is a folder that
 * deploy/make-secrets.sh made; without it the passwords are made here.
 */
export async function startSecuredMosquitto(
  options: MosquittoOptions & { tls?: { certFile: string; keyFile: string }; secrets?: string } = {},
): Promise<SecuredMosquitto> {
  const { tls } = options
  const tlsPort = tls && (await freePort())
  const secrets = options.secrets ?? mkdtempSync(join(tmpdir(), 'mimamori-secrets-'))
  const passwordFile = (username: string) => join(secrets, `mosquitto_${username}_password`)
  const account = (username: string): Account => {
    if (!options.secrets) writeFileSync(passwordFile(username), randomBytes(12).toString('hex'))
    return { username, password: readFileSync(passwordFile(username), 'utf8').trim() }
  }
  const admin = account('admin')
  const gateway = account('gateway')
  const server = account('server')

  const broker = await start(options, async (conf, data) => {
    await promisify(execFile)(shipped('init.sh'), [join(data, 'dynamic-security.json'), secrets], {
      env: { PATH: `${process.env.PATH}:/usr/sbin`, INIT_PORT: `${await freePort()}` },
    })
    if (!options.secrets) rmSync(secrets, { recursive: true })
    const secured = conf.replace(/^plugin .*/m, `plugin ${securityPlugin()}`)
    if (!tls) return secured
    return secured
      .replace(/^#(?=listener|set_tcp_nodelay|certfile|keyfile|tls_version)/gm, '')
      .replace(/^listener 8883$/m, `listener ${tlsPort} 127.0.0.1`)
      .replace(/^certfile .*/m, `certfile ${tls.certFile}`)
      .replace(/^keyfile .*/m, `keyfile ${tls.keyFile}`)
  })
  return Object.assign(broker, { tlsPort, admin, gateway, server, control: controlOf(broker.url, admin) })
}

async function start(options: MosquittoOptions, edit: (conf: string, data: string) => Promise<string>) {
  const { dir, port, keepDir } = await place('mosquitto', options)
  const data = join(dir, 'data')
  mkdirSync(data)
  const here = readFileSync(shipped('mosquitto.conf'), 'utf8')
    .replace(/^listener 1883$/m, `listener ${port} 127.0.0.1`)
    .replaceAll('/mosquitto/data/', `${data}/`)
  const conf = (options.settings ?? []).reduce(withSetting, await edit(here, data))
  const confFile = join(dir, 'mosquitto.conf')
  // As root Mosquitto would change to an account that may not read this folder.
  writeFileSync(confFile, isRoot() ? `${conf}\nuser root\n` : conf)

  const command = locate(mosquitto)
  const args = ['-c', confFile]
  const child = await launch({ name: 'mosquitto', command, args, dir, port, keepDir, ready: () => listens(port) })
  return Object.assign(child, { url: `mqtt://127.0.0.1:${port}` })
}

/** Debian keeps the plugin in the folder of the machine's architecture, the container image in /usr/lib itself. */
function securityPlugin() {
  const folders = ['/usr/lib', ...readdirSync('/usr/lib').map(name => join('/usr/lib', name))]
  return folders.map(folder => join(folder, 'mosquitto_dynamic_security.so')).find(existsSync)
}

function withSetting(conf: string, setting: string) {
  const line = new RegExp(`^${setting.split(' ')[0]} .*`, 'm')
  return line.test(conf) ? conf.replace(line, setting) : `${conf}\n${setting}`
}

async function listens(port: number) {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}

function controlOf(url: string, admin: Account): SecuredMosquitto['control'] {
  const topic = '$CONTROL/dynamic-security/v1'
  return async (...commands) => {
    const client = await mqtt.connectAsync(url, { ...admin })
    try {
      await client.subscribeAsync(`${topic}/response`)
      const answered = new Promise<Buffer>(done => client.once('message', (_, payload) => done(payload)))
      await client.publishAsync(topic, JSON.stringify({ commands }), { qos: 1 })
      const { responses } = JSON.parse((await answered).toString()) as {
        responses: { command: string; error?: string }[]
      }
      const refused = responses.find(response => response.error)
      if (refused) throw new Error(`mosquitto refused ${refused.command}: ${refused.error}`)
    } finally {
      await client.endAsync()
    }
  }
}
