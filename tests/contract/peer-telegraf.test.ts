// Shows that the peer of our benchmarks does what it is measured for, and so does the benchmark: a small backlog is drained and found in the store.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drain, makeSession, type Servers } from '../bench/ingest/backlog.ts'
import { deviceNames } from '../bench/support/registry.ts'
import { telegraf } from '../peers/telegraf/telegraf.ts'
import { describeWith } from '../servers/find.ts'
import { influxd, startInfluxd } from '../servers/influxd.ts'
import { mosquitto, startMosquitto } from '../servers/mosquitto.ts'

const MESSAGES = 2_000

describeWith([telegraf, mosquitto, influxd], 'the benchmark of ingest', () => {
  let servers: Servers
  beforeAll(async () => {
    servers = { broker: await startMosquitto(), store: await startInfluxd(), devices: deviceNames(20) }
  })
  afterAll(async () => {
    await servers?.broker.stop()
    await servers?.store.stop()
  })

  it('finds every message in the store when Telegraf drains a backlog that waited for it', async () => {
    await makeSession('telegraf', servers)
    const run = await drain('telegraf', servers, MESSAGES, 1)
    expect(run.messages).toBe(MESSAGES)
    expect(run.cpuUs.consumer).toBeGreaterThan(0)
  })

  it('counts every message when a subscriber only acknowledges', async () => {
    await makeSession('floor', servers)
    const run = await drain('floor', servers, MESSAGES, 2)
    expect(run.rate).toBeGreaterThan(0)
  })
})
