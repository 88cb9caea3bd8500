// Who saw what of a resident, who was refused, and who may read the audit trail of a running server.
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEntryView } from '../../core/rest/audit.ts'
import { type AuditWorld, startAuditWorld } from '../server/audit-world.ts'
import { clientOf, DAY_MS, eventually } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

describeWith(mosquitto, 'views in the audit trail of a server', () => {
  let world: AuditWorld
  beforeAll(async () => {
    world = await startAuditWorld()
  })
  afterAll(() => world?.platform.stop())

  describe('views', () => {
    const range = () =>
      `from=${encodeURIComponent(new Date(world.nowMs - DAY_MS).toISOString())}&to=${encodeURIComponent(new Date(world.nowMs).toISOString())}`
    const VIEWED: [string, string, string][] = [
      ['view.board', 'staff', '/facilities/sunny/board'],
      ['view.device', 'staff', '/devices/trial-3?facility=sunny'],
      ['view.readings', 'staff', '/devices/trial-3/readings?facility=sunny&metric=heart_rate&'],
      ['view.readings_csv', 'admin', '/devices/trial-3/readings.csv?facility=sunny&metric=heart_rate&'],
      ['view.events', 'staff', '/devices/trial-3/events?facility=sunny'],
      ['view.residents', 'admin', '/residents'],
      ['view.placements', 'admin', '/placements?facility=sunny'],
      ['view.consents', 'admin', '/consents?facility=sunny'],
      ['view.rejections', 'admin', '/rejections?facility=sunny'],
    ]
    it.each(VIEWED)('%s is recorded once in 15 minutes', async (action, who, path) => {
      world.nowMs = Math.ceil(world.nowMs / 900_000) * 900_000
      const client = await world.platform.as(who)
      const before = await world.last()
      for (let n = 0; n < 3; n++) {
        world.nowMs += 60_000
        expect((await client.get(path.endsWith('&') ? path + range() : path)).status).toBe(200)
      }
      const left = (await world.since(before)).filter(entry => entry.action === action)
      expect(left.map(({ actor, facility }) => [actor.id, facility])).toEqual([[who, 'sunny']])
      world.nowMs += 900_000
      await client.get(path.endsWith('&') ? path + range() : path)
      expect((await world.since(before)).filter(entry => entry.action === action)).toHaveLength(2)
    })

    it('records what is watched live, as the same view as the board by HTTP', async () => {
      world.nowMs += 900_000
      const staff = await world.platform.as('staff')
      const before = await world.last()
      const socket = io(`${world.platform.url}/live`, {
        transports: ['websocket'],
        extraHeaders: { cookie: staff.cookie },
        forceNew: true,
        reconnection: false,
      })
      try {
        await new Promise(resolve => socket.once('connect', () => resolve(null)))
        expect(await socket.timeout(5000).emitWithAck('watch', 'sunny')).toBe(true)
        const [seen] = await eventually(async () => {
          const found = (await world.since(before)).filter(({ action }) => action === 'view.board')
          return found.length > 0 && found
        })
        expect(seen).toMatchObject({
          actor: { id: 'staff' },
          subject: { kind: 'facility', id: 'sunny' },
          purpose: 'care',
        })
        await staff.get('/facilities/sunny/board')
        expect((await world.since(before)).filter(({ action }) => action === 'view.board')).toHaveLength(1)
      } finally {
        socket.disconnect()
      }
    })

    it('answers who saw a resident: the own devices, and boards of the whole house', async () => {
      world.nowMs += 900_000
      const staff = await world.platform.as('staff')
      await staff.get('/devices/trial-11?facility=sunny')
      await staff.get('/facilities/sunny/board')
      await staff.get('/devices/trial-2?facility=sunny')
      const found = await world.newest(`&question=resident&resident=${world.resident}`)
      expect(found[0]).toMatchObject({ action: 'view.board', actor: { id: 'staff' } })
      expect(found[1]).toMatchObject({
        action: 'view.device',
        resident: world.resident,
        subject: { id: 'sunny.trial-11' },
      })
      expect(found.some(({ subject }) => subject.id === 'sunny.trial-2')).toBe(false)
      expect((await (await world.platform.as('auditor')).get('/audit?question=resident')).status).toBe(400)
    })
  })

  describe('refusals', () => {
    it('records failed sign-ins: of somebody known each time, of others without what they typed', async () => {
      const before = await world.last()
      const nobody = clientOf(() => world.platform.url, '')
      for (let n = 0; n < 2; n++) await nobody.post('/session', { user: 'staff', password: 'wrong' })
      for (const typed of ['my-password-by-mistake', 'another'])
        await nobody.post('/session', { user: typed, password: 'wrong' })
      const failed = await world.newest('&question=failed_sign_ins')
      const own = failed.filter(({ seq }) => seq > before)
      expect(own.map(({ subject }) => subject.id)).toEqual(['', 'staff', 'staff'])
      expect(own[0]).toMatchObject({
        actor: { kind: 'unknown', id: '' },
        result: 'refused',
        new: { code: 'wrong_credentials' },
      })
      expect(JSON.stringify(failed)).not.toContain('my-password')
    })

    it('records who asked for what is not theirs, so that its administrator sees it', async () => {
      await (await world.platform.as('staff-elsewhere')).get('/facilities/sunny/board')
      await (await world.platform.as('maker')).get('/audit')
      const seen = (await (await world.platform.as('admin')).get('/audit?question=refusals')).body
        .items as AuditEntryView[]
      expect(seen[0]).toMatchObject({
        action: 'call.board',
        actor: { id: 'staff-elsewhere' },
        result: 'refused',
        facility: 'sunny',
      })
      expect((await world.newest('&question=refusals&actor=maker'))[0]).toMatchObject({
        action: 'call.audit',
        new: { code: 'forbidden' },
      })
    })
  })

  describe('reading it', () => {
    it('shows an administrator the own facility and an auditor all', async () => {
      await (await world.platform.as('admin-elsewhere')).post('/rooms', {
        facility: 'cloudy',
        label: '903',
        unit: 'West',
      })
      const own = (await (await world.platform.as('admin')).get('/audit?limit=500')).body.items as AuditEntryView[]
      expect(own.length).toBeGreaterThan(20)
      expect(new Set(own.map(({ facility }) => facility))).toEqual(new Set(['sunny']))
      expect((await (await world.platform.as('admin')).get('/audit?facility=cloudy')).status).toBe(403)
      expect(new Set((await world.newest()).map(({ facility }) => facility))).toContain('cloudy')
    })

    it('pages without a gap, narrows by every parameter, and refuses times that do not exist', async () => {
      const auditor = await world.platform.as('auditor')
      const all = (await world.newest()).map(({ seq }) => seq)
      const paged: number[] = []
      for (let after: string | null = ''; after !== null; ) {
        const { body } = await auditor.get(
          `/audit?limit=7${after === '' ? `&to=${encodeURIComponent(new Date(world.nowMs + 1).toISOString())}` : `&after=${after}`}`,
        )
        paged.push(...body.items.map(({ seq }: AuditEntryView) => seq))
        after = body.next
      }
      expect(paged.filter(seq => all.includes(seq))).toEqual(all)
      for (const label of ['701', '702'])
        await (await world.platform.as('admin')).post('/rooms', { facility: 'sunny', label, unit: 'East' })
      const rooms = await world.newest('&actor=admin&action=room.create&result=done&subject_kind=room')
      expect(rooms.length).toBeGreaterThan(1)
      expect(rooms.every(({ action, actor }) => action === 'room.create' && actor.id === 'admin')).toBe(true)
      expect(await world.newest('&question=permissions&action=room.create')).toEqual([])
      expect((await auditor.get('/audit?from=2026-02-30T00:00:00Z')).status).toBe(400)
    })
  })
})
