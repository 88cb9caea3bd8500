// The server over real HTTP: sign-in, origin, problems, limits, first administrator, repeated writes, readings, files of the dashboard.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemSchema } from '../../core/errors.ts'
import { type StoredRow, storeKey } from '../../core/readings.ts'
import { firstStartCode } from '../../server/auth/first-start.ts'
import { clientOf, d, f, PASSWORD, type Platform, p, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

describeWith(mosquitto, 'the server over HTTP', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform()
  })
  afterAll(() => platform?.stop())

  describe('sessions', () => {
    it('gives a cookie that scripts and other sites cannot use, and who one is', async () => {
      const nobody = await platform.as(null)
      const { status, headers, body } = await nobody.post('/session', { user: ' Staff ', password: PASSWORD })
      expect(status).toBe(200)
      expect(body).toEqual({ user: 'staff', role: 'staff', facilities: ['sunny'], maker: null, language: 'ja' })
      const [cookie = ''] = headers.getSetCookie()
      expect(cookie).toMatch(/^mimamori_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    })

    it('ends a session for good when its user signs out', async () => {
      const { headers } = await (await platform.as(null)).post('/session', { user: 'staff', password: PASSWORD })
      const client = clientOf(() => platform.url, headers.get('set-cookie')?.split(';')[0] ?? '')
      expect((await client.get('/me')).status).toBe(200)
      expect((await client.call('DELETE', '/session')).status).toBe(204)
      expect((await client.get('/me')).status).toBe(401)
    })

    it('ends a session that nobody used for a shift, and any after a day', async () => {
      let nowMs = Date.now()
      const other = await startPlatform({ clock: () => nowMs })
      const hours = (n: number) => {
        nowMs += n * 3_600_000
      }
      try {
        const staff = await other.as('staff')
        const display = await other.as('display')
        hours(13)
        expect((await staff.get('/me')).status).toBe(200)
        hours(2)
        expect([(await staff.get('/me')).status, (await display.get('/me')).status]).toEqual([200, 401])
        hours(10)
        expect((await staff.get('/me')).status).toBe(401)
      } finally {
        await other.stop()
      }
    })

    it('takes the cookie’s value as a bearer token from programs', async () => {
      const { cookie } = await platform.as('staff')
      const nobody = await platform.as(null)
      const answer = await nobody.call('GET', '/me', undefined, { authorization: `Bearer ${cookie.split('=')[1]}` })
      expect(answer.body.user).toBe('staff')
      expect((await nobody.call('GET', '/me', undefined, { authorization: `Bearer ${'x'.repeat(43)}` })).status).toBe(
        401,
      )
    })

    it('answers alike for an unknown name and a wrong password', async () => {
      const nobody = await platform.as(null)
      const unknown = await nobody.post('/session', { user: 'who', password: 'wrong' })
      const wrong = await nobody.post('/session', { user: 'operator', password: 'wrong' })
      expect(unknown.status).toBe(401)
      const { correlation_id: _a, ...a } = unknown.body
      const { correlation_id: _b, ...b } = wrong.body
      expect(a).toEqual(b)
    })

    it('holds back who guesses, says for how long, and lets others of that name in from elsewhere', async () => {
      const nobody = await platform.as(null)
      for (let i = 0; i < 5; i++)
        expect((await nobody.post('/session', { user: 'auditor', password: `wrong ${i}` })).status).toBe(401)
      const held = await nobody.post('/session', { user: 'auditor', password: PASSWORD })
      expect(held.status).toBe(429)
      expect(held.body.code).toBe('too_many_attempts')
      expect(Number(held.headers.get('retry-after'))).toBeLessThanOrEqual(30)
      const elsewhere = { 'x-forwarded-for': '192.0.2.7' }
      expect((await nobody.post('/session', { user: 'auditor', password: PASSWORD }, elsewhere)).status).toBe(200)
    })
  })

  describe('writes from another site', () => {
    it.each([
      ['a foreign Origin', { origin: 'https://evil.example' }],
      ['no origin to speak of', { origin: 'null' }],
      ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
      ['a neighbouring host', { 'sec-fetch-site': 'same-site' }],
    ])('are refused when they carry %s', async (_, headers: Record<string, string>) => {
      const staff = await platform.as('staff')
      const { status, body } = await staff.call('DELETE', '/session', undefined, headers)
      expect([status, body.code]).toEqual([403, 'cross_site'])
      const signIn = await staff.post('/session', { user: 'staff', password: PASSWORD }, headers)
      expect(signIn.status).toBe(403)
      expect((await staff.get('/me')).status).toBe(200)
    })

    it('are taken from our own pages and from programs', async () => {
      const nobody = await platform.as(null)
      const own = { origin: platform.url, 'sec-fetch-site': 'same-origin' }
      expect((await nobody.post('/session', { user: 'staff', password: PASSWORD }, own)).status).toBe(200)
      expect((await nobody.post('/session', { user: 'staff', password: PASSWORD })).status).toBe(200)
    })
  })

  describe('problems', () => {
    const cases: [string, string, string, unknown, Record<string, string>, number, string][] = [
      ['an unknown route', 'GET', '/nothing', undefined, {}, 404, 'not_found'],
      ['malformed JSON', 'POST', '/session', '{"user":', {}, 400, 'bad_request'],
      ['another type of body', 'POST', '/session', 'user=x', { 'content-type': 'text/plain' }, 415, 'bad_request'],
      ['no body', 'POST', '/session', undefined, {}, 400, 'bad_request'],
      [
        'a body that is too large',
        'POST',
        '/session',
        { user: 'x'.repeat(200_000), password: 'x' },
        {},
        413,
        'too_large',
      ],
      ['an unknown field', 'POST', '/session', { user: 'x', password: 'x', admin: true }, {}, 400, 'bad_request'],
      ['a name that cannot be', 'GET', '/facilities/NO!/board', undefined, {}, 404, 'not_found'],
      ['a broken escape', 'GET', '/devices/%E0%A4%A', undefined, {}, 400, 'bad_request'],
      ['a limit that is too high', 'GET', '/devices?limit=100000', undefined, {}, 400, 'bad_request'],
    ]
    it.each(cases)('say what is wrong with %s', async (_, method, path, body, headers, status, code) => {
      const answer = await (await platform.as('staff')).call(method, path, body, headers)
      expect([answer.status, answer.body.code]).toEqual([status, code])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const problem = problemSchema.parse(answer.body)
      expect(problem.correlation_id).toBe(answer.headers.get('x-correlation-id'))
    })

    it('name each field that does not fit', async () => {
      const { body } = await (await platform.as('admin')).post('/rooms', { facility: 'sunny', unit: 7 })
      expect(body.errors.map((e: { path: string }) => e.path)).toEqual(['label', 'unit'])
    })

    it('say the metrics of a device when another is asked for', async () => {
      const path = '/devices/mat-1/readings?metric=nope&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z'
      expect((await (await platform.as('staff')).get(path)).body.detail).toContain('heart_rate')
    })
  })

  describe('limits', () => {
    it('hold back who asks too much, say for how long, and hold back nobody else', async () => {
      let nowMs = Date.now()
      const rateLimits = {
        address: { perSecond: 100, burst: 60 },
        user: { perSecond: 2, burst: 5 },
        token: { perSecond: 1, burst: 2 },
      }
      const other = await startPlatform({ settings: { rateLimits }, clock: () => nowMs })
      try {
        const [staff, display] = [await other.as('staff'), await other.as('display')]
        const made = await staff.post('/me/tokens', { name: 'x', scopes: ['devices:read'], days: 1 })
        const script = () =>
          staff
            .call('GET', '/me', undefined, { authorization: `Bearer ${made.body.token}` })
            .then(({ status }) => status)
        expect([await script(), await script(), await script()]).toEqual([200, 200, 429])
        for (let n = 0; n < 4; n++) expect((await staff.get('/me')).status).toBe(200)
        const held = await staff.get('/me')
        expect([held.status, held.body.code, held.headers.get('retry-after')]).toEqual([429, 'rate_limited', '1'])
        expect((await display.get('/me')).status).toBe(200)
        nowMs += 1_000
        expect((await staff.get('/me')).status).toBe(200)
        // A stranger pays ten for each try; a facility behind another address does not notice.
        nowMs += 60_000
        const stranger = await other.as(null)
        const tries: number[] = []
        for (let n = 0; n < 8; n++) tries.push((await stranger.get('/me')).status)
        expect(tries).toEqual([401, 401, 401, 401, 401, 401, 429, 429])
        const elsewhere = { 'x-forwarded-for': '192.0.2.77' }
        expect((await staff.call('GET', '/me', undefined, elsewhere)).status).toBe(200)
      } finally {
        await other.stop()
      }
    })
  })

  it('answers with the correlation id that was sent, where it is harmless, and logs nothing else of the caller', async () => {
    const staff = await platform.as('staff')
    const ask = async (id: string) =>
      (await staff.call('GET', '/me', undefined, { 'x-correlation-id': id })).headers.get('x-correlation-id')
    expect(await ask('trace-0af7651916cd43dd')).toBe('trace-0af7651916cd43dd')
    for (const bad of ['short', 'x'.repeat(65), 'with space here', '{"level":60}', 'a%0d%0aset-cookie:x'])
      expect(await ask(bad)).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('makes the first administrator once, with the code and nothing else', async () => {
    const setup = { code: 'wrong', user: 'chief', password: 'long enough 1' }
    expect((await (await platform.as(null)).post('/setup', setup)).body.code).toBe('not_ready')
    const empty = await startPlatform({ people: false })
    try {
      const code = await firstStartCode(empty.registry)
      expect(await firstStartCode(empty.registry)).toBeNull()
      const stranger = await empty.as(null)
      expect((await stranger.post('/setup', setup)).body.code).toBe('wrong_credentials')
      const both = ['chief1', 'chief2'].map(user =>
        stranger.post('/setup', { ...setup, user, code: code?.toUpperCase() }),
      )
      expect((await Promise.all(both)).map(({ status }) => status).toSorted()).toEqual([201, 409])
      expect(await empty.registry.users.count()).toBe(1)
      const session = await stranger.post('/session', { user: 'chief1', password: 'long enough 1' })
      expect(session.body.role).toBe('platform_admin')
    } finally {
      await empty.stop()
    }
  })

  it('does a write once for its Idempotency-Key, and refuses the key for another', async () => {
    const admin = await platform.as('admin')
    const key = { 'idempotency-key': 'k-1' }
    const first = await admin.post('/residents', { facility: 'sunny' }, key)
    const again = await admin.post('/residents', { facility: 'sunny' }, key)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect((await admin.get('/residents')).body.items).toHaveLength(1)
    // The same key of somebody else is another key.
    const elsewhere = await platform.as('admin-elsewhere')
    expect((await elsewhere.post('/residents', { facility: 'cloudy' }, key)).status).toBe(201)
    const device = { facility: 'sunny', id: 'once', profile: 'bed.sleep_mat', maker: 'mats' }
    expect((await admin.post('/devices', device, key)).status).toBe(201)
    expect((await admin.post('/devices', { ...device, id: 'twice' }, key)).body.code).toBe('conflict')
    expect((await admin.post('/residents', { facility: 'sunny' }, { 'idempotency-key': 'ü' })).status).toBe(400)
  })

  it('gives the answer again after a restart, to many at once, and keeps no secret that it holds readable', async () => {
    const key = { 'idempotency-key': 'k-secret' }
    const device = { facility: 'bench-mats', id: 'kept', profile: 'bed.sleep_mat', maker: 'mats' }
    const maker = await platform.as('maker')
    const many = await Promise.all([1, 2, 3].map(() => maker.post('/devices', device, key)))
    await platform.restart()
    const after = await (await platform.as('maker')).post('/devices', device, key)
    expect(many.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set([...many, after].map(({ body }) => body.password)).size).toBe(1)
    const file = await readFile(join(platform.dataDir, 'registry.sqlite'), 'latin1')
    const log = await readFile(join(platform.dataDir, 'registry.sqlite-wal'), 'latin1')
    expect((file + log).includes(after.body.password)).toBe(false)
    expect((file + log).includes('kept')).toBe(true)
  })

  it('cuts lists into pages that hold each record once', async () => {
    const admin = await platform.as('admin')
    for (let i = 0; i < 7; i++) await admin.post('/residents', { facility: 'sunny' })
    const seen: string[] = []
    for (let after = ''; ; ) {
      const { body } = await admin.get(`/residents?limit=3${after}`)
      seen.push(...body.items.map((item: { id: string }) => item.id))
      if (body.next === null) break
      after = `&after=${body.next}`
    }
    expect(seen.length).toBeGreaterThanOrEqual(7)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('places a device for a resident and tells both gateway and list', async () => {
    const admin = await platform.as('admin')
    const resident = (await admin.post('/residents', { facility: 'sunny' })).body.id
    const stranger = (await (await platform.as('admin-elsewhere')).post('/residents', { facility: 'cloudy' })).body.id
    const consent = { facility: 'sunny', purpose: 'device_evaluation', from: new Date().toISOString() }
    expect((await admin.post('/consents', { ...consent, resident: stranger })).status).toBe(400)
    expect((await admin.post('/consents', { ...consent, resident })).status).toBe(201)
    const body = {
      facility: 'sunny',
      device: 'mat-2',
      room: platform.rooms[2],
      resident,
      from: new Date().toISOString(),
    }
    expect((await admin.post('/placements', { ...body, room: 'elsewhere' })).status).toBe(400)
    const placed = await admin.post('/placements', body)
    expect(placed.status).toBe(201)
    expect(placed.body).toMatchObject({ device: 'mat-2', room: platform.rooms[2], resident, to: null })
    const device = await (await platform.as('staff')).get('/devices/mat-2')
    expect(device.body.room).toEqual({ id: platform.rooms[2], label: '103' })
    expect((await admin.post('/residents', { facility: 'bench-mats' })).status).toBe(403)
  })

  describe('readings', () => {
    const startMs = Date.UTC(2026, 10, 20)
    const ROWS = 20_000
    const rowAt = (n: number): StoredRow => ({
      kind: 'telemetry',
      facility: f('sunny'),
      device: d('mat-1'),
      profile: p('bed.sleep_mat'),
      key: storeKey(startMs + n * 1000, n),
      rx: startMs + n * 1000 + 250,
      boot: 'b7f3' as never,
      bootChanged: n === 0,
      seq: n,
      marks: n % 100 === 0 ? ['late', 'clock_suspect'] : [],
      position: n + 1,
      values: { heart_rate: 60 + (n % 30), bed_state: n % 2 ? 'asleep' : 'awake' },
    })
    beforeAll(async () => {
      for (let n = 0; n < ROWS; n += 5000)
        await platform.telemetry.sink.write(
          Array.from({ length: 5000 }, (_, i) => rowAt(n + i)),
          n + 5001,
        )
      const event: StoredRow = { ...rowAt(ROWS), kind: 'event', event: 'bed_exit', attributes: {} }
      await platform.telemetry.sink.write(
        [event, { ...event, key: storeKey(startMs + 1, ROWS + 1), seq: ROWS + 1, position: ROWS + 2 }],
        ROWS + 3,
      )
    })
    const range = 'from=2026-11-20T09:00:00%2B09:00&to=2026-11-21T09:00:00%2B09:00'

    it('come as minimum, maximum and mean per bucket, gaps left out', async () => {
      const { status, body } = await (await platform.as('staff')).get(
        `/devices/mat-1/readings?metric=heart_rate&points=24&${range}`,
      )
      expect(status).toBe(200)
      expect(body).toMatchObject({ metric: 'heart_rate', unit: '/min', bucketMs: 3_600_000, periodMs: 60_000 })
      // 20,000 seconds are five hours and a half.
      expect(body.points).toHaveLength(6)
      expect(body.points[0]).toEqual([startMs, 3600, 60, 89, 74.5, 89])
    })

    it('come whole as CSV, in the facility’s zone', async () => {
      const { status, headers, body } = await (await platform.as('staff')).get(
        `/devices/mat-1/readings.csv?metric=heart_rate&${range}`,
      )
      expect(status).toBe(200)
      expect(headers.get('content-disposition')).toContain('sunny_mat-1_heart_rate.csv')
      const lines = (body as string).trimEnd().split('\r\n')
      expect(lines[0]).toBe('device_time,gateway_time,boot,seq,metric,value,unit,marks')
      expect(lines).toHaveLength(ROWS + 1)
      expect(lines[1]).toBe(
        '2026-11-20T09:00:00.000+09:00,2026-11-20T09:00:00.250+09:00,b7f3,0,heart_rate,60,/min,late clock_suspect',
      )
      expect(lines.at(-1)).toContain(`,b7f3,${ROWS - 1},heart_rate,`)
    })

    it('refuse a range that ends before it begins', async () => {
      const path = '/devices/mat-1/readings?metric=heart_rate&from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z'
      expect((await (await platform.as('staff')).get(path)).body).toMatchObject({
        status: 400,
        detail: expect.stringContaining('to'),
      })
    })

    it('have events in pages, newest first', async () => {
      const staff = await platform.as('staff')
      const window = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z'
      const first = await staff.get(`/devices/mat-1/events?limit=1&${window}`)
      expect(first.body.items).toMatchObject([{ event: 'bed_exit', seq: ROWS, boot: 'b7f3' }])
      const second = await staff.get(`/devices/mat-1/events?limit=1&${window}&after=${first.body.next}`)
      expect(second.body).toMatchObject({ items: [{ seq: ROWS + 1 }], next: null })
    })
  })

  describe('around the API', () => {
    const raw = (path: string, headers: Record<string, string> = {}) => fetch(platform.url + path, { headers })

    it('says that it lives and that it is ready', async () => {
      expect(await (await raw('/healthz')).json()).toEqual({ status: 'ok' })
      expect(await (await raw('/readyz')).json()).toEqual({ status: 'ok', unready: [] })
    })

    it('counts requests by route, never by who or what', async () => {
      const text = await (await raw('/metrics')).text()
      expect(text).toContain('mimamori_http_request_seconds_count{route="/api/v1/devices/:id/readings"')
      expect(text).toContain('mimamori_broker_connected 1')
      expect(text).not.toMatch(/mat-1|staff/)
    })

    it('gives its figures to this machine and to operators, and to nobody else through a proxy', async () => {
      for (const [name, value] of [
        ['x-forwarded-for', '192.0.2.7'],
        ['forwarded', 'for=192.0.2.7'],
        ['via', '1.1 proxy'],
      ] as const) {
        const refused = await raw('/metrics', { [name]: value })
        expect([refused.status, (await refused.text()).includes('mimamori_')]).toEqual([403, false])
      }
      const { cookie } = await platform.as('operator')
      const far = await raw('/api/v1/metrics', { cookie, 'x-forwarded-for': '192.0.2.7' })
      expect(await far.text()).toContain('mimamori_broker_connected 1')
      expect(far.headers.get('content-type')).toContain('text/plain')
    })

    it('sends headers that allow no script but our own', async () => {
      const { headers } = await raw('/healthz')
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("script-src 'self';")
      expect(policy).not.toContain('unsafe')
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:`)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-powered-by')).toBeNull()
    })

    it('serves the dashboard: assets for ever, the page for every address of the app and never from a cache', async () => {
      const page = { accept: 'text/html' }
      expect((await raw('/board', page)).status).toBe(503)
      await mkdir(join(platform.dataDir, 'dashboard/assets'), { recursive: true })
      await writeFile(join(platform.dataDir, 'dashboard/index.html'), '<!doctype html><title>board</title>')
      await writeFile(join(platform.dataDir, 'dashboard/assets/index-abc.js'), 'export {}')
      const board = await raw('/board/anything', page)
      expect([await board.text(), board.headers.get('cache-control')]).toEqual([
        '<!doctype html><title>board</title>',
        'no-cache',
      ])
      expect((await raw('/assets/index-abc.js')).headers.get('cache-control')).toBe(
        'public, max-age=31536000, immutable',
      )
      expect((await raw('/assets/gone.js', page)).status).toBe(404)
      expect((await raw('/api/v1/gone', page)).headers.get('content-type')).toContain('problem+json')
      expect((await raw('/..%2f..%2fregistry.sqlite')).status).toBe(404)
    })
  })
})
