// Small parts of the server on their own: throttle, passwords, tokens, minutes, times of a zone, origins, links, request rules, CSV under back pressure.
import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../core/readings.ts'
import type { DatasetRequestRecord } from '../../core/registry.ts'
import { formatInZone } from '../../core/time.ts'
import { createPasswords } from '../../server/auth/password.ts'
import { requireStrongPassword } from '../../server/auth/password-rules.ts'
import { type Attempt, createThrottle, networkOf, type Throttle } from '../../server/auth/throttle.ts'
import { isToken, newToken } from '../../server/auth/tokens.ts'
import { parseConfig, serverEnvSchema } from '../../server/config.ts'
import { createLinks } from '../../server/datasets/links.ts'
import * as rules from '../../server/datasets/states.ts'
import { streamCsv } from '../../server/http/readings-csv.ts'
import { isOwnPage } from '../../server/http/same-site.ts'
import { createMinutes } from '../../server/live/minutes.ts'
import { createZoneClock } from '../../server/zone-clock.ts'

describe('the throttle', () => {
  const at = (user: string, address: string, browser: string | null = null): Attempt => ({ user, address, browser })
  const guess = (times: number, attempt: Attempt, throttle: Throttle) => {
    for (let i = 0; i < times; i++) throttle.attempted(attempt)
  }
  it('holds a pair back after five failures for half a minute, and twice as long after each more, up to a quarter of an hour', () => {
    let now = 0
    const throttle = createThrottle(() => now)
    guess(4, at('sato', 'a'), throttle)
    expect(throttle.waitMs(at('sato', 'a'))).toBe(0)
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      throttle.attempted(at('sato', 'a'))
      waits.push(throttle.waitMs(at('sato', 'a')))
      expect(throttle.waitMs(at('sato', 'b'))).toBe(0)
      now += waits.at(-1) ?? 0
      expect(throttle.waitMs(at('sato', 'a'))).toBe(0)
    }
    expect(waits.map(ms => ms / 1000)).toEqual([30, 60, 120, 240, 480, 900, 900, 900])
    now += 30 * 60_000
    guess(1, at('sato', 'a'), throttle)
    expect(throttle.waitMs(at('sato', 'a'))).toBe(0)
  })
  it('holds an address back that tries many names, whichever of its 2^64 it uses', () => {
    const throttle = createThrottle(() => 0)
    for (let i = 0; i < 30; i++) throttle.attempted(at(`user${i}`, `2001:db8:1:2::${i.toString(16)}`))
    expect(throttle.waitMs(at('someone', '2001:db8:1:2:ffff::1'))).toBeGreaterThan(0)
    expect(throttle.waitMs(at('someone', '2001:db8:1:3::1'))).toBe(0)
  })
  it('lets someone in from a browser that is known, while strangers everywhere guess at the name', () => {
    const throttle = createThrottle(() => 0)
    for (let i = 0; i < 200; i++) throttle.attempted(at('sato', `10.0.0.${i}`))
    expect(throttle.waitMs(at('sato', 'new'))).toBeGreaterThan(0)
    expect(throttle.waitMs(at('sato', '10.0.0.1', 'her tablet'))).toBe(0)
    guess(5, at('sato', 'a', 'her tablet'), throttle)
    expect(throttle.waitMs(at('sato', 'a', 'her tablet'))).toBeGreaterThan(0)
  })
  it('counts nothing against who signs in, however often', () => {
    const throttle = createThrottle(() => 0)
    for (let i = 0; i < 500; i++) {
      expect(throttle.waitMs(at('sato', 'a'))).toBe(0)
      throttle.attempted(at('sato', 'a'))
      throttle.succeeded(at('sato', 'a'))
    }
  })
  it.each([
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['10.1.2.3', '10.1.2.3'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('counts %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('a password', () => {
  it.each([
    'aaaaaaaaaaaa',
    '1234567890',
    'abcdefghijkl',
    'Password123!',
    'sato-hanako',
    'sato-hanako1',
    'mimamori2026',
    '１２３４５６７８９０',
  ])('%s of sato-hanako is refused', password => {
    expect(() => requireStrongPassword(password, 'sato-hanako@home')).toThrow('guessed')
  })
  it.each(['correct horse battery', 'long enough 1', 'みなとえんのあさごはん', '겨울에는 귤이 최고다'])(
    '%s is taken',
    password => {
      expect(() => requireStrongPassword(password, 'sato-hanako')).not.toThrow()
    },
  )
  it('is the same in every way that a keyboard writes it, and is hashed anew when the cost has changed', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('ﾊﾟｽﾜｰﾄﾞ１２３')
    expect(await passwords.verify(hash, 'パスワード123')).toBe(true)
    expect(await passwords.verify(hash, 'パスワード124')).toBe(false)
    expect(passwords.isOutdated(hash)).toBe(false)
    expect(passwords.isOutdated('$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA')).toBe(true)
  })
})

describe('an API token', () => {
  it('is known by its form alone, and a slip of the pen is not it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 52 }), fc.constantFrom(...'0aZ_-'), (at, letter) => {
        const token = newToken()
        expect(token).toMatch(/^mmt_[0-9A-Za-z]{49}$/)
        expect(isToken(token)).toBe(true)
        const other = token.slice(0, at) + letter + token.slice(at + 1)
        expect(isToken(other)).toBe(other === token)
      }),
    )
  })
})

