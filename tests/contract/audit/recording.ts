/** The audit trail's contract, first half: recorded with the change or not at all, and never changed. */
import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../core/audit/entry.ts'
import { DEMO } from '../registry/fixture.ts'
import type { AuditCase } from './case.ts'
import { entries } from './intruder.ts'
import { contextOf } from './world.ts'

export function auditRecordingContract(c: AuditCase): void {
  const facility = { id: DEMO, name: 'みなと苑', zone: 'Asia/Tokyo', benchOf: null }
  const lines = async () => (await entries(c.db)).map(({ action, subject }) => `${action} ${subject.id}`)

  describe('recording', () => {
    it('records a change with who, where from, what for, and what it was before', async () => {
      const { registry } = c.world
      await registry.audit.as(contextOf('admin'), () => registry.facilities.create(facility))
      const [entry] = await entries(c.db)
      expect(entry).toMatchObject({
        v: 1,
        seq: 0,
        actor: { kind: 'user', id: 'admin', role: 'facility_admin' },
        address: '192.0.2.7',
        purpose: 'administration',
        action: 'facility.create',
        result: 'done',
        subject: { kind: 'facility', id: DEMO },
        facility: DEMO,
        old: null,
        new: { name: 'みなと苑', zone: 'Asia/Tokyo', benchOf: null },
        prev: '0'.repeat(64),
      })
    })

    it('names the system when nobody asked', async () => {
      await c.world.registry.facilities.create(facility)
      expect((await entries(c.db))[0]?.actor).toEqual({ kind: 'system', id: 'platform', role: null })
    })

    it('leaves neither change nor entry when the change fails', async () => {
      await c.world.registry.facilities.create(facility)
      await expect(c.world.registry.facilities.create(facility)).rejects.toMatchObject({ code: 'conflict' })
      await expect(c.world.registry.residents.create('nowhere', 1)).rejects.toMatchObject({ code: 'not_found' })
      expect(await lines()).toEqual([`facility.create ${DEMO}`])
      expect(await c.verify()).toMatchObject({ ok: true, size: 1 })
    })

    it('leaves neither change nor entry when the entry cannot be written', async () => {
      await c.db.deleteFrom('audit_head').execute()
      await expect(c.world.registry.facilities.create(facility)).rejects.toThrow()
      expect(await c.world.registry.facilities.get(DEMO)).toBeNull()
    })

    it('keeps one unbroken chain when many write at once', async () => {
      await c.world.registry.facilities.create(facility)
      const { registry } = c.world
      await Promise.all(
        Array.from({ length: 30 }, (_, n) => registry.rooms.create({ facility: DEMO, label: `${n}`, unit: 'East' })),
      )
      expect(await lines()).toHaveLength(31)
      expect(await c.verify()).toMatchObject({ ok: true, size: 31 })
    })

    it('tells the end of the placement that a new one ended', async () => {
      const { registry } = c.world
      await registry.facilities.create(facility)
      const device = 'mat-1' as never
      await registry.devices.enrol(
        { facility: DEMO, id: device, profile: 'bed.sleep_mat' as never, maker: 'm', activeFromMs: 0 },
        1,
      )
      const placed = { facility: DEMO, device, room: null, resident: null, toMs: null }
      const first = await registry.placements.create({ ...placed, fromMs: 1_000 })
      await registry.placements.create({ ...placed, fromMs: 5_000 })
      const last = (await entries(c.db)).at(-1)
      expect(last?.old).toMatchObject({ placement: first.id, to: '1970-01-01T00:00:05.000Z' })
      const text = JSON.stringify(await entries(c.db))
      expect(text).not.toMatch(/password|argon2|secret/)
    })

    it('records a view once for each viewer, view, subject and 15 minutes, also after a restart', async () => {
      const { audit } = c.world.registry
      const view = (who: string, id: string) =>
        audit.as(contextOf(who), () => audit.recordView({ action: 'view.board', subject: { kind: 'facility', id } }))
      for (const who of ['a', 'a', 'b']) await view(who, DEMO)
      await view('a', 'other')
      expect(await lines()).toHaveLength(3)
      const again = await c.world.store.open(() => Date.UTC(2026, 10, 25, 0, 14, 59))
      await again.audit.as(contextOf('a'), () =>
        again.audit.recordView({ action: 'view.board', subject: { kind: 'facility', id: DEMO } }),
      )
      expect(await lines()).toHaveLength(3)
      await again.stop()
      const later = await c.world.store.open(() => Date.UTC(2026, 10, 25, 0, 15))
      await later.audit.as(contextOf('a'), () =>
        later.audit.recordView({ action: 'view.board', subject: { kind: 'facility', id: DEMO } }),
      )
      expect(await lines()).toHaveLength(4)
      await later.stop()
    })

    it('pages backwards through exactly what a filter asks for', async () => {
      await c.world.write(25)
      const { audit } = c.world.registry
      const first = await audit.page({ facilities: ['sunny'] }, { limit: 10 })
      const next = await audit.page({ facilities: ['sunny'] }, { limit: 30, before: first.at(-1)?.seq ?? 0 })
      expect([...first, ...next].map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, n) => 24 - n))
      expect(await audit.page({ facilities: ['cloudy'] }, { limit: 9 })).toEqual([])
      expect(await audit.page({ facilities: [] }, { limit: 9 })).toEqual([])
      expect(await audit.page({ actions: ['thing.'] }, { limit: 99 })).toHaveLength(25)
      expect(await audit.page({ actions: ['thing'] }, { limit: 99 })).toEqual([])
      expect(await audit.page({ actor: 'somebody', subject: { id: 'thing-3' } }, { limit: 9 })).toHaveLength(1)
    })
  })

  describe('personal values', () => {
    it('are nowhere in the database as text, are opened by the resident’s key, and end with it while the chain holds', async () => {
      const { audit, facilities, residents } = c.world.registry
      await facilities.create(facility)
      const named = (name: string) => ({
        name,
        kana: null,
        number: null,
        birthDate: null,
        sex: null,
        admittedOn: null,
        diagnosisGroup: null,
      })
      const written = { by: 'admin', nowMs: 1 }
      const { id } = await residents.create(DEMO, 1, { identity: named('Planted Before'), by: 'admin' })
      await residents.identify(id, named('Planted After'), written)
      const outside = await c.world.checkpoint()
      const edited = (await entries(c.db)).find(({ action }) => action === 'resident.edit') as AuditEntry
      expect(JSON.stringify(await c.db.selectFrom('audit_entries').selectAll().execute())).not.toContain('Planted')
      expect(await audit.openPersonal(edited)).toMatchObject({
        old: { name: 'Planted Before' },
        new: { name: 'Planted After' },
      })
      await residents.erase(id, written)
      expect(await audit.openPersonal(edited)).toBeNull()
      expect(await c.verify(outside)).toMatchObject({ ok: true, outside: { result: 'holds' } })
      expect(await lines()).toContain(`resident.erase ${id}`)
    })
  })

  it('refuses every change and every deletion by the database itself', async () => {
    await c.world.write(2)
    await c.world.checkpoint()
    await expect(c.db.updateTable('audit_entries').set({ actor: 'x' }).execute()).rejects.toThrow(/only ever added to/)
    await expect(c.db.deleteFrom('audit_entries').execute()).rejects.toThrow(/only ever added to/)
    await expect(c.db.updateTable('audit_nodes').set({ hash: 'x' }).execute()).rejects.toThrow(/only ever added to/)
    await expect(c.db.deleteFrom('audit_nodes').execute()).rejects.toThrow(/only ever added to/)
    await expect(c.db.updateTable('audit_checkpoints').set({ note: 'x' }).execute()).rejects.toThrow(
      /only ever added to/,
    )
    await expect(c.db.deleteFrom('audit_checkpoints').execute()).rejects.toThrow(/only ever added to/)
  })
}
