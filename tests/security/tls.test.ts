// HTTPS and MQTTS under real certificates: what they refuse, and a pair that is swapped, well and badly, while connections live.
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import mqtt from 'mqtt'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBroker } from '../../gateway/broker.ts'
import { createLog } from '../../gateway/log.ts'
import { openTlsPair, type TlsPair } from '../../server/tls-pair.ts'
import { eventually, PASSWORD, type Platform, startPlatform } from '../server/platform.ts'
import { freePort } from '../servers/child.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { makePair, openssl } from '../servers/openssl.ts'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  socket: TLSSocket
}
const ask = (port: number, path: string, agent: Agent, init: { method?: string; body?: object } = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const body = init.body && JSON.stringify(init.body)
    const headers = body ? { 'content-type': 'application/json' } : {}
    const options = { host: '127.0.0.1', port, path, agent, method: init.method ?? 'GET', headers }
    const asked = request(options, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          socket,
        }),
      )
    })
    let socket: TLSSocket
    asked.once('socket', used => {
      socket = used as TLSSocket
    })
    asked.once('error', reject)
    asked.end(body)
  })
const fingerprintOf = async (file: string): Promise<string> => new X509Certificate(await readFile(file)).fingerprint256
/** Of the certificate that a new connection is shown. */
async function shownAt(port: number): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}
const fresh = (): Agent => new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })

describeWith([mosquitto, openssl], 'the server with TLS', () => {
  let folder = ''
  let files = { certFile: '', keyFile: '' }
  let pair: TlsPair
  let platform: Platform
  const warned: string[] = []
  const port = (): number => Number(new URL(platform.url).port)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mimamori-tls-'))
    files = await makePair(folder)
    const log = {
      ...createLog('silent'),
      info: () => undefined,
      warn: (fields: object) => void warned.push(JSON.stringify(fields)),
    }
    pair = await openTlsPair(files, { log: log as never })
    platform = await startPlatform({ settings: { tls: pair } })
  })
  afterAll(async () => {
    await platform?.stop()
    pair?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('tells browsers to stay with https, and gives cookies that only this host and only https may carry', async () => {
    const agent = fresh()
    const answer = await ask(port(), '/api/v1/session', agent, {
      method: 'POST',
      body: { user: 'staff', password: PASSWORD },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers['strict-transport-security']).toContain('max-age=31536000')
    expect(answer.headers['content-security-policy']).toContain('wss://127.0.0.1:')
    const cookies = answer.headers['set-cookie'] as string[]
    expect(cookies.map(cookie => cookie.split('=')[0])).toEqual(['__Host-mimamori_session', '__Host-mimamori_browser'])
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Secure(;|$)/)
    agent.destroy()
  })

  it('takes no protocol before TLS 1.2', async () => {
    const tryWith = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: port(),
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
      })
      const protocol = await once(socket, 'secureConnect').then(
        () => socket.getProtocol(),
        () => 'refused',
      )
      socket.destroy()
      return protocol
    }
    expect([await tryWith('TLSv1.1'), await tryWith('TLSv1.2'), await tryWith('TLSv1.3')]).toEqual([
      'refused',
      'TLSv1.2',
      'TLSv1.3',
    ])
  })

  it('shows a new certificate to new connections while those that stand go on', async () => {
    const before = await fingerprintOf(files.certFile)
    const agent = fresh()
    const first = await ask(port(), '/healthz', agent)
    const staff = await ask(port(), '/api/v1/session', agent, {
      method: 'POST',
      body: { user: 'staff', password: PASSWORD },
    })
    const cookie = (staff.headers['set-cookie'] as string[]).map(each => each.split(';')[0]).join('; ')
    const board = io(`https://127.0.0.1:${port()}/live`, {
      transports: ['websocket'],
      rejectUnauthorized: false,
      extraHeaders: { cookie },
      reconnection: false,
    })
    await new Promise<void>(resolve => board.once('connect', () => resolve()))
    await makePair(folder)
    const after = await fingerprintOf(files.certFile)
    expect(after).not.toBe(before)
    await eventually(async () => (await shownAt(port())) === after)
    const again = await ask(port(), '/healthz', agent)
    expect(again.socket).toBe(first.socket)
    expect(again.socket.getPeerCertificate().fingerprint256).toBe(before)
    expect(await board.timeout(2_000).emitWithAck('watch', 'sunny')).toBe(true)
    board.disconnect()
    agent.destroy()
  })

  it('keeps the pair in use when the new one does not fit together, says so, and takes the next good one', async () => {
    const agent = fresh()
    const ready = async () => JSON.parse((await ask(port(), '/readyz', agent)).body)
    const before = await shownAt(port())
    warned.length = 0
    const other = await makePair(folder, { name: 'other' })
    await copyFile(other.certFile, files.certFile)
    await eventually(async () => (await ready()).warnings)
    expect(await ready()).toEqual({ status: 'ok', unready: [], warnings: ['certificate_not_reloaded'] })
    expect(await shownAt(port())).toBe(before)
    await writeFile(files.certFile, 'no certificate')
    await eventually(async () => warned.length === 2)
    expect(warned.join()).not.toContain('PRIVATE')
    await copyFile(other.certFile, files.certFile)
    await copyFile(other.keyFile, files.keyFile)
    await eventually(async () => (await ready()).warnings === undefined)
    expect(await shownAt(port())).toBe(await fingerprintOf(other.certFile))
    agent.destroy()
  })

  it('does not start on files that hold no pair, and says which settings', async () => {
    const other = await makePair(folder, { name: 'third' })
    const log = createLog('silent')
    const mixed = openTlsPair({ certFile: other.certFile, keyFile: files.keyFile }, { log })
    await expect(mixed).rejects.toMatchObject({
      code: 'tls_unusable',
      message: expect.stringContaining('TLS_KEY_FILE'),
    })
    const missing = openTlsPair({ certFile: join(folder, 'none'), keyFile: files.keyFile }, { log })
    await expect(missing).rejects.toThrow('ENOENT')
    let nowMs = Date.now()
    const ageing = await openTlsPair(other, { log, clock: () => nowMs })
    expect(ageing.warnings()).toEqual([])
    nowMs += 20 * 86_400_000
    expect(ageing.warnings()).toEqual(['certificate_expires_soon'])
    nowMs += 20 * 86_400_000
    expect(ageing.warnings()).toEqual(['certificate_expired'])
    ageing.stop()
  })
})