describe('the minutes of a room', () => {
  it('takes what is found later for a minute of which nothing was known', () => {
    const minutes = createMinutes()
    minutes.fill('r', 9 * MINUTE, null, null)
    minutes.fill('r', 9 * MINUTE, 1, 10)
    minutes.fill('r', 9 * MINUTE, 2, 20)
    expect(minutes.of('r', 9 * MINUTE).states.at(-1)).toBe(1)
  })

  const MINUTE = 60_000
  it('are the last thirty, oldest first, with holes where nothing was noted', () => {
    const minutes = createMinutes()
    for (const at of [0, 1, 3, 31]) minutes.note('r', at * MINUTE, at, at * 10)
    const { states, values } = minutes.of('r', 32 * MINUTE)
    expect(states).toHaveLength(30)
    expect(states[0]).toBe(3)
    expect([values[28], values[29]]).toEqual([310, null])
    expect(states.filter(state => state !== null)).toEqual([3, 31])
  })
  it('keep what was noted when the past is read afterwards', () => {
    const minutes = createMinutes()
    minutes.note('r', 10 * MINUTE, 5, 50)
    minutes.fill('r', 10 * MINUTE, 1, 10)
    minutes.fill('r', 9 * MINUTE, 1, 10)
    expect(minutes.of('r', 10 * MINUTE).states.slice(-2)).toEqual([1, 5])
  })
})

it('writes times of a zone as core does, over every change of its clock', () => {
  for (const zone of ['Asia/Tokyo', 'Asia/Seoul', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe']) {
    const clock = createZoneClock(zone)
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }),
        ms => clock.format(ms) === formatInZone(ms, zone),
      ),
    )
  }
})

describe('a request', () => {
  const own = 'care.example:8080'
  const from = (headers: Record<string, string>, publicUrl?: string) =>
    isOwnPage({ headers: { host: own, ...headers } }, publicUrl)
  it.each([
    [{}, true],
    [{ origin: `http://${own}` }, true],
    [{ origin: `https://${own}`, 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ origin: 'http://care.example' }, false],
    [{ origin: 'http://evil.example' }, false],
    [{ origin: 'null' }, false],
    [{ origin: `http://${own}`, 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: `http://${own}.evil.example` }, false],
  ])('with %j comes from our own page: %s', (headers, expected) => {
    expect(from(headers as never)).toBe(expected)
  })
  it('comes from our own page when a proxy hides the host that was typed', () => {
    const headers = { host: 'internal:8080', origin: 'https://care.example' }
    expect(from(headers, 'https://care.example/')).toBe(true)
    expect(from(headers)).toBe(false)
  })
})

describe('a link to a file', () => {
  let now = Date.UTC(2026, 10, 23)
  const links = createLinks({ secret: 'secret', publicUrl: 'https://care.example/', clock: () => now })
  const parts = (url: string) => Object.fromEntries(new URL(url).searchParams) as { expires: string; token: string }
  it('opens its own file for an hour, and no other', () => {
    const { url } = links.to('rel1', 'a.zip')
    expect(url).toMatch(/^https:\/\/care\.example\/api\/v1\/datasets\/rel1\/files\/a\.zip\?/)
    const { expires, token } = parts(url)
    expect(() => links.check('rel1', 'a.zip', Number(expires), token)).not.toThrow()
    for (const [release, name, until, key] of [
      ['rel2', 'a.zip', Number(expires), token],
      ['rel1', 'b.zip', Number(expires), token],
      ['rel1', 'a.zip', Number(expires) + 60, token],
      ['rel1', 'a.zip', Number(expires), ''],
    ] as const)
      expect(() => links.check(release, name, until, key)).toThrow('not one of ours')
    now += 3_600_001
    expect(() => links.check('rel1', 'a.zip', Number(expires), token)).toThrow('expired')
  })
})

