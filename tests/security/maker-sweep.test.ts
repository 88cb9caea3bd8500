// Nothing of what happens in a house reaches the maker of the devices there: no route, socket event, topic, refusal or metric carries it.
import mqtt from 'mqtt'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIVE_NAMESPACE } from '../../core/live.ts'
import { RULES, type Rule } from '../../core/rest/rules.ts'
import type { RouteName } from '../../core/rest.ts'
import { createAuthority } from '../../server/auth/authority.ts'
import { until } from '../app/support/until.ts'
import { everyGet } from './sweep/calls.ts'
import { BENCH, DEVICE, HOUSE, type House, startHouse } from './sweep/house.ts'
import { createDetector, type Planted } from './sweep/needles.ts'

/** Each can be taken away, so that the sweep is seen to turn red. */
const rules = structuredClone(RULES) as { [K in keyof typeof RULES]: Record<string, Rule> }
let house: House
let planted: Planted
/** What the maker was told before any of it happened. */
let before: Map<string, string>

beforeAll(async () => {
  house = await startHouse(createAuthority(rules as unknown as typeof RULES))
  // The first day of a device is over: what its maker is told of it moves once a day.
  await house.live()
  await ask({ cookie: house.cookies.maker })
  before = await ask({ cookie: house.cookies.maker })
  planted = await house.live()
})
afterAll(() => house?.stop())

const startMs = Date.now()
const calls = () => {
  const { ids } = house
  const day = 86_400_000
  const at = (ms: number) => new Date(ms).toISOString()
  return everyGet({
    ids: {
      facilities: [HOUSE, BENCH, 'no-house'],
      devices: [DEVICE, 'mat-on-bench', 'none'],
      residents: [ids.resident],
      trials: [ids.trial],
      'trial-events': [ids.event],
      'dataset-requests': [ids.request],
      datasets: [ids.request],
    },
    named: {
      ...{ facility: [HOUSE, BENCH, 'no-house'], device: [DEVICE], metric: ['heart_rate', 'bed_state'] },
      ...{ user: ['maker', 'admin'], seq: ['0', '1'], name: ['a.zip'], limit: ['500'], points: ['2000'] },
      ...{ from: [at(startMs - 6 * day)], to: [at(startMs + day)], resident: [ids.resident], actor: ['admin'] },
      ...{ action: ['view.resident'], expires: ['1'], token: ['x'], after: ['0'], subject: [ids.resident] },
    },
  })
}
const ROOTS = ['/metrics', '/healthz', '/readyz', '/api/v1/openapi.json', '/api/docs', '/api/v1/no-such-route', '/']
/** Nobody who makes devices sits at the server. */
const ELSEWHERE = { 'x-forwarded-for': '192.0.2.7' }
/** Answers with times of the caller's own doing. */
const OWN_TIMES = /\/(me\b|session|devices\/mat-on-bench\/credentials|audit)|facility=bench-acme/

/** Every answer to somebody, by the address that was asked. */
async function ask(
  authorization: Record<string, string>,
  isAsked: (name: RouteName) => boolean = () => true,
): Promise<Map<string, string>> {
  const answers = new Map<string, string>()
  const asked = calls().filter(({ name }) => isAsked(name))
  for (const path of [...asked.map(call => call.path), ...ROOTS]) {
    const response = await fetch(house.url + path, { headers: { ...authorization, ...ELSEWHERE }, redirect: 'manual' })
    if (response.status === 429) throw new Error('held back: the sweep would see nothing')
    const headers = [...response.headers].filter(([name]) => !/^(date|etag|x-correlation-id)$/.test(name))
    const text = (await response.text()).replace(/"correlation_id":"[^"]*"/, '')
    answers.set(path, `${response.status} ${JSON.stringify(headers)} ${text}`)
  }
  return answers
}

/** What of the house stands in answers. */
function leaksIn(answers: ReadonlyMap<string, string>): string[] {
  const detect = createDetector(planted)
  return [...answers].flatMap(([path, text]) =>
    detect(text, !OWN_TIMES.test(path) && !ROOTS.includes(path)).map(leak => `${path}: ${leak}`),
  )
}

it.each([
  ['a session', () => ({ cookie: house.cookies.maker })],
  ['a token', () => ({ authorization: `Bearer ${house.token}` })],
])('tells a maker with %s nothing of it by any route with any parameter', async (_, authorization) => {
  const answers = await ask(authorization())
  expect([...answers.values()].filter(answer => answer.startsWith('200')).length).toBeGreaterThan(30)
  expect(leaksIn(answers).join('\n')).toBe('')
})

