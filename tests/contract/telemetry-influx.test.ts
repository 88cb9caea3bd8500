/** The telemetry contract on a real InfluxDB 2. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../gateway/fixtures.ts'
import { describeWith } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { collect, EVERYTHING, expectStored } from './telemetry/checks.ts'
import { openTelemetry } from './telemetry/open.ts'
import { FACILITY, makeStream, positionAfter, readingsIn } from './telemetry/stream.ts'
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

  it('gives and counts every message once when old ones come after newer ones have gone to disk', async () => {
    // With so small a memory the store writes to disk at once; what comes then stays in memory for a second.
    const small = ['--storage-cache-snapshot-memory-size=20000', '--storage-cache-snapshot-write-cold-duration=1s']
    const late = await startInfluxd({ args: small })
    try {
      const telemetry = openTelemetry({ kind: 'influx', ...late })
      const rows = makeStream({ seed: 33, messages: 2_600, devices: 1, events: 0 })
      const byTime = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1))
      await telemetry.sink.write(byTime.slice(441), 0)
      const onDisk = () => readdirSync(late.dir, { recursive: true }).some(name => String(name).endsWith('.tsm'))
      await until('on disk', onDisk)
      await telemetry.sink.write(byTime.slice(0, 441), 0)
      await expectStored(telemetry.source, rows)
      const arrived = { facility: FACILITY, rxFromMs: 0, rxToMs: Number.MAX_SAFE_INTEGER }
      const counted = await telemetry.source.countByDevice({ ...EVERYTHING, ...arrived })
      expect([...counted.values()]).toEqual([rows.length])
      await telemetry.stop()
    } finally {
      await late.stop()
    }
  })
})