describeWith(openssl, 'the embedded broker with TLS', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mimamori-mqtts-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('serves the same devices, and a swapped certificate disturbs none of them', async () => {
    const files = await makePair(folder)
    const pair = await openTlsPair(files, { log: createLog('silent') })
    const broker = createBroker({
      port: 0,
      host: '127.0.0.1',
      tls: { port: 0, pair },
      authenticate: async clientId => ({ kind: 'device', facility: 'sunny', device: clientId.split('.')[1] ?? '' }),
      ingest: (_packet, done, ticket) => done(ticket),
      log: createLog('silent'),
    })
    await broker.start()
    await broker.listen()
    const port = broker.tlsPort() ?? 0
    const connect = async (device: string) =>
      mqtt.connectAsync(`mqtts://127.0.0.1:${port}`, {
        clientId: `sunny.${device}`,
        username: 'x',
        password: 'x',
        ca: await readFile(files.certFile),
        reconnectPeriod: 0,
      })
    const device = await connect('mat-1')
    let closed = false
    device.on('close', () => {
      closed = true
    })
    const publish = (client: mqtt.MqttClient, name: string) =>
      client.publishAsync(`mimamori/v1/sunny/${name}/telemetry`, '{}', { qos: 1 })
    await publish(device, 'mat-1')
    await makePair(folder)
    const after = await fingerprintOf(files.certFile)
    await eventually(async () => (await shownAt(port)) === after)
    await publish(device, 'mat-1')
    expect(closed).toBe(false)
    const second = await connect('mat-2')
    await publish(second, 'mat-2')
    // Half of a handshake, and plain MQTT on this port, hurt nobody.
    connectTls({ host: '127.0.0.1', port, rejectUnauthorized: true }).on('error', () => undefined)
    const plain = connectPlain(port, '127.0.0.1', () => plain.write('\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00'))
    plain.on('error', () => undefined)
    await once(plain, 'close')
    await publish(second, 'mat-2')
    await Promise.all([device.endAsync(), second.endAsync()])
    await broker.stop()
    pair.stop()
  })

  describe('in npm start', () => {
    it('comes up on https and mqtts, where the first administrator comes in with the printed code', async () => {
      const files = await makePair(folder, { name: 'start' })
      const mqttsPort = await freePort()
      const child = spawn(process.execPath, ['--import', 'tsx', 'standalone/main.ts'], {
        env: {
          PATH: process.env.PATH ?? '',
          ...{ HTTP_PORT: '0', MQTT_PORT: '0', MQTTS_PORT: String(mqttsPort), DATA_DIR: join(folder, 'data') },
          ...{ TLS_CERT_FILE: files.certFile, TLS_KEY_FILE: files.keyFile, DEMO: 'false' },
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
        })
      try {
        const url = await eventually(async () => /Use it at (https:\/\/localhost:\d+)\/setup/.exec(output)?.[1], 60_000)
        const code = /administrator: (\S+)/.exec(output)?.[1]
        const port = Number(new URL(url).port)
        const agent = fresh()
        expect(JSON.parse((await ask(port, '/api/v1/setup', agent)).body)).toEqual({ open: true })
        const body = { code, user: 'chief', password: 'a window in winter' }
        expect((await ask(port, '/api/v1/setup', agent, { method: 'POST', body })).status).toBe(201)
        expect(JSON.parse((await ask(port, '/api/v1/setup', agent)).body)).toEqual({ open: false })
        const credentials = { user: 'chief', password: 'a window in winter' }
        expect((await ask(port, '/api/v1/session', agent, { method: 'POST', body: credentials })).status).toBe(200)
        expect(await shownAt(mqttsPort)).toBe(await fingerprintOf(files.certFile))
        agent.destroy()
      } finally {
        child.kill('SIGTERM')
        await once(child, 'close')
      }
      expect(output).not.toContain('a window in winter')
    })
  })
})
