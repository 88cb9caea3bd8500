// Starts each real server, talks to it, kills it and starts it again: what every other suite relies on.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type IClientOptions } from 'mqtt'
import { chromium as browserType } from 'playwright-core'
import { afterEach, expect, it } from 'vitest'
import { chromium, chromiumOptions } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { influxd, startInfluxd } from '../servers/influxd.ts'
import { mosquitto, startMosquitto, startSecuredMosquitto } from '../servers/mosquitto.ts'
import { postgres, startPostgres } from '../servers/postgres.ts'

const cleanups: (() => unknown)[] = []
const later = <T extends { stop(): Promise<void> }>(server: T) => {
  cleanups.push(() => server.stop())
  return server
}
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describeWith(influxd, 'influxd', () => {
  it('keeps written rows when killed and restarted, in the bucket they were written to', async () => {
    const server = later(await startInfluxd())
    const other = await server.createBucket('other')
    const authorization = `Token ${server.token}`
    const write = (bucket: string, lines: string) =>
      fetch(`${server.url}/api/v2/write?org=${server.org}&bucket=${bucket}&precision=ns`, {
        method: 'POST',
        headers: { authorization },
        body: lines,
      })
    const count = async (bucket: string) => {
      const response = await fetch(`${server.url}/api/v2/query?org=${server.org}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/vnd.flux', accept: 'application/csv' },
        body: `from(bucket:"${bucket}") |> range(start: 0) |> filter(fn: (r) => r._field == "v") |> count()`,
      })
      return [...(await response.text()).matchAll(/,(\d+),v,/g)].map(found => Number(found[1]))
    }
    expect((await write(server.bucket, 'm,device=a v=1 1\nm,device=a v=2 2')).status).toBe(204)
    await server.kill()
    await expect(fetch(server.url)).rejects.toThrow()
    await server.restart()
    expect((await write(other, 'm,device=a v=1 1')).status).toBe(204)
    expect(await count(server.bucket)).toEqual([2])
    expect(await count(other)).toEqual([1])
  })
})

describeWith(mosquitto, 'mosquitto', () => {
  const connect = (url: string, options: IClientOptions = {}) => {
    const client = mqtt.connect(url, { reconnectPeriod: 0, ...options })
    client.on('error', () => {})
    cleanups.push(() => client.endAsync(true))
    return client
  }
  const happens = (client: mqtt.MqttClient, event: 'connect' | 'close') =>
    new Promise<void>(done => client.once(event, () => done()))
  const connected = async (url: string, options: IClientOptions = {}) => {
    const client = connect(url, options)
    await happens(client, 'connect')
    return client
  }
  const messages = (client: mqtt.MqttClient) => {
    const topics: string[] = []
    client.on('message', topic => topics.push(topic))
    return topics
  }

  it('queues far more than the default thousand for an absent subscriber, and keeps them over a restart', async () => {
    const broker = later(await startMosquitto())
    const session = { clientId: 'absent', clean: false } as const
    const before = await connected(broker.url, session)
    await before.subscribeAsync('t', { qos: 1 })
    await before.endAsync()
    const publisher = await connected(broker.url)
    await Promise.all(Array.from({ length: 3000 }, (_, n) => publisher.publishAsync('t', `${n}`, { qos: 1 })))
    await broker.kill('SIGTERM')
    await broker.restart()
    const after = connect(broker.url, session)
    const received = messages(after)
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(3000)
  })

  it('closes the connection when a packet exceeds 1 MiB', async () => {
    const broker = later(await startMosquitto())
    const client = await connected(broker.url)
    const closed = happens(client, 'close')
    client.publish('t', Buffer.alloc(1_048_577), { qos: 1 })
    await closed
  })

  it('gives each account its topics and nobody else any, as shipped', async () => {
    const broker = later(await startSecuredMosquitto())
    await expect(mqtt.connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toThrow(/Not authorized/)
    await broker.control(
      {
        command: 'createRole',
        rolename: 'mat',
        acls: [
          acl('publishClientSend', 'telemetry'),
          acl('subscribeLiteral', 'receipt'),
          acl('publishClientReceive', 'receipt'),
        ],
      },
      { command: 'createClient', username: 'mat', password: 'pw', clientid: 'demo.mat', roles: [{ rolename: 'mat' }] },
    )
    const credentials = { username: 'mat', password: 'pw' }
    await expect(
      mqtt.connectAsync(broker.url, { ...credentials, clientId: 'other', reconnectPeriod: 0 }),
    ).rejects.toThrow(/Not authorized/)

    const gateway = await connected(broker.url, { ...broker.gateway, protocolVersion: 5 })
    const server = await connected(broker.url, { ...broker.server, protocolVersion: 5 })
    const device = await connected(broker.url, { ...credentials, clientId: 'demo.mat' })
    const heard = { gateway: messages(gateway), server: messages(server), device: messages(device) }
    await gateway.subscribeAsync(['mimamori/v1/demo/+/telemetry', 'mimamori/v1/demo/query'], { qos: 1 })
    await server.subscribeAsync(['mimamori/v1/+/live', 'mimamori/v1/demo/condition/+/+'], { qos: 1 })
    await device.subscribeAsync('mimamori/v1/demo/mat/receipt', { qos: 1 })
    await expect(server.subscribeAsync('mimamori/v1/demo/+/telemetry')).rejects.toThrow()
    await expect(gateway.subscribeAsync('#')).rejects.toThrow()

    device.publish('mimamori/v1/demo/other/telemetry', '{}', { qos: 1 })
    device.publish('mimamori/v1/demo/live', '{}', { qos: 1 })
    device.publish('mimamori/v1/demo/mat/telemetry', '{}', { qos: 1 })
    await expect.poll(() => heard.gateway).toEqual(['mimamori/v1/demo/mat/telemetry'])
    gateway.publish('mimamori/v1/demo/condition/mat/fall', '{}', { qos: 1, retain: true })
    gateway.publish('mimamori/v1/demo/live', '{}')
    gateway.publish('mimamori/v1/demo/mat/receipt', '{}', { qos: 1 })
    await expect.poll(() => heard.device).toEqual(['mimamori/v1/demo/mat/receipt'])
    await expect.poll(() => heard.server).toEqual(['mimamori/v1/demo/condition/mat/fall', 'mimamori/v1/demo/live'])
    server.publish('mimamori/v1/demo/query', '{}', { qos: 1 })
    await expect.poll(() => heard.gateway.length).toBe(2)
  })

  it('speaks TLS to devices when given a certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mimamori-cert-'))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        ...subject,
        '-keyout',
        keyFile,
        '-out',
        certFile,
      ],
      { stdio: 'pipe' },
    )
    const broker = later(await startSecuredMosquitto({ tls: { certFile, keyFile } }))
    await connected(`mqtts://127.0.0.1:${broker.tlsPort}`, { ...broker.gateway, ca: readFileSync(certFile) })
  })

  function acl(acltype: string, topic: string) {
    return { acltype, topic: `mimamori/v1/demo/mat/${topic}`, allow: true }
  }
})

describeWith(postgres, 'postgres', () => {
  it('keeps committed rows when killed and restarted', async () => {
    const server = later(await startPostgres())
    const query = (url: string, sql: string) =>
      execFileSync('psql', [url, '-qtA', '-c', sql], { encoding: 'utf8' }).trim()
    const other = server.createDatabase('other')
    query(server.url, 'create table t (n int); insert into t values (1), (2)')
    query(other, 'create table t (n int)')
    await server.kill()
    await server.restart()
    expect(query(server.url, 'select count(*) from t')).toBe('2')
    expect(query(other, 'select count(*) from t')).toBe('0')
  })
})

describeWith(chromium, 'chromium', () => {
  it('paints Japanese and Korean with a font that has them', async () => {
    const browser = await browserType.launch(chromiumOptions())
    cleanups.push(() => browser.close())
    const page = await browser.newPage()
    await page.setContent('<span>見守り</span><b>돌봄</b>')
    expect(await page.locator('span').innerText()).toBe('見守り')
    // A missing glyph is drawn as the same box whatever the letter: two letters must differ.
    const shot = (text: string) => page.locator(text).screenshot()
    expect((await shot('span')).equals(await shot('b'))).toBe(false)
  })
})

describeWith(mosquitto, 'any server', () => {
  it('says why when it cannot start', async () => {
    await expect(startMosquitto({ settings: ['nonsense 1'] })).rejects.toThrow(/nonsense/)
  })

  it('leaves no folder behind when stopped, frozen or not', async () => {
    const broker = await startMosquitto()
    await broker.kill('SIGSTOP')
    await broker.stop()
    expect(existsSync(broker.dir)).toBe(false)
  })
})
