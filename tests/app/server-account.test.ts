// Accounts over real HTTP and sockets: invitations, changed rights, ended sessions, passwords, API tokens; what ends, ends at once.
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Client, clientOf, eventually, PASSWORD, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const cookieOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map(cookie => cookie.split(';', 1)[0])
    .join('; ')

/** Well below the half minute after which every socket's session is looked at in any case. */
const SOON_MS = 12_000

describeWith(mosquitto, 'accounts', () => {
  let platform: Platform
  let nobody: Client
  let admin: Client
  const open: Socket[] = []
  beforeAll(async () => {
    platform = await startPlatform()
    nobody = await platform.as(null)
    admin = await platform.as('admin')
  })
  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect()
  })
  afterAll(() => platform?.stop())

  const signIn = async (user: string, password = PASSWORD, headers: Record<string, string> = {}): Promise<Client> => {
    const answer = await nobody.post('/session', { user, password }, headers)
    expect([user, answer.status]).toEqual([user, 200])
    return clientOf(() => platform.url, cookieOf(answer.headers))
  }
  const listen = async (client: Client, headers: Record<string, string> = {}): Promise<Socket> => {
    const socket = io(`${platform.url}/live`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { cookie: client.cookie, ...headers },
    })
    open.push(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    return socket
  }
  /** Adds a person and sets the password by the invitation. */
  let people = 0
  const newcomer = async (more: object = {}): Promise<{ user: string; client: Client }> => {
    people += 1
    const user = `newcomer-${people}`
    const made = await admin.post('/users', { user, role: 'staff', facilities: ['sunny'], ...more })
    expect(made.status).toBe(201)
    const { code } = made.body.invitation
    const entered = await nobody.post('/invitations/accept', { code, password: PASSWORD })
    expect(entered.status).toBe(200)
    return { user, client: clientOf(() => platform.url, cookieOf(entered.headers)) }
  }
  const edit = async (user: string, change: object): Promise<number> => {
    const { headers } = await admin.get(`/users/${user}`)
    const { status } = await admin.call('PATCH', `/users/${user}`, change, { 'if-match': headers.get('etag') ?? '' })
    return status
  }

  describe('an invitation', () => {
    it('sets a password that nobody else ever knew, once, and signs in', async () => {
      const made = await admin.post('/users', { user: 'fresh', role: 'staff', facilities: ['sunny'], language: 'ko' })
      expect(made.body).toMatchObject({ user: 'fresh', state: 'invited', version: 1 })
      const { code, url } = made.body.invitation
      expect(url.split('#')).toEqual(['/welcome', code])
      expect((await nobody.post('/session', { user: 'fresh', password: '' })).status).toBe(400)
      expect((await nobody.post('/session', { user: 'fresh', password: 'null' })).status).toBe(401)
      const typed = ` ${code.toUpperCase().replaceAll('-', ' ')} `
      const weak = await nobody.post('/invitations/accept', { code: typed, password: 'fresh-fresh' })
      expect([weak.status, weak.body.code]).toEqual([400, 'weak_password'])
      const entered = await nobody.post('/invitations/accept', { code: typed, password: 'a window in winter' })
      expect(entered.body).toEqual({ user: 'fresh', role: 'staff', facilities: ['sunny'], maker: null, language: 'ko' })
      const client = clientOf(() => platform.url, cookieOf(entered.headers))
      expect((await client.get('/me')).status).toBe(200)
      const again = await nobody.post('/invitations/accept', { code, password: 'a window in winter' })
      expect([again.status, again.body.code]).toEqual([401, 'wrong_credentials'])
      expect((await admin.get('/users/fresh')).body.state).toBe('active')
    })

    it('is replaced by a newer one, and leaves the present password alone until it is used', async () => {
      const { user } = await newcomer()
      const first = await admin.post(`/users/${user}/invitation`)
      const second = await admin.post(`/users/${user}/invitation`)
      expect([first.status, second.status]).toEqual([201, 201])
      const accept = (code: string) => nobody.post('/invitations/accept', { code, password: 'a window in winter' })
      expect((await accept(first.body.code)).status).toBe(401)
      const before = await signIn(user)
      expect((await accept(second.body.code)).status).toBe(200)
      expect((await before.get('/me')).status).toBe(401)
      expect((await nobody.post('/session', { user, password: PASSWORD })).status).toBe(401)
    })

    it('expires after three days', async () => {
      let nowMs = Date.now()
      const other = await startPlatform({ clock: () => nowMs })
      try {
        const { code } = (await (await other.as('admin')).post('/users/staff/invitation')).body
        nowMs += 72 * 3_600_000
        const stranger = await other.as(null)
        expect((await stranger.post('/invitations/accept', { code, password: 'a window in winter' })).status).toBe(401)
      } finally {
        await other.stop()
      }
    })

    it('leaves the password of an account alone that was ended meanwhile', async () => {
      const { user } = await newcomer()
      const { code } = (await admin.post(`/users/${user}/invitation`)).body
      expect(await edit(user, { disabled: true })).toBe(200)
      expect((await nobody.post('/invitations/accept', { code, password: 'a window in winter' })).status).toBe(401)
      expect(await edit(user, { disabled: false })).toBe(200)
      await signIn(user)
    })

    it('is of no use to who guesses codes', async () => {
      const from = { 'x-forwarded-for': '198.51.100.9' }
      const guess = (n: number) =>
        nobody.post('/invitations/accept', { code: `guess-${n}`, password: 'a window in winter' }, from)
      for (let n = 0; n < 5; n++) expect((await guess(n)).status).toBe(401)
      const held = await guess(6)
      expect([held.status, held.body.code]).toEqual([429, 'too_many_attempts'])
      expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0)
    })
  })

  describe('an open socket closes by itself, and its session opens nothing more,', () => {
    const ways: [string, (user: string, client: Client) => Promise<unknown>][] = [
      ['when its user signs out', (_, client) => client.call('DELETE', '/session')],
      ['when its user signs out everywhere else', async user => (await signIn(user)).call('DELETE', '/me/sessions')],
      [
        'when its user ends it in the list of sessions',
        async user => {
          const other = await signIn(user)
          const { items } = (await other.get('/me/sessions')).body
          const there = items.find((item: { current: boolean }) => !item.current)
          return other.call('DELETE', `/me/sessions/${there.id}`)
        },
      ],
      [
        'when its user changes the password elsewhere',
        async user => (await signIn(user)).post('/me/password', { current: PASSWORD, next: 'a window in winter' }),
      ],
      ['when an administrator ends all sessions', user => admin.call('DELETE', `/users/${user}/sessions`)],
      ['when the account is ended', user => edit(user, { disabled: true })],
      // As another server of the same registry does it.
      ['when another server ends it', user => platform.registry.sessions.deleteOf(user)],
    ]
    it.each(ways)('%s', async (_, act) => {
      const { user, client } = await newcomer()
      const socket = await listen(client)
      await act(user, client)
      await eventually(async () => !socket.connected, SOON_MS)
      expect((await client.get('/me')).status).toBe(401)
      await expect(listen(client)).rejects.toThrow('not_signed_in')
    })

    it.each([
      ['role', { role: 'facility_admin' }, false],
      ['role, by another server', { role: 'facility_admin' }, true],
    ])('and comes back with the new rights when the %s changes', async (_, change, elsewhere) => {
      const { user, client } = await newcomer()
      const socket = await listen(client)
      expect((await client.get('/residents')).status).toBe(403)
      if (elsewhere) await platform.registry.users.change(user, null, change as never)
      else expect(await edit(user, change)).toBe(200)
      await eventually(async () => !socket.connected, SOON_MS)
      expect((await client.get('/residents')).status).toBe(200)
    })

    it('and no longer watches a facility that was taken from its user', async () => {
      const platformAdmin = await platform.as('platform')
      const { user, client } = await newcomer()
      const socket = await listen(client)
      expect(await socket.timeout(2_000).emitWithAck('watch', 'sunny')).toBe(true)
      const change = { facilities: ['cloudy'] }
      const any = { 'if-match': '*' }
      expect((await platformAdmin.call('PATCH', `/users/${user}`, change, any)).status).toBe(200)
      await eventually(async () => !socket.connected, SOON_MS)
      expect((await client.get('/facilities/sunny/board')).status).toBe(403)
      const again = await listen(client)
      expect(await again.timeout(2_000).emitWithAck('watch', 'sunny')).toBe(false)
      expect(await again.timeout(2_000).emitWithAck('watch', 'cloudy')).toBe(true)
    })
  })

  it('is refused a socket when the handshake comes from a page of another site', async () => {
    const staff = await platform.as('staff')
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: platform.url, 'sec-fetch-site': 'cross-site' },
    ])
      await expect(listen(staff, headers as never)).rejects.toThrow()
    expect((await listen(staff, { origin: platform.url })).connected).toBe(true)
  })

  it('gives a new session at each sign-in and ends the one that the browser held', async () => {
    const { user, client } = await newcomer()
    const again = await nobody.post('/session', { user, password: PASSWORD }, { cookie: client.cookie })
    expect(cookieOf(again.headers)).not.toBe(client.cookie)
    expect((await client.get('/me')).status).toBe(401)
  })

  it('lists where one is signed in, without what would open it', async () => {
    const { user, client } = await newcomer()
    await signIn(user, PASSWORD, { 'user-agent': 'Tablet/1.0' })
    const { items } = (await client.get('/me/sessions')).body
    expect(items).toHaveLength(2)
    expect(items.filter((item: { current: boolean }) => item.current)).toHaveLength(1)
    expect(items.some((item: { agent: string }) => item.agent === 'Tablet/1.0')).toBe(true)
    for (const { id } of items)
      expect((await nobody.call('GET', '/me', undefined, { cookie: `mimamori_session=${id}` })).status).toBe(401)
    const other = await platform.as('staff')
    expect((await other.call('DELETE', `/me/sessions/${items[0].id}`)).status).toBe(404)
  })

  describe('a password', () => {
    it('is changed by who knows the present one, and the session goes on under a new id', async () => {
      const { user, client } = await newcomer()
      const elsewhere = await signIn(user)
      const wrong = await client.post('/me/password', { current: 'not this one', next: 'a window in winter' })
      expect([wrong.status, wrong.body.code]).toEqual([400, 'bad_request'])
      const weak = await client.post('/me/password', { current: PASSWORD, next: 'aaaaaaaaaaaa' })
      expect(weak.body.code).toBe('weak_password')
      const done = await client.post('/me/password', { current: PASSWORD, next: 'a window in winter' })
      expect(done.status).toBe(204)
      expect((await elsewhere.get('/me')).status).toBe(401)
      await eventually(async () => (await client.get('/me')).status === 401)
      expect((await clientOf(() => platform.url, cookieOf(done.headers)).get('/me')).body.user).toBe(user)
      expect((await nobody.post('/session', { user, password: PASSWORD })).status).toBe(401)
      await signIn(user, 'a window in winter')
    })

    it('cannot be guessed at a screen that was left open', async () => {
      const { client } = await newcomer()
      const guess = () => client.post('/me/password', { current: 'not this one', next: 'a window in winter' })
      for (let n = 0; n < 5; n++) expect((await guess()).status).toBe(400)
      expect((await guess()).status).toBe(429)
    })

    it('is hashed anew when the cost has changed since', async () => {
      const { user } = await newcomer()
      const { hash } = await import('@node-rs/argon2')
      await platform.registry.users.setPasswordHash(user, await hash(PASSWORD, { memoryCost: 4096, timeCost: 1 }))
      await signIn(user)
      expect((await platform.registry.users.get(user))?.passwordHash).toContain('m=19456,t=2,p=1')
      await signIn(user)
    })
  })

  it('opens nothing to an account that another server has ended, by session, token or password', async () => {
    const { user, client } = await newcomer()
    const { token } = (await client.post('/me/tokens', { name: 'x', scopes: ['devices:read'], days: 1 })).body
    await platform.registry.users.change(user, null, { disabledMs: Date.now() })
    expect((await client.get('/me')).status).toBe(401)
    const bearer = { authorization: `Bearer ${token}` }
    expect((await nobody.call('GET', '/me', undefined, bearer)).status).toBe(401)
    expect((await nobody.post('/session', { user, password: PASSWORD })).body.code).toBe('wrong_credentials')
  })

  it('keeps the language that someone chose', async () => {
    const { client } = await newcomer()
    expect((await client.call('PATCH', '/me', { language: 'en' })).body.language).toBe('en')
    expect((await client.get('/me')).body.language).toBe('en')
  })

  it('refuses a known browser nothing while strangers guess at the name', async () => {
    const { user, client } = await newcomer()
    for (let n = 0; n < 100; n++)
      void (await nobody.post('/session', { user, password: 'wrong' }, { 'x-forwarded-for': `203.0.113.${n % 250}` }))
    const stranger = await nobody.post('/session', { user, password: PASSWORD }, { 'x-forwarded-for': '192.0.2.250' })
    expect(stranger.status).toBe(429)
    // A browser that is known for somebody else is none of this person's.
    const { client: other } = await newcomer()
    const browser = other.cookie.split('; ').find(cookie => cookie.startsWith('mimamori_browser=')) ?? ''
    const borrowed = await nobody.post('/session', { user, password: PASSWORD }, { cookie: browser })
    expect([browser.length > 40, borrowed.status]).toEqual([true, 429])
    const known = await nobody.post('/session', { user, password: PASSWORD }, { cookie: client.cookie })
    expect(known.status).toBe(200)
  })

  describe('an edit of a user', () => {
    it('must name the version that was read', async () => {
      const { user } = await newcomer()
      const read = await admin.get(`/users/${user}`)
      expect(read.headers.get('etag')).toBe('"1"')
      const patch = (match?: string) =>
        admin.call('PATCH', `/users/${user}`, { role: 'display' }, match === undefined ? {} : { 'if-match': match })
      const unnamed = await patch()
      expect([unnamed.status, unnamed.body.code]).toEqual([428, 'precondition_required'])
      const done = await patch('"1"')
      expect([done.status, done.headers.get('etag'), done.body.version]).toEqual([200, '"2"', 2])
      for (const stale of ['"1"', 'W/"2"', '"x"']) expect([(await patch(stale)).status, stale]).toEqual([412, stale])
    })

    it('stays inside the facility of its administrator, and never touches who works elsewhere too', async () => {
      const chief = await platform.as('platform')
      const any = { 'if-match': '*' }
      const { user } = await newcomer()
      const patch = (client: Client, name: string, body: object) => client.call('PATCH', `/users/${name}`, body, any)
      expect((await patch(admin, user, { role: 'steward', facilities: [] })).status).toBe(403)
      expect((await patch(admin, user, { facilities: ['sunny', 'cloudy'] })).status).toBe(403)
      expect((await patch(chief, user, { facilities: ['sunny', 'cloudy'] })).status).toBe(200)
      expect((await patch(admin, user, { disabled: true })).status).toBe(403)
      expect((await patch(admin, user, { facilities: ['sunny'] })).status).toBe(403)
      expect((await admin.post(`/users/${user}/invitation`)).status).toBe(403)
      expect((await admin.call('DELETE', `/users/${user}/sessions`)).status).toBe(403)
      expect((await patch(admin, 'steward', { disabled: true })).status).toBe(404)
      expect((await patch(chief, user, { role: 'manufacturer', facilities: [] })).status).toBe(400)
      expect((await patch(chief, 'platform', { disabled: true })).status).toBe(409)
    })
  })

  describe('an API token', () => {
    const withToken = (token: string): Client => {
      const client = clientOf(() => platform.url, '')
      const call: Client['call'] = (method, path, body, headers = {}) =>
        client.call(method, path, body, { authorization: `Bearer ${token}`, ...headers })
      return { ...client, call, get: path => call('GET', path), post: (path, body) => call('POST', path, body) }
    }
    const make = async (client: Client, scopes: string[], days = 1) =>
      client.post('/me/tokens', { name: 'nightly fetch', scopes, days })

    it('opens what its scopes say and its owner may, and nothing else', async () => {
      const maker = await platform.as('maker')
      const made = await make(maker, ['devices:read', 'devices:enrol'])
      expect(made.status).toBe(201)
      const script = withToken(made.body.token)
      expect((await script.get('/me')).body.user).toBe('maker')
      expect((await script.get('/devices')).body.items.length).toBeGreaterThan(0)
      const device = { facility: 'bench-mats', profile: 'bed.sleep_mat', maker: 'mats' }
      expect((await script.post('/devices', { ...device, id: 'by-script' })).status).toBe(201)
      expect((await script.post('/devices', { ...device, id: 'by-script-2', facility: 'sunny' })).status).toBe(403)
      expect((await script.get('/dataset-requests')).body.detail).toContain('datasets:read')
      for (const [method, path] of [
        ['GET', '/me/tokens'],
        ['GET', '/me/sessions'],
        ['DELETE', '/session'],
        ['DELETE', '/me/sessions'],
      ] as const)
        expect([path, (await script.call(method, path)).status]).toEqual([path, 403])
      const { items } = (await maker.get('/me/tokens')).body
      const listed = items.find((item: { id: string }) => item.id === made.body.id)
      expect(listed).toMatchObject({ name: 'nightly fetch', seen: expect.any(String) })
      expect(JSON.stringify(items)).not.toContain('mmt_')
    })

    it('is ended by its owner alone', async () => {
      const { id, token } = (await make(await platform.as('admin'), ['devices:read'])).body
      expect((await (await platform.as('staff')).call('DELETE', `/me/tokens/${id}`)).status).toBe(404)
      expect((await withToken(token).get('/me')).status).toBe(200)
    })

    it('cannot be made for what its owner has nothing of, nor by a token', async () => {
      expect((await make(await platform.as('staff'), ['datasets:review'])).status).toBe(403)
      expect((await make(await platform.as('display'), ['devices:read'])).status).toBe(403)
      const { token } = (await make(await platform.as('staff'), ['devices:read'])).body
      expect((await make(withToken(token), ['devices:read'])).status).toBe(403)
    })

    it('ends at once when it is revoked, expires, or its owner goes', async () => {
      const { user, client } = await newcomer()
      const first = (await make(client, ['devices:read'])).body
      const script = withToken(first.token)
      expect((await script.get('/devices')).status).toBe(200)
      expect((await (await platform.as('staff')).call('DELETE', `/me/tokens/${first.id}`)).status).toBe(404)
      expect((await client.call('DELETE', `/me/tokens/${first.id}`)).status).toBe(204)
      expect((await script.get('/devices')).status).toBe(401)
      const second = withToken((await make(client, ['devices:read'])).body.token)
      expect((await second.get('/devices')).status).toBe(200)
      await edit(user, { disabled: true })
      expect((await second.get('/devices')).status).toBe(401)

      let nowMs = Date.now()
      const other = await startPlatform({ clock: () => nowMs })
      try {
        const body = { name: 'x', scopes: ['devices:read'], days: 1 }
        const { token } = (await (await other.as('staff')).post('/me/tokens', body)).body
        const ask = () => fetch(`${other.url}/api/v1/devices`, { headers: { authorization: `Bearer ${token}` } })
        expect((await ask()).status).toBe(200)
        nowMs += 86_400_000
        expect((await ask()).status).toBe(401)
      } finally {
        await other.stop()
      }
    })

    it('counts alone when it is named, is taken from no URL, and opens no socket', async () => {
      const staff = await platform.as('staff')
      const { token } = (await make(staff, ['devices:read'])).body
      const headers = { authorization: `Bearer ${token.slice(0, -1)}x` }
      expect((await staff.call('GET', '/me', undefined, headers)).status).toBe(401)
      const cut = { authorization: 'Bearer mmt_short' }
      expect((await staff.call('GET', '/me', undefined, cut)).status).toBe(401)
      // A proxy in front may ask for a password of its own.
      expect((await staff.call('GET', '/me', undefined, { authorization: 'Basic eDp5' })).status).toBe(200)
      expect((await nobody.get(`/me?access_token=${token}&token=${token}`)).status).toBe(401)
      await expect(listen(nobody, { authorization: `Bearer ${token}` })).rejects.toThrow('not_signed_in')
    })
  })
})
