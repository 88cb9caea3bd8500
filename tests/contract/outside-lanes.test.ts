/** Which of the gateway's two connections to a real Mosquitto says what: nothing about single devices may stand before an event or an alarm. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPacketBalance } from '../../gateway/ledger/packet-balance.ts'
import { createOutsideBroker, type OutsideBroker } from '../../gateway/outside-broker.ts'
import { until } from '../gateway/fixtures.ts'
import { quiet } from '../gateway/quiet-log.ts'
import { describeWith } from '../servers/find.ts'
import { type Mosquitto, mosquitto, startMosquitto } from '../servers/mosquitto.ts'

describeWith(mosquitto, "the gateway's two connections to Mosquitto", () => {
  let broker: Mosquitto
  let outside: OutsideBroker

  beforeAll(async () => {
    broker = await startMosquitto({ settings: ['log_dest stderr', 'log_type all'] })
    outside = createOutsideBroker({
      address: { url: broker.url },
      facilities: ['home'],
      instance: 'this',
      ingest: (_packet, done, ticket) => done(ticket),
      balance: createPacketBalance(),
      onSession: () => undefined,
      clock: Date.now,
      log: quiet,
      fatal: error => expect.unreachable(error.message),
    })
    outside.connect()
  })
  afterAll(async () => {
    await outside?.stop()
    await broker?.stop()
  })

  const said = (clientId: string): string[] =>
    broker
      .log()
      .split('\n')
      .flatMap(
        line => new RegExp(`Received PUBLISH from ${clientId} .*'mimamori/v1/home/([^']+)'`).exec(line)?.[1] ?? [],
      )
  const receipts = (round: number) =>
    Array.from({ length: 3 }, (_, n) => ({ topic: `mimamori/v1/home/d${n}/receipt`, payload: String(round) }))

  test('receipts and refusals go by the connection of telemetry, all else by that of events', async () => {
    await expect(outside.bus.publish('mimamori/v1/elsewhere/live', '{}', { qos: 0 })).rejects.toMatchObject({
      code: 'broker_unavailable',
    })
    outside.open('home')
    await until('connected', outside.connected)
    await outside.bus.publishAll?.(receipts(1))
    await outside.bus.publish('mimamori/v1/home/d1/rejected', '{}', { qos: 1 })
    await outside.bus.publish('mimamori/v1/home/live', '{}', { qos: 0 })
    await outside.bus.publish('mimamori/v1/home/answer', '{}', { qos: 1 })
    await outside.bus.publish('mimamori/v1/home/condition/replayed', '{}', { qos: 1 })
    await outside.bus.publish('mimamori/v1/home/condition/d1/fall', '{}', { qos: 1, retain: true })
    expect(said('gateway-home')).toEqual(['d0/receipt', 'd1/receipt', 'd2/receipt', 'd1/rejected'])
    expect(said('gateway-home-events')).toEqual(['live', 'answer', 'condition/replayed', 'condition/d1/fall'])
  })
})