it('answers a maker the same whatever happens there, so that no answer is a clock', async () => {
  const after = await ask({ cookie: house.cookies.maker })
  const changed = [...after].filter(([path, text]) => text !== before.get(path)).map(([path]) => path)
  // The ledger of its bench says when it was asked.
  const own = new RegExp(`${OWN_TIMES.source}|${BENCH}`)
  expect(
    changed
      .filter(path => !own.test(path))
      .map(path => `${path}\n${before.get(path)}\n${after.get(path)}`)
      .slice(0, 3)
      .join('\n'),
  ).toBe('')
})

it('lets a maker hear none of it on a socket', async () => {
  const open = (cookie: string) => {
    const heard: string[] = []
    const socket = io(house.url + LIVE_NAMESPACE, { transports: ['websocket'], extraHeaders: { cookie } })
    socket.onAny((...news: unknown[]) => {
      const acknowledge = news.at(-1)
      if (typeof acknowledge === 'function') acknowledge()
      heard.push(JSON.stringify(news))
    })
    return { socket, heard, watch: (id: string) => socket.timeout(5_000).emitWithAck('watch', id) }
  }
  const [maker, admin] = [open(house.cookies.maker), open(house.cookies.admin)]
  try {
    expect(await admin.watch(HOUSE)).toBe(true)
    for (const id of [HOUSE, BENCH, DEVICE, '#', '*', '', `facility:${HOUSE}`, `f:${HOUSE}`])
      expect([id, await maker.watch(id)]).toEqual([id, false])
    await house.live()
    await until('the house hears of it', () => admin.heard.some(news => news.includes('bed_exit')))
    await until('the board shows it', () => admin.heard.filter(news => news.startsWith('["f"')).length >= 2)
    expect(maker.heard).toEqual([])
  } finally {
    maker.socket.disconnect()
    admin.socket.disconnect()
  }
})

it("lets the maker's bench device hear none of it on any topic", async () => {
  const heard: string[] = []
  for (const filter of filtersOf()) {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${house.mqttPort}`, {
      ...{ ...house.bench, protocolVersion: 4, reconnectPeriod: 0 },
    })
    client.on('message', (topic, payload) => void heard.push(`${topic} ${payload}`))
    await client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined)
    if (filter === '#') await house.live()
    await client.endAsync(true)
  }
  expect(heard.filter(message => !message.includes(`/${BENCH}/mat-on-bench/`))).toEqual([])
})

function filtersOf(): string[] {
  const leaves = ['live', 'registry', 'gateway', 'query', 'answer', 'condition/#', 'condition/replayed']
  const own = ['telemetry', 'event', 'status', 'rejected', 'receipt']
  return [
    ...[
      '#',
      '+/#',
      'mimamori/#',
      `mimamori/v1/${HOUSE}/#`,
      `mimamori/v1/+/${DEVICE}/+`,
      '$SYS/#',
      '$share/x/mimamori/#',
    ],
    ...leaves.map(leaf => `mimamori/v1/${HOUSE}/${leaf}`),
    ...own.map(leaf => `mimamori/v1/${HOUSE}/${DEVICE}/${leaf}`),
  ]
}

describe('the sweep turns red', () => {
  it('for who may see it all: the administrator of the house', async () => {
    const leaks = leaksIn(await ask({ cookie: house.cookies.admin }))
    for (const { of } of planted.numbers.map(number => ({ of: `value ${number}` })))
      expect(leaks.filter(leak => leak.includes(of))).not.toEqual([])
    expect(leaks.some(leak => leak.includes('a time'))).toBe(true)
    for (const text of planted.texts)
      expect([text, leaks.some(leak => leak.includes(`text ${text}`))]).toEqual([text, true])
  })

  it.each<[string, 'routes' | 'parts', string, string?]>([
    ['newest values are shown', 'parts', 'values'],
    ['readings are open', 'routes', 'readings'],
    ['the CSV is open', 'routes', 'readingsCsv'],
    ['events are open', 'routes', 'deviceEvents'],
    ['the board is open', 'routes', 'board'],
    ['refused messages are listed', 'routes', 'rejections'],
    ['conflicts are listed', 'routes', 'conflicts'],
    ['hours are told', 'parts', 'hours'],
    ['residents are listed', 'routes', 'residents'],
    ['identities are listed', 'routes', 'residentIdentities'],
    ['a resident is open', 'routes', 'resident'],
    ['placements are listed', 'routes', 'placements'],
    ['adverse events are listed in full', 'routes', 'trialEventHistory'],
  ])('when %s', async (_, kind, name) => {
    const kept = rules[kind][name] as Rule
    rules[kind][name] = { ...kept, manufacturer: 'all' }
    try {
      const about = kind === 'routes' ? [name] : ['device', 'ledgerDevices', 'rejectionCounts']
      const answers = await ask({ cookie: house.cookies.maker }, route => about.includes(route))
      expect(leaksIn(answers)).not.toEqual([])
    } finally {
      rules[kind][name] = kept
    }
  })
})
