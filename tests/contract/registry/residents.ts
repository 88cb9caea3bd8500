/** Residents in full: the registry's contract for what is personal, for absences and stays, for erasure. */
import { describe, expect, it } from 'vitest'
import type { Identity } from '../../../core/registry-people.ts'
import { DEMO, deviceId, HOUR, OTHER, type RegistryFixture, T0, user } from './fixture.ts'

const IDENTITY: Identity = {
  name: '検査 花子',
  kana: 'ケンサ ハナコ',
  number: 'A-17',
  birthDate: '1938-04-02',
  sex: 'female',
  admittedOn: '2024-05-01',
  diagnosisGroup: 'dementia',
}
const written = { by: 'admin', nowMs: T0 }

export function residentsContract(f: RegistryFixture): void {
  const resident = async () => (await f.registry.residents.create(DEMO, T0, { identity: IDENTITY, by: 'admin' })).id
  const identity = async (id: string) => (await f.registry.residents.identities([id])).get(id)

  describe('identities', () => {
    it('gives back the newest version, and none for those who have none', async () => {
      const nobody = (await f.registry.residents.create(DEMO, T0)).id
      const id = await resident()
      expect(await f.registry.residents.identities([id, nobody, 'none'])).toEqual(new Map([[id, IDENTITY]]))
      await f.registry.residents.identify(id, { ...IDENTITY, kana: null }, written)
      await f.registry.residents.identify(nobody, { ...IDENTITY, name: '検査 太郎' }, written)
      expect(await identity(id)).toEqual({ ...IDENTITY, kana: null })
      expect((await identity(nobody))?.name).toBe('検査 太郎')
      const stranger = f.registry.residents.identify('none', IDENTITY, written)
      await expect(stranger).rejects.toMatchObject({ code: 'not_found' })
    })

    it('keeps no word of it readable in the database', async () => {
      const id = await resident()
      await f.registry.careLevels.add(id, 'care_3', '2026-01-01', written)
      const away = { facility: DEMO, resident: id, reason: 'hospital' as const, fromMs: T0, toMs: null }
      await f.registry.absences.add(away, written)
      const kept = await f.store.dump()
      for (const word of [IDENTITY.name, IDENTITY.kana, IDENTITY.number, IDENTITY.birthDate, 'care_3', 'hospital'])
        expect(kept).not.toContain(word)
      expect(kept).toContain(id)
    })

    it('opens nothing of one resident as another’s, nor for another use', async () => {
      const [a, b] = [await resident(), await resident()]
      const sealed = await f.registry.residents.seal(a, 'note', 'words')
      expect(await f.registry.residents.unseal(a, 'note', sealed)).toBe('words')
      expect(sealed).not.toBe(await f.registry.residents.seal(a, 'note', 'words'))
      for (const [whose, use] of [
        [b, 'note'],
        [a, 'other'],
      ] as const)
        await expect(f.registry.residents.unseal(whose, use, sealed)).rejects.toMatchObject({
          code: 'registry_unreadable',
        })
    })
  })

  describe('care levels, absences, stays', () => {
    it('keeps every care level, in order of days, the later written of one day last', async () => {
      const id = await resident()
      await f.registry.careLevels.add(id, 'care_2', '2026-06-01', written)
      await f.registry.careLevels.add(id, 'support_2', '2025-01-01', { by: 'admin', nowMs: T0 + 1 })
      await f.registry.careLevels.add(id, 'care_3', '2026-06-01', { by: 'admin', nowMs: T0 + 2 })
      const levels = await f.registry.careLevels.of(id)
      expect(levels.map(({ level, fromDay }) => [level, fromDay])).toEqual([
        ['support_2', '2025-01-01'],
        ['care_2', '2026-06-01'],
        ['care_3', '2026-06-01'],
      ])
    })

    it('lets nobody be away twice at one time, and ends an open absence once', async () => {
      const id = await resident()
      const away = { facility: DEMO, resident: id, reason: 'hospital' as const }
      const open = await f.registry.absences.add({ ...away, fromMs: T0, toMs: null }, written)
      const again = f.registry.absences.add({ ...away, fromMs: T0 + HOUR, toMs: T0 + 2 * HOUR }, written)
      await expect(again).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.registry.absences.end(open.id, T0)).rejects.toMatchObject({ code: 'bad_request' })
      const ended = await f.registry.absences.end(open.id, T0 + HOUR)
      expect(ended).toEqual({ ...open, toMs: T0 + HOUR, reason: 'hospital' })
      await expect(f.registry.absences.end(open.id, T0 + HOUR)).rejects.toMatchObject({ code: 'conflict' })
      await f.registry.absences.add({ ...away, fromMs: T0 + HOUR, toMs: T0 + 2 * HOUR }, written)
      expect(await f.registry.absences.of(id)).toHaveLength(2)
      const during = await f.registry.absences.during(DEMO, T0, T0 + HOUR)
      expect(during.map(({ fromMs, reason }) => [fromMs, reason])).toEqual([[T0, null]])
      expect(await f.registry.absences.during(OTHER, 0, T0 + 9 * HOUR)).toEqual([])
    })

    it('raises the registry version with an absence, which a gateway must know', async () => {
      const id = await resident()
      const before = await f.registry.registryVersion(DEMO)
      const open = await f.registry.absences.add(
        { facility: DEMO, resident: id, reason: null, fromMs: T0, toMs: null },
        written,
      )
      await f.registry.absences.end(open.id, T0 + 1)
      expect(await f.registry.registryVersion(DEMO)).toBe(before + 2)
    })

    it('ends a stay where the next begins, and gives a bed to one resident at a time', async () => {
      const [a, b] = [await resident(), await resident()]
      const room = (await f.registry.rooms.create({ facility: DEMO, label: '101', unit: 'A' })).id
      const bed = (await f.registry.beds.create({ facility: DEMO, room, label: '1' })).id
      const stay = { facility: DEMO, room, bed, fromMs: T0 }
      const first = await f.registry.stays.add({ ...stay, resident: a })
      await expect(f.registry.stays.add({ ...stay, resident: b })).rejects.toMatchObject({ code: 'conflict' })
      const shared = await f.registry.stays.add({ ...stay, resident: b, bed: null })
      const next = await f.registry.stays.add({ ...stay, resident: a, bed: null, fromMs: T0 + HOUR })
      expect(await f.registry.stays.of(a)).toEqual([{ ...first, toMs: T0 + HOUR }, next])
      await f.registry.stays.add({ ...stay, resident: b, fromMs: T0 + HOUR })
      const during = (await f.registry.stays.during(DEMO, T0, T0 + 1)).map(({ id }) => id)
      expect(during.toSorted()).toEqual([first.id, shared.id].toSorted())
      await expect(f.registry.rooms.change(room, { closedMs: T0 })).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.registry.beds.change(bed, { closedMs: T0 })).rejects.toMatchObject({ code: 'conflict' })
      const elsewhere = (await f.registry.rooms.create({ facility: OTHER, label: '1', unit: 'A' })).id
      const wrong = f.registry.stays.add({ ...stay, resident: a, room: elsewhere, bed: null, fromMs: T0 + 2 * HOUR })
      await expect(wrong).rejects.toMatchObject({ code: 'not_found' })
      expect((await f.registry.stays.of(a)).at(-1)).toEqual(next)
    })

    it('leaves the devices of a resident who left where they stand, for nobody', async () => {
      const id = await resident()
      const room = (await f.registry.rooms.create({ facility: DEMO, label: '101', unit: 'A' })).id
      await f.enrol('mat-1')
      await f.registry.placements.create({
        facility: DEMO,
        device: deviceId('mat-1'),
        room,
        resident: id,
        fromMs: T0,
        toMs: null,
      })
      await f.registry.stays.add({ facility: DEMO, resident: id, room, bed: null, fromMs: T0 })
      await expect(f.registry.residents.leave(id, T0)).rejects.toMatchObject({ code: 'conflict' })
      expect(await f.registry.residents.leave(id, T0 + HOUR)).toMatchObject({ leftMs: T0 + HOUR })
      await expect(f.registry.residents.leave(id, T0 + HOUR)).rejects.toMatchObject({ code: 'conflict' })
      const placements = await f.registry.placements.during(DEMO, 0, T0 + 9 * HOUR)
      expect(placements.map(p => [p.room, p.resident, p.fromMs, p.toMs])).toEqual([
        [room, id, T0, T0 + HOUR],
        [room, null, T0 + HOUR, null],
      ])
      expect((await f.registry.stays.of(id)).map(({ toMs }) => toMs)).toEqual([T0 + HOUR])
      const back = f.registry.stays.add({ facility: DEMO, resident: id, room, bed: null, fromMs: T0 + 2 * HOUR })
      await expect(back).rejects.toMatchObject({ code: 'conflict' })
    })
  })

  describe('consents in full', () => {
    const consent = { facility: DEMO, purpose: 'device_evaluation' as const, fromMs: T0 }

    it('keeps recipient, text, end and who recorded it; a withdrawal is added once and changes nothing else', async () => {
      const id = await resident()
      const given = {
        ...consent,
        resident: id,
        recipientCountry: 'KR',
        textVersion: '2026-1',
        toMs: T0 + 9 * HOUR,
        recordedMs: T0,
        recordedBy: 'admin',
      }
      const made = await f.registry.consents.create(given)
      expect(made).toMatchObject({ ...given, withdrawnMs: null })
      const withdrawn = await f.registry.consents.withdraw(made.id, T0 + HOUR, written)
      expect(withdrawn).toEqual({ ...made, withdrawnMs: T0 + HOUR })
      expect(await f.registry.consents.get(made.id)).toEqual(withdrawn)
      expect(await f.registry.consents.of(DEMO)).toEqual([withdrawn])
      await expect(f.registry.consents.withdraw(made.id, T0, written)).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.registry.consents.withdraw('none', T0, written)).rejects.toMatchObject({ code: 'not_found' })
      const backwards = f.registry.consents.create({ ...given, toMs: T0 })
      await expect(backwards).rejects.toMatchObject({ code: 'bad_request' })
    })

    it('lets one of several withdrawals through', async () => {
      const id = await resident()
      const made = await f.registry.consents.create({ ...consent, resident: id })
      const outcomes = await Promise.allSettled(
        [1, 2, 3, 4].map(n => f.registry.consents.withdraw(made.id, T0 + n, written)),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
    })
  })

  describe('a release', () => {
    it('either has somebody in it and is listed to who withdraws, or is not recorded', async () => {
      await f.registry.users.create(user('maker'))
      for (let n = 0; n < 8; n++) {
        const id = await resident()
        const { id: consent } = await f.registry.consents.create({
          facility: DEMO,
          resident: id,
          purpose: 'device_evaluation',
          fromMs: T0,
        })
        const [release, withdrawal] = await Promise.allSettled([
          f.release(`rel-${n}`, [id]),
          f.registry.consents.withdraw(consent, T0, written).then(() => f.registry.releases.ofResident(id)),
        ])
        const listed = withdrawal.status === 'fulfilled' ? withdrawal.value : []
        if (release.status === 'fulfilled') expect(listed).toEqual([release.value])
        else expect([release.reason.code, listed]).toEqual(['consent_withdrawn', []])
      }
    })
  })

  describe('erasure', () => {
    it('makes everything personal unreadable for good, and keeps what must stay listed', async () => {
      const [id, other] = [await resident(), await resident()]
      await f.registry.careLevels.add(id, 'care_3', '2026-01-01', written)
      const away = { facility: DEMO, resident: id, reason: 'hospital' as const, fromMs: T0, toMs: T0 + HOUR }
      const absence = await f.registry.absences.add(away, written)
      const note = await f.registry.residents.seal(id, 'note', 'words')
      const consent = { facility: DEMO, resident: id, purpose: 'device_evaluation' as const, fromMs: T0 }
      const { id: consentId } = await f.registry.consents.create(consent)
      await f.registry.consents.create({ ...consent, resident: other })
      await f.registry.users.create(user('maker'))
      const release = await f.release('rel-1', [id, other])

      const erased = await f.registry.residents.erase(id, { by: 'admin', nowMs: T0 + 5 })
      expect(erased).toMatchObject({ id, erasedMs: T0 + 5 })
      expect(await f.registry.residents.erase(id, { by: 'admin', nowMs: T0 + 6 })).toEqual(erased)
      expect(await identity(id)).toBeUndefined()
      expect(await identity(other)).toEqual(IDENTITY)
      expect(await f.registry.careLevels.of(id)).toEqual([])
      expect(await f.registry.absences.of(id)).toEqual([{ ...absence, reason: null }])
      expect(await f.registry.residents.unseal(id, 'note', note)).toBeNull()
      expect(await f.registry.consents.get(consentId)).toMatchObject({ withdrawnMs: T0 + 5 })
      expect(await f.registry.releases.ofResident(id)).toEqual([release])
      expect(await f.registry.residents.get(id)).toEqual(erased)

      for (const write of [
        () => f.registry.residents.identify(id, IDENTITY, written),
        () => f.registry.careLevels.add(id, 'care_1', '2026-02-01', written),
        () => f.registry.consents.create(consent),
        () => f.registry.residents.seal(id, 'note', 'words'),
        () => f.registry.absences.add({ ...away, fromMs: T0 + 5 * HOUR, toMs: null }, written),
      ])
        await expect(write()).rejects.toMatchObject({ code: 'not_ready' })
      await f.reopen()
      expect(await identity(id)).toBeUndefined()
    })

    it('leaves nothing in the database by which a copy of the ciphertext could be opened', async () => {
      const id = await resident()
      const wrapped = await f.store.wrappedKey(id)
      expect(await f.store.dump()).toContain(wrapped)
      await f.registry.residents.erase(id, written)
      expect(await f.store.dump()).not.toContain(wrapped)
    })
  })
}
