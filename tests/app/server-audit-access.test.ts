// No write about accounts, sessions, tokens, credentials, hubs and swaps goes unrecorded; a script is told by its token.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Route } from '../../core/rest/route.ts'
import { routes } from '../../core/rest.ts'
import ja from '../../dashboard/src/words/ja.json' with { type: 'json' }
import { type ACCESS_WRITES, type AuditWorld, startAuditWorld } from '../server/audit-world.ts'
import { type Answer, clientOf, d, f, PASSWORD, p } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

type Name = (typeof ACCESS_WRITES)[number]
interface Write {
  who: string
  action: string
  /** Of the actor; default: who calls. */
  by?: string
  call: () => Promise<{ path: string; body?: unknown }>
}
const NEW_PASSWORD = 'a new planted secret'
const MAKE_TOKEN = { name: 'rooms of the new wing', scopes: ['registry:write'], days: 7 }

describeWith(mosquitto, 'access in the audit trail', () => {
  let world: AuditWorld
  /** What earlier calls answered, by the route that answered. */
  const made = new Map<Name, Answer['body']>()
  beforeAll(async () => {
    world = await startAuditWorld()
    const { registry } = world.platform
    const spare = { facility: f('sunny'), id: d('mat-spare'), profile: p('bed.sleep_mat'), maker: 'mats' }
    await registry.devices.enrol({ ...spare, activeFromMs: world.nowMs }, world.nowMs)
  })
  afterAll(() => world?.platform.stop())

  const invited = async (user: string): Promise<string> => {
    const body = { user, role: 'staff', facilities: ['sunny'] }
    return (await (await world.platform.as('admin')).post('/users', body)).body.invitation.code
  }
  const signInAgain = async (user: string): Promise<void> => {
    const answer = await (await world.platform.as(null)).post('/session', { user, password: PASSWORD })
    expect(answer.status).toBe(200)
  }
  const otherSession = async (user: string): Promise<string> => {
    await signInAgain(user)
    const { items } = (await (await world.platform.as(user)).get('/me/sessions')).body
    return items.find((each: { current: boolean }) => !each.current).id
  }

  const WRITES: Record<Name, Write> = {
    editMe: {
      who: 'auditor',
      action: 'call.edit_me',
      call: async () => ({ path: '/me', body: { language: 'ko' } }),
    },
    changePassword: {
      who: 'staff-elsewhere',
      action: 'user.password',
      call: async () => ({ path: '/me/password', body: { current: PASSWORD, next: NEW_PASSWORD } }),
    },
    endMySession: {
      who: 'operator',
      action: 'session.close',
      call: async () => ({ path: `/me/sessions/${await otherSession('operator')}` }),
    },
    endMyOtherSessions: {
      who: 'operator',
      action: 'session.close_all',
      call: async () => {
        await signInAgain('operator')
        return { path: '/me/sessions' }
      },
    },
    createMyToken: {
      who: 'admin',
      action: 'token.create',
      call: async () => ({ path: '/me/tokens', body: MAKE_TOKEN }),
    },
    revokeMyToken: {
      who: 'admin',
      action: 'token.revoke',
      call: async () => ({ path: `/me/tokens/${made.get('createMyToken').id}` }),
    },
    acceptInvitation: {
      who: '',
      by: 'newcomer',
      action: 'user.accept',
      call: async () => ({
        path: '/invitations/accept',
        body: { code: await invited('newcomer'), password: NEW_PASSWORD },
      }),
    },
    editUser: {
      who: 'platform',
      action: 'user.change',
      call: async () => ({
        path: '/users/newcomer',
        body: { facilities: ['sunny', 'cloudy'] },
      }),
    },
    inviteUser: {
      who: 'platform',
      action: 'user.invite',
      call: async () => ({ path: '/users/newcomer/invitation' }),
    },
    endUserSessions: {
      who: 'platform',
      action: 'session.close_all',
      call: async () => ({ path: '/users/newcomer/sessions' }),
    },
    rotateCredential: {
      who: 'admin',
      action: 'credential.issue',
      call: async () => ({ path: '/devices/mat-1/credentials', body: {} }),
    },
    revokeCredentials: {
      who: 'admin',
      action: 'credential.end',
      call: async () => ({ path: '/devices/mat-1/credentials/revoke', body: {} }),
    },
    setHub: {
      who: 'admin',
      action: 'hub.set',
      call: async () => ({ path: '/devices/trial-0/hub', body: { devices: ['trial-1'] } }),
    },
    createSwap: {
      who: 'staff',
      action: 'swap.do',
      call: async () => ({ path: '/swaps', body: { facility: 'sunny', gone: 'mat-2', come: 'mat-spare' } }),
    },
    undoSwap: {
      who: 'staff',
      action: 'swap.undo',
      call: async () => {
        world.nowMs += 10_000
        return { path: `/swaps/${made.get('createSwap').id}/undo` }
      },
    },
  }

  it.each(Object.keys(WRITES) as Name[])('leaves an entry by whoever called %s', async name => {
    const { who, by = who, action, call } = WRITES[name]
    const client = await world.platform.as(who === '' ? null : who)
    await world.platform.as('auditor')
    const { path, body } = await call()
    const route: Route = routes[name]
    const answer = await client.call(route.method.toUpperCase(), path, body, route.edits ? { 'if-match': '*' } : {})
    expect([name, answer.status, answer.body?.detail]).toEqual([name, route.status, undefined])
    made.set(name, answer.body)
    const own = (await world.newest(`&action=${action}`)).filter(
      ({ correlation }) => correlation === answer.headers.get('x-correlation-id'),
    )
    expect([name, own.map(({ actor }) => [actor.kind, actor.id])]).toEqual([name, [['user', by]]])
  })

  it('names the person and the token when a script writes', async () => {
    const token = (await (await world.platform.as('admin')).post('/me/tokens', MAKE_TOKEN)).body
    const script = clientOf(() => world.platform.url, '')
    const room = { facility: 'sunny', label: '991', unit: 'East' }
    const answer = await script.post('/rooms', room, { authorization: `Bearer ${token.token}` })
    expect(answer.status).toBe(201)
    const [entry] = await world.newest('&action=room.create')
    expect(entry?.correlation).toBe(answer.headers.get('x-correlation-id'))
    expect(entry?.actor).toEqual({ kind: 'token', id: 'admin', role: 'facility_admin', via: token.id })
  })

  it('has words for everything that was done, in the language of its reader', async () => {
    const done = new Set((await world.newest()).map(({ action }) => `audit.action.${action}`))
    const wordless = [...done].filter(id => !(id in ja) && !id.startsWith('audit.action.call.'))
    expect(wordless).toEqual([])
  })

  it('tells what each change was, and holds no code, token, password or hash', async () => {
    const [change] = await world.newest('&action=user.change')
    expect(change).toMatchObject({ old: { facilities: ['sunny'] }, new: { facilities: ['cloudy', 'sunny'] } })
    const portions: string[] = []
    for await (const rows of world.platform.registry.audit.rows(0)) portions.push(JSON.stringify(rows))
    const all = portions.join('')
    const secrets = [
      PASSWORD,
      NEW_PASSWORD,
      'argon2',
      'mmt_',
      made.get('inviteUser').code,
      made.get('rotateCredential').password,
    ]
    for (const secret of secrets) expect(all).not.toContain(secret)
  })
})
