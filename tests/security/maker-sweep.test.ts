// Nothing of what happens in a house reaches the maker of the devices there: no route, socket event, topic, refusal or metric carries it.
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIVE_NAMESPACE } from '../../core/live.ts'
import { RULES, type Rule } from '../../core/rest/rules.ts'
import type { RouteName } from '../../core/rest.ts'
import { createAuthority } from '../../server/auth/authority.ts'
import { until } from '../app/support/until.ts'
import { BENCH, DEVICE, HOUSE, type House, startHouse } from './sweep/house.ts'
import type { Planted } from './sweep/needles.ts'
import { askAll, hear, leaksIn, OWN_TIMES } from './sweep/sweep.ts'

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
const ask = (authorization: Record<string, string>, isAsked?: (name: RouteName) => boolean) =>
  askAll(house, startMs, authorization, isAsked)

it.each([
  ['a session', () => ({ cookie: house.cookies.maker })],
  ['a token', () => ({ authorization: `Bearer ${house.token}` })],
])('tells a maker with %s nothing of it by any route with any parameter', async (_, authorization) => {
  const answers = await ask(authorization())
  expect([...answers.values()].filter(answer => answer.startsWith('200')).length).toBeGreaterThan(30)
  expect(leaksIn(answers, planted).join('\n')).toBe('')
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
  const heard = await hear(house, house.bench, house.live)
  expect(heard.filter(message => !message.includes(`/${BENCH}/mat-on-bench/`))).toEqual([])
})

describe('the sweep turns red', () => {
  it('for who may see it all: the administrator of the house', async () => {
    const leaks = leaksIn(await ask({ cookie: house.cookies.admin }), planted)
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
      expect(leaksIn(answers, planted)).not.toEqual([])
    } finally {
      rules[kind][name] = kept
    }
  })
})
