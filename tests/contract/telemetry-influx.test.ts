/** The telemetry contract on a real InfluxDB 2. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { collect, EVERYTHING, expectStored } from './telemetry/checks.ts'
import { openTelemetry } from './telemetry/open.ts'
import { makeStream, positionAfter, readingsIn } from './telemetry/stream.ts'
import { telemetryContract } from './telemetry.ts'

describeWith(influxd, 'telemetry in InfluxDB 2', () => {
  let server: Influxd
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-influx-'))
  let buckets = 0
  const freshStore = async () => ({
    ...{ kind: 'influx' as const, url: server.url, token: server.token, org: server.org },
    bucket: await server.createBucket(`contract-${++buckets}`),
  })
  beforeAll(async () => {
    server = await startInfluxd()
  })
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  telemetryContract(async () => ({
    description: await freshStore(),
    folder,
    async takeAway(handle) {
      await server.kill()
      return { handle, codes: ['store_unavailable'], bringBack: () => server.restart() }
    },
  }))

  it('reads a device in windows when it has more messages than are held at once', async () => {
    const telemetry = openTelemetry(await freshStore())
    const rows = makeStream({ seed: 30, messages: 25_000, devices: 1 })
    for (let i = 0; i < rows.length; i += 5_000) await telemetry.sink.write(rows.slice(i, i + 5_000), 0)
    await expectStored(telemetry.source, rows)
    await telemetry.stop()
  })

  it.each([
    ['store_denied', 'the token is wrong', { token: 'wrong' }],
    ['store_denied', 'the bucket is missing', { bucket: 'missing' }],
    ['store_denied', 'the organisation is missing', { org: 'missing' }],
    ['store_unavailable', 'nobody listens', { url: 'http://127.0.0.1:9' }],
  ])('throws %s when %s', async (code, _, part) => {
    const telemetry = openTelemetry({ ...(await freshStore()), ...part })
    const rows = makeStream({ seed: 31, messages: 10 })
    await expect(telemetry.sink.write(rows, positionAfter(rows))).rejects.toMatchObject({
      name: 'AppError',
      code,
      retryable: true,
    })
    await expect(collect(telemetry.source.scan(EVERYTHING))).rejects.toMatchObject({ name: 'AppError', code })
    await telemetry.stop()
  })

  it('refuses and names no value, yet stores the rest, when a metric changes its kind', async () => {
    const telemetry = openTelemetry(await freshStore())
    const rows = makeStream({ seed: 32, messages: 100, events: 0 })
    await telemetry.sink.write(rows.slice(0, 50), 0)
    const [odd, ...rest] = rows.slice(50)
    const broken = { ...odd, kind: 'telemetry' as const, values: { heart_rate: 'a secret' } } as (typeof rows)[number]
    const error: Error = await telemetry.sink.write([broken, ...rest], 0).catch(caught => caught)
    expect(error).toMatchObject({ code: 'store_refused', retryable: false })
    expect(`${error.message} ${error.cause}`).not.toContain('secret')
    const query = { ...EVERYTHING, metrics: ['heart_rate'] }
    const stored = await collect(telemetry.source.scan(query))
    expect(stored.map(r => r.key)).toEqual(readingsIn([...rows.slice(0, 50), ...rest], query).map(r => r.key))
    await telemetry.stop()
  })
})
