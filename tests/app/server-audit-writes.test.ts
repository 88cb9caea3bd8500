// No write of a running server goes unrecorded, whoever asks and by whichever route.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeKey } from '../../core/readings.ts'
import type { Route } from '../../core/rest/route.ts'
import { type RouteName, routes } from '../../core/rest.ts'
import { firstStartCode } from '../../server/auth/first-start.ts'
import { ACCESS_WRITES, type AuditWorld, PEOPLE_WRITES, startAuditWorld } from '../server/audit-world.ts'
import { DAY_MS, d, eventually, f, PASSWORD, p, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

type AnyWrite = { [N in RouteName]: (typeof routes)[N]['method'] extends 'get' ? never : N }[RouteName]
type WriteName = Exclude<AnyWrite, (typeof PEOPLE_WRITES)[number] | (typeof ACCESS_WRITES)[number]>

describeWith(mosquitto, 'writes in the audit trail', () => {
  let world: AuditWorld
  beforeAll(async () => {
    world = await startAuditWorld()
  })
  afterAll(() => world?.platform.stop())

  describe('writes', () => {
    const day = (n: number) => new Date(world.nowMs - n * DAY_MS).toISOString().slice(0, 10)
    const scope = () => ({ facility: 'sunny', device_types: ['bed.sleep_mat'], from: day(5), to: day(4) })
    const draft = () => ({ purpose: 'evaluation', product: 'P0', scope: scope() })
    const created = async () =>
      (await (await world.platform.as('maker')).post('/dataset-requests', draft())).body.id as string
    const submitted = async () => {
      const id = await created()
      expect((await (await world.platform.as('maker')).post(`/dataset-requests/${id}/submit`)).status).toBe(200)
      return id
    }
    const now = () => new Date(world.nowMs).toISOString()

    /** A call of each writing route that succeeds, and what it must leave. */
    const WRITES: Record<
      WriteName,
      { who: string; action: string; call: () => Promise<{ path: string; body?: unknown }> }
    > = {
      signIn: {
        who: 'staff',
        action: 'session.open',
        call: async () => ({ path: '/session', body: { user: 'staff', password: PASSWORD } }),
      },
      signOut: { who: 'display', action: 'session.close', call: async () => ({ path: '/session' }) },
      setup: { who: '', action: 'user.create', call: async () => ({ path: '/setup' }) },
      createFacility: {
        who: 'platform',
        action: 'facility.create',
        call: async () => ({ path: '/facilities', body: { id: 'windy', name: 'Windy', zone: 'Asia/Tokyo' } }),
      },
      renameFacility: {
        who: 'platform',
        action: 'facility.edit',
        call: async () => ({ path: '/facilities/windy', body: { name: 'Very windy' } }),
      },
      createDevice: {
        who: 'admin',
        action: 'device.enrol',
        call: async () => ({
          path: '/devices',
          body: { facility: 'sunny', id: 'mat-77', profile: 'bed.sleep_mat', maker: 'mats' },
        }),
      },
      createRoom: {
        who: 'admin',
        action: 'room.create',
        call: async () => ({ path: '/rooms', body: { facility: 'sunny', label: '777', unit: 'East' } }),
      },
      createResident: {
        who: 'admin',
        action: 'resident.create',
        call: async () => ({ path: '/residents', body: { facility: 'sunny' } }),
      },
      createPlacement: {
        who: 'admin',
        action: 'placement.create',
        call: async () => ({
          path: '/placements',
          body: { facility: 'sunny', device: 'mat-77', room: world.platform.rooms[2], from: now() },
        }),
      },
      createConsent: {
        who: 'admin',
        action: 'consent.create',
        call: async () => ({
          path: '/consents',
          body: { facility: 'sunny', resident: world.resident, purpose: 'device_evaluation', from: now() },
        }),
      },
      createUser: {
        who: 'admin',
        action: 'user.create',
        call: async () => ({
          path: '/users',
          body: { user: 'nightshift', password: 'planted secret 1', role: 'staff', facilities: ['sunny'] },
        }),
      },
      replayDeadLetters: {
        who: 'admin',
        action: 'call.replay_dead_letters',
        call: async () => ({ path: '/dead-letters/replay', body: { facility: 'sunny' } }),
      },
      setRetention: {
        who: 'operator',
        action: 'retention.set',
        call: async () => ({ path: '/facilities/sunny/retention', body: { days: 365 } }),
      },
      runRetention: {
        who: 'admin',
        action: 'call.run_retention',
        call: async () => {
          await world.platform.registry.retention.set('sunny', 365, '9999-12-31', {
            by: 'operator',
            nowMs: world.nowMs,
          })
          return { path: '/facilities/sunny/retention/run' }
        },
      },
      cancelRetention: {
        who: 'operator',
        action: 'call.cancel_retention',
        call: async () => {
          // Its gateway is away, so that it lasts until it is stopped.
          const rx = world.nowMs - 50 * DAY_MS
          const row = {
            facility: f('cloudy'),
            device: d('mat-9'),
            profile: p('bed.sleep_mat'),
            boot: 'b' as never,
            seq: 0,
          }
          const rest = { key: storeKey(rx, 0), rx, bootChanged: true, marks: [], position: 1_000_000 }
          const kind = { kind: 'telemetry' as const, values: { heart_rate: 60 } }
          await world.platform.telemetry.sink.restore([{ ...row, ...rest, ...kind }])
          await world.platform.registry.retention.set('cloudy', 30, '9999-12-31', {
            by: 'operator',
            nowMs: world.nowMs,
          })
          const operator = await world.platform.as('operator')
          expect((await operator.post('/facilities/cloudy/retention/run')).status).toBe(200)
          return { path: '/facilities/cloudy/retention/cancel' }
        },
      },
      createDatasetRequest: {
        who: 'maker',
        action: 'request.create',
        call: async () => ({ path: '/dataset-requests', body: draft() }),
      },
      editDatasetRequest: {
        who: 'maker',
        action: 'request.edit',
        call: async () => ({ path: `/dataset-requests/${await created()}`, body: { ...draft(), purpose: 'another' } }),
      },
      submitDatasetRequest: {
        who: 'maker',
        action: 'request.submitted',
        call: async () => ({ path: `/dataset-requests/${await created()}/submit` }),
      },
      reviewDatasetRequest: {
        who: 'steward',
        action: 'request.reviewed',
        call: async () => ({ path: `/dataset-requests/${await submitted()}/review`, body: { decision: 'approve' } }),
      },
      returnDatasetRequest: {
        who: 'steward',
        action: 'request.returned',
        call: async () => ({ path: `/dataset-requests/${await submitted()}/return`, body: { reason: 'too wide' } }),
      },
      withdrawDatasetRequest: {
        who: 'maker',
        action: 'request.withdrawn',
        call: async () => ({ path: `/dataset-requests/${await submitted()}/withdraw` }),
      },
    }

    it('knows a call of every writing route', () => {
      const writes = Object.entries(routes as Record<string, Route>).flatMap(([name, { method }]) =>
        method === 'get' ? [] : [name],
      )
      expect([...Object.keys(WRITES), ...PEOPLE_WRITES, ...ACCESS_WRITES].toSorted()).toEqual(writes.toSorted())
    })

    it.each((Object.keys(WRITES) as WriteName[]).filter(name => name !== 'setup'))(
      'leaves an entry by whoever called %s',
      async name => {
        const { who, action, call } = WRITES[name]
        const client = await world.platform.as(who)
        const { path, body } = await call()
        const before = await world.last()
        const { method, status, edits }: Route = routes[name]
        const answer = await client.call(method.toUpperCase(), path, body, edits ? { 'if-match': '*' } : {})
        expect([name, answer.status]).toEqual([name, status])
        const left = await world.since(before)
        const correlation = answer.headers.get('x-correlation-id')
        const own = left.find(entry => entry.action === action && entry.correlation === correlation)
        expect([name, own?.actor.id, own?.result]).toEqual([name, who, 'done'])
        expect(own?.address).toMatch(/127\.0\.0\.1|::1/)
      },
    )

    it('leaves one entry, by nobody known, of the first administrator', async () => {
      const empty = await startPlatform({ people: false })
      try {
        const code = await firstStartCode(empty.registry)
        const before = (await empty.registry.audit.head()).size
        const body = { code, user: 'first', password: 'long enough 1' }
        expect((await (await empty.as(null)).post('/setup', body)).status).toBe(201)
        const left = (await empty.registry.audit.page({}, { limit: 9 })).filter(({ seq }) => seq >= before)
        expect(left.map(({ action, actor }) => `${action} ${actor.kind}`)).toContain('user.create unknown')
      } finally {
        await empty.stop()
      }
    })

    it('leaves one entry when the same call is sent again with its key', async () => {
      const admin = await world.platform.as('admin')
      const before = await world.last()
      for (let n = 0; n < 2; n++)
        await admin.post('/rooms', { facility: 'sunny', label: '778', unit: 'East' }, { 'idempotency-key': 'once' })
      expect((await world.since(before)).map(({ action }) => action)).toEqual(['room.create'])
    })

    it('names the platform, not the second steward, for what a build changes', async () => {
      const id = await submitted()
      for (const who of ['steward', 'steward2'])
        expect(
          (await (await world.platform.as(who)).post(`/dataset-requests/${id}/review`, { decision: 'approve' })).status,
        ).toBe(200)
      const ended = await eventually(async () =>
        (await world.newest(`&subject=${id}`)).find(
          ({ action }) => action === 'request.ready' || action === 'request.failed',
        ),
      )
      expect(ended.actor).toEqual({ kind: 'system', id: 'datasets', role: null })
    })

    it('holds no password and no token anywhere', async () => {
      const portions: string[] = []
      for await (const rows of world.platform.registry.audit.rows(0)) portions.push(JSON.stringify(rows))
      const all = portions.join('')
      for (const secret of [PASSWORD, 'planted secret 1', 'argon2']) expect(all).not.toContain(secret)
      for (const person of ['staff', 'admin'])
        expect(all).not.toContain((await world.platform.as(person)).cookie.split('=')[1])
    })
  })
})
