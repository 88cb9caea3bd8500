/** The server's questions to gateways: pairing, pages, errors and silence, over a real broker and a gateway that the test plays. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeadLetter } from '../../core/ledger.ts'
import { facilityTopic } from '../../core/topics.ts'
import { type Broker, createBroker } from '../../gateway/broker.ts'
import { createGatewayQueries, type GatewayQueries } from '../../server/gateway-queries.ts'
import { type Bus, connectBus } from '../../server/mqtt.ts'
import { quiet } from '../gateway/quiet-log.ts'

let broker: Broker
let bus: Bus
let queries: GatewayQueries
beforeEach(async () => {
  broker = createBroker({
    port: 0,
    host: '127.0.0.1',
    authenticate: async () => ({ kind: 'platform' }),
    ingest: (_packet, done, ticket) => done(ticket),
    log: quiet,
  })
  await broker.start()
  const port = await broker.listen()
  bus = await connectBus({ url: `mqtt://127.0.0.1:${port}`, username: 's', password: 's' }, quiet)
  queries = await createGatewayQueries({ bus })
})
afterEach(async () => {
  queries.stop()
  await bus.stop()
  await broker.stop()
})

type Answering = (query: { id: string; limit: number; after?: string }) => unknown[]
const gateway = (facility: string, answering: Answering, answersFor = facility): Promise<void> =>
  broker.bus.subscribe(facilityTopic(facility, 'query'), ({ payload }) => {
    for (const answer of answering(JSON.parse(payload.toString())))
      void broker.bus.publish(facilityTopic(answersFor, 'answer'), JSON.stringify(answer), { qos: 1 })
  })

const letter = (id: string): DeadLetter => ({
  id,
  device: 'mat1',
  at: 1,
  reason: 'store_refused',
  boot: 'b',
  seq: Number(id),
  device_ms: 1,
  replayed_at: null,
})

test('each question gets its own answer when many are under way at two gateways', async () => {
  const echo: Answering = query => [{ id: query.id, items: [letter(String(query.limit))], next: query.after ?? null }]
  await gateway('demo', echo)
  await gateway('sunny', echo)
  const pages = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      queries.ask(i % 2 ? 'demo' : 'sunny', 'dead-letters', { limit: i + 1, after: `after-${i}` }),
    ),
  )
  expect(pages.map(page => [page.items[0]?.seq, page.next])).toEqual(
    Array.from({ length: 40 }, (_, i) => [i + 1, `after-${i}`]),
  )
})

test('gateway_unreachable when nobody answers, another facility answers, or the answer is none', async () => {
  const timeoutMs = 300
  await expect(queries.ask('demo', 'ledger', { timeoutMs })).rejects.toMatchObject({ code: 'gateway_unreachable' })
  await gateway('sunny', ({ id }) => [{ id, items: [], next: null }], 'demo')
  await expect(queries.ask('sunny', 'ledger', { timeoutMs })).rejects.toMatchObject({
    code: 'gateway_unreachable',
    retryable: true,
  })
  await gateway('demo', ({ id }) => ['{', null, 1, { id }, { id: 'other', items: [], next: null }])
  await expect(queries.ask('demo', 'ledger', { timeoutMs })).rejects.toMatchObject({ code: 'gateway_unreachable' })
})

test('gateway_unreachable when there is no broker', async () => {
  await bus.stop()
  await expect(queries.ask('demo', 'ledger', { timeoutMs: 500 })).rejects.toMatchObject({ code: 'gateway_unreachable' })
})

test.each([
  ['bad_query', 'bad_query', false],
  ['store_unavailable', 'store_unavailable', true],
  ['internal', 'gateway_failed', false],
])('the answer %s is thrown as %s', async (error, code, retryable) => {
  await gateway('demo', ({ id }) => [{ id, error }])
  await expect(queries.ask('demo', 'ledger')).rejects.toMatchObject({ code, retryable })
})

test('items that the contract does not allow are not handed on', async () => {
  await gateway('demo', ({ id }) => [{ id, items: [{ ...letter('1'), seq: 'one' }], next: null }])
  await expect(queries.ask('demo', 'dead-letters')).rejects.toMatchObject({ code: 'gateway_failed' })
})