describe('a dataset request', () => {
  const scope = { facility: 'sunny', device_types: ['bed.sleep_mat'], from: '2026-01-01', to: '2026-01-02' } as never
  const draft: DatasetRequestRecord = {
    id: 'q',
    maker: 'mats',
    createdBy: 'maker',
    createdMs: 0,
    purpose: 'p',
    product: 'P0',
    scope,
    state: 'draft',
    failure: null,
    version: 1,
    reviews: [],
  }
  type Act = (request: DatasetRequestRecord) => Partial<DatasetRequestRecord>
  const steward = fc.constantFrom('s1', 's2', 's3')
  const reviewed = (decision: 'approve' | 'reject') =>
    fc
      .oneof(steward, fc.constant('maker'))
      .map<Act>(by => request => rules.review(request, { by, decision, reason: 'r', atMs: 0 }))
  // What ends a request is seldom, so that most of them live long.
  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 6, arbitrary: fc.constant<Act>(request => rules.submit(request)) },
    {
      weight: 3,
      arbitrary: fc.constant<Act>(request => rules.edit(request, { purpose: 'other', product: 'P0', scope })),
    },
    { weight: 3, arbitrary: steward.map<Act>(by => request => rules.giveBack(request, { by, reason: 'r', atMs: 0 })) },
    { weight: 9, arbitrary: reviewed('approve') },
    { weight: 1, arbitrary: reviewed('reject') },
    { weight: 1, arbitrary: fc.constant<Act>(request => rules.withdraw(request)) },
  )
  it('is approved only by two different people, not its author, after its last change', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), acts => {
        let request = draft
        let approvedSinceChange = new Set<string>()
        for (const step of acts) {
          const before = request
          try {
            request = { ...request, ...step(request) }
          } catch {
            continue
          }
          const fresh = request.reviews.filter(
            review => review.decision === 'approve' && !before.reviews.includes(review),
          )
          approvedSinceChange =
            request.state === 'submitted' && before.state !== 'submitted' ? new Set() : approvedSinceChange
          for (const { by } of fresh) approvedSinceChange.add(by)
          if (request.state !== 'approved') continue
          expect(approvedSinceChange.size).toBeGreaterThanOrEqual(2)
          expect(approvedSinceChange.has('maker')).toBe(false)
          expect(['approved', 'withdrawn']).toContain(request.state)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('the CSV of readings', () => {
  const reading = (n: number): Reading => ({
    facility: 'sunny' as never,
    device: 'mat' as never,
    profile: 'bed.sleep_mat' as never,
    metric: 'heart_rate',
    value: n,
    key: 0n,
    deviceMs: n * 1000,
    rx: n * 1000,
    boot: 'b' as never,
    seq: n,
    marks: [],
  })
  it('is read no faster than it is taken, and ends whole', async () => {
    let made = 0
    async function* scan() {
      for (; made < 200_000; made++) yield reading(made)
    }
    const to = new PassThrough({ highWaterMark: 1024 })
    const done = streamCsv(scan(), { zone: 'Asia/Tokyo', unit: '{count}/min,x' }, to)
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect(made).toBeLessThan(10_000)
    let bytes = ''
    for await (const chunk of to) bytes += chunk
    await done
    const lines = bytes.trimEnd().split('\r\n')
    expect(lines).toHaveLength(200_001)
    expect(lines[1]).toBe(
      '1970-01-01T09:00:00.000+09:00,1970-01-01T09:00:00.000+09:00,b,0,heart_rate,0,"{count}/min,x",',
    )
  })
  it('breaks off visibly when the store fails on the way', async () => {
    async function* scan() {
      for (let n = 0; n < 2000; n++) yield reading(n)
      throw new Error('store went away')
    }
    const to = new PassThrough()
    to.resume()
    await expect(streamCsv(scan(), { zone: 'Asia/Tokyo', unit: null }, to)).rejects.toThrow('store went away')
    expect(to.destroyed).toBe(true)
    expect(to.writableFinished).toBe(false)
  })
  it('ends quietly when its reader goes away', async () => {
    async function* scan() {
      for (let n = 0; n < 2_000_000; n++) yield reading(n)
    }
    const to = new PassThrough({ highWaterMark: 1024 })
    const done = streamCsv(scan(), { zone: 'Asia/Tokyo', unit: null }, to)
    to.once('data', () => to.destroy())
    await done
  })
})

describe('settings', () => {
  it('are all explained in .env.example', () => {
    const explained = [...readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name)
    expect(Object.keys(serverEnvSchema.shape).filter(name => !explained.includes(name))).toEqual([])
  })
  const complete = {
    MQTT_URL: 'mqtts://broker:8883',
    INFLUX_URL: 'http://localhost:8086',
    INFLUX_TOKEN: 't',
    INFLUX_ORG: 'o',
    INFLUX_BUCKET: 'b',
    SESSION_SECRET: 's'.repeat(32),
    IDENTITY_KEY_FILE: 'key',
    SIGNING_KEY_FILE: 'key',
  }
  it('take an empty variable for one that is not set', () => {
    const parsed = parseConfig({ ...complete, PUBLIC_URL: '', HTTP_PORT: '' })
    expect(parsed).toMatchObject({ config: { publicUrl: undefined, httpPort: 8080 } })
  })
  it.each([
    ['MQTT_URL', 'http://broker'],
    ['MQTT_URL', 'broker:1883'],
    ['PUBLIC_URL', 'care.example'],
    ['HTTP_PORT', 'eighty'],
    ['TZ_DEFAULT', 'Asia/Nowhere'],
    ['LOG_LEVEL', 'loud'],
  ])('refuse %s=%s', (name, value) => {
    const parsed = parseConfig({ ...complete, [name]: value })
    expect('errors' in parsed && parsed.errors[0]).toContain(`${name}:`)
  })
})
