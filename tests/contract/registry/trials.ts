/** Trials: the registry's contract for protocols, enrolments, and entries that are corrected by adding; and for the history of devices. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { MetricName } from '../../../core/ids.ts'
import { DEMO, deviceId, HOUR, MAT, OTHER, type RegistryFixture, T0 } from './fixture.ts'

const written = { by: 'admin', nowMs: T0 }
const design = {
  title: 'Mats at night',
  sponsor: 'Acme Korea',
  legalRoute: 'real_use_evaluation' as const,
  deviceTypes: [MAT],
  sites: [DEMO],
  fromDay: '2026-11-01',
  toDay: '2026-12-31',
}
const SHA = 'ab'.repeat(32)

export function trialsContract(f: RegistryFixture): void {
  const trial = () => f.registry.trials.create({ ...design, maker: 'acme' }, written)
  const lockedTrial = async () => {
    const { id } = await trial()
    await f.registry.trials.addProtocol(id, { version: '1.0', sha256: SHA }, written)
    return f.registry.trials.lockProtocol(id, '1.0', written)
  }
  const consenting = async () => {
    const { id } = await f.registry.residents.create(DEMO, T0)
    await f.registry.consents.create({ facility: DEMO, resident: id, purpose: 'trial_participation', fromMs: T0 })
    return id
  }

  describe('trials', () => {
    it('gives back what was planned, to its maker and to its sites', async () => {
      const made = await trial()
      expect(made).toMatchObject({
        ...design,
        maker: 'acme',
        version: 1,
        protocols: [],
        enrolled: 0,
        createdBy: 'admin',
      })
      expect(await f.registry.trials.get(made.id)).toEqual(made)
      expect(await f.registry.trials.list({ makers: ['acme'], limit: 9 })).toEqual([made])
      expect(await f.registry.trials.list({ facilities: [DEMO], limit: 9 })).toEqual([made])
      expect(await f.registry.trials.list({ limit: 9 })).toEqual([made])
      expect(await f.registry.trials.list({ makers: ['zeta'], limit: 9 })).toEqual([])
      expect(await f.registry.trials.list({ facilities: [OTHER], limit: 9 })).toEqual([])
      expect(await f.registry.trials.get('none')).toBeNull()
    })
    it('changes from the version that was read, and no more once a protocol is locked', async () => {
      const { id } = await trial()
      const changed = await f.registry.trials.change(id, 1, { ...design, sites: [DEMO, OTHER], title: 'x' })
      expect(changed).toMatchObject({ title: 'x', sites: [DEMO, OTHER], version: 2 })
      await expect(f.registry.trials.change(id, 1, design)).rejects.toMatchObject({ code: 'conflict' })
      await f.registry.trials.addProtocol(id, { version: '1.0', sha256: SHA }, written)
      await f.registry.trials.lockProtocol(id, '1.0', written)
      await expect(f.registry.trials.change(id, 2, design)).rejects.toMatchObject({ code: 'not_ready' })
    })
    it('locks each protocol once, the newest only, and takes an amendment after that', async () => {
      const { id } = await trial()
      await expect(f.registry.trials.lockProtocol(id, '1.0', written)).rejects.toMatchObject({ code: 'not_ready' })
      await f.registry.trials.addProtocol(id, { version: '1.0', sha256: SHA }, written)
      const second = () => f.registry.trials.addProtocol(id, { version: '2.0', sha256: SHA }, written)
      await expect(second()).rejects.toMatchObject({ code: 'conflict' })
      const locked = await f.registry.trials.lockProtocol(id, '1.0', { by: 'boss', nowMs: T0 + 1 })
      expect(locked.protocols).toEqual([
        { version: '1.0', sha256: SHA, recordedMs: T0, recordedBy: 'admin', lockedMs: T0 + 1, lockedBy: 'boss' },
      ])
      await expect(f.registry.trials.lockProtocol(id, '1.0', written)).rejects.toMatchObject({ code: 'conflict' })
      await second()
      await expect(f.registry.trials.lockProtocol(id, '1.0', written)).rejects.toMatchObject({ code: 'not_ready' })
      expect((await f.registry.trials.lockProtocol(id, '2.0', written)).protocols).toHaveLength(2)
    })
  })

  describe('enrolments', () => {
    it('wait for a locked protocol and for a consent in force, at a site, once each', async () => {
      const { id } = await trial()
      const resident = await consenting()
      const enrol = (who: string, facility = DEMO, fromMs = T0 + HOUR) =>
        f.registry.trials.enrol({ trial: id, facility, resident: who, fromMs }, written)
      await expect(enrol(resident)).rejects.toMatchObject({ code: 'not_ready' })
      await f.registry.trials.addProtocol(id, { version: '1.0', sha256: SHA }, written)
      await expect(enrol(resident)).rejects.toMatchObject({ code: 'not_ready' })
      await f.registry.trials.lockProtocol(id, '1.0', written)
      await expect(enrol(resident, DEMO, T0 - 1)).rejects.toMatchObject({ code: 'not_ready' })
      const nobody = (await f.registry.residents.create(DEMO, T0)).id
      await expect(enrol(nobody)).rejects.toMatchObject({ code: 'not_ready' })
      // Who lets the own data be evaluated has not said yes to taking part.
      const consent = { facility: DEMO, resident: nobody, fromMs: T0 }
      for (const purpose of ['device_evaluation', 'research'] as const)
        await f.registry.consents.create({ ...consent, purpose })
      await expect(enrol(nobody)).rejects.toMatchObject({ code: 'not_ready' })
      await expect(enrol(resident, OTHER)).rejects.toMatchObject({ code: 'bad_request' })
      const first = await enrol(resident)
      expect(first).toMatchObject({ number: 1, protocolVersion: '1.0', ended: null, resident })
      await expect(enrol(resident)).rejects.toMatchObject({ code: 'conflict' })
      expect((await enrol(await consenting())).number).toBe(2)
      expect((await f.registry.trials.get(id))?.enrolled).toBe(2)
      expect(await f.registry.trials.enrolmentsOf(resident)).toEqual([first])
      expect(await f.registry.trials.enrolments({ trial: id, facilities: [DEMO], limit: 9 })).toHaveLength(2)
      expect(await f.registry.trials.enrolments({ trial: id, facilities: [OTHER], limit: 9 })).toEqual([])
    })
    it('refuses a consent that was withdrawn, and stays listed after erasure', async () => {
      const { id } = await lockedTrial()
      const resident = await consenting()
      const enrolled = await f.registry.trials.enrol({ trial: id, facility: DEMO, resident, fromMs: T0 }, written)
      await f.registry.residents.erase(resident, written)
      expect(await f.registry.trials.enrolmentsOf(resident)).toEqual([enrolled])
      const again = await lockedTrial()
      const late = f.registry.trials.enrol({ trial: again.id, facility: DEMO, resident, fromMs: T0 }, written)
      await expect(late).rejects.toMatchObject({ code: 'not_ready' })
    })
    it('end once, by adding', async () => {
      const { id } = await lockedTrial()
      const enrolled = await f.registry.trials.enrol(
        { trial: id, facility: DEMO, resident: await consenting(), fromMs: T0 },
        written,
      )
      const ended = await f.registry.trials.endEnrolment(enrolled.id, T0 + HOUR, 'moved away', written)
      expect(ended).toEqual({
        ...enrolled,
        ended: { atMs: T0 + HOUR, reason: 'moved away', recordedMs: T0, recordedBy: 'admin' },
      })
      expect(await f.registry.trials.enrolment(enrolled.id)).toEqual(ended)
      const again = f.registry.trials.endEnrolment(enrolled.id, T0 + HOUR, 'x', written)
      await expect(again).rejects.toMatchObject({ code: 'conflict' })
    })
    it('are numbered without holes when several are enrolled at once', async () => {
      const { id } = await lockedTrial()
      const people = await Promise.all(Array.from({ length: 8 }, consenting))
      const enrolled = await Promise.all(
        people.map(resident => f.registry.trials.enrol({ trial: id, facility: DEMO, resident, fromMs: T0 }, written)),
      )
      expect(enrolled.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    })
  })

  describe('entries of a trial', () => {
    beforeEach(() => f.enrol('mat-1'))
    const event = {
      facility: DEMO,
      kind: 'adverse_event' as const,
      resident: null,
      device: deviceId('mat-1'),
      atMs: T0,
      severity: 'mild' as const,
      serious: false,
      relation: 'possible' as const,
      outcome: 'ongoing' as const,
      description: 'slipped at the bed',
    }

    it('are corrected by adding a version to the newest, with the reason; all versions stay', async () => {
      const { id: of } = await lockedTrial()
      const first = await f.registry.trialEvents.add({ ...event, trial: of }, written)
      expect(first).toMatchObject({ ...event, version: 1, correction: null, recordedBy: 'admin' })
      const better = { ...event, trial: of, severity: 'severe' as const, serious: true }
      const second = await f.registry.trialEvents.correct(first.id, 1, better, 'wrong severity', written)
      expect(second).toMatchObject({ id: first.id, version: 2, correction: 'wrong severity', serious: true })
      const stale = f.registry.trialEvents.correct(first.id, 1, better, 'x', written)
      await expect(stale).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.registry.trialEvents.correct('none', 1, better, 'x', written)).rejects.toMatchObject({
        code: 'not_found',
      })
      expect(await f.registry.trialEvents.history(first.id)).toEqual([first, second])
      expect(await f.registry.trialEvents.list({ trial: of, facilities: [DEMO], limit: 9 })).toEqual([second])
      expect(await f.registry.trialEvents.list({ trial: of, limit: 9 })).toEqual([second])
      expect(await f.registry.trialEvents.list({ trial: of, facilities: [OTHER], limit: 9 })).toEqual([])
    })
    it('let one of several corrections of a version through', async () => {
      const { id: of } = await lockedTrial()
      const { id } = await f.registry.trialEvents.add({ ...event, trial: of }, written)
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map(() => f.registry.trialEvents.correct(id, 1, { ...event, trial: of }, 'x', written)),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
    })
    it('seal words about a resident, which nobody reads after erasure, and stay listed', async () => {
      const { id: of } = await lockedTrial()
      const resident = (await f.registry.residents.create(DEMO, T0)).id
      const { id } = await f.registry.trialEvents.add({ ...event, trial: of, resident }, written)
      expect((await f.registry.trialEvents.history(id))[0]?.description).toBe('slipped at the bed')
      expect(await f.store.dump()).not.toContain('slipped at the bed')
      await f.registry.residents.erase(resident, written)
      expect(await f.registry.trialEvents.history(id)).toMatchObject([{ id, resident, description: null }])
    })
    it('not_found where the trial has no such site, or the facility no such device', async () => {
      const { id: of } = await lockedTrial()
      for (const wrong of [{ facility: OTHER }, { device: deviceId('none') }, { trial: 'none' }])
        await expect(f.registry.trialEvents.add({ ...event, trial: of, ...wrong }, written)).rejects.toMatchObject({
          code: 'not_found',
        })
    })
    it('pair a reference measurement with a device and a time', async () => {
      const { id: of } = await lockedTrial()
      const content = {
        trial: of,
        facility: DEMO,
        device: deviceId('mat-1'),
        metric: 'heart_rate' as MetricName,
        atMs: T0,
        value: 71.5,
        unit: '/min',
        instrument: 'ECG, serial 17',
      }
      const made = await f.registry.references.add(content, written)
      expect(made).toMatchObject({ ...content, version: 1 })
      const corrected = await f.registry.references.correct(made.id, 1, { ...content, value: 72 }, 'misread', written)
      expect(await f.registry.references.history(made.id)).toEqual([made, corrected])
      const state = await f.registry.references.add(
        { ...content, metric: 'bed_state' as MetricName, value: 'asleep' },
        written,
      )
      expect((await f.registry.references.list({ trial: of, limit: 9 })).map(({ value }) => value).toSorted()).toEqual(
        [corrected.value, state.value].toSorted(),
      )
    })
  })

  describe('history of a device', () => {
    beforeEach(() => f.enrol('mat-1'))

    it('notes a firmware when it changes, and nothing older than the last word', async () => {
      const saw = (firmware: string, at: number) => f.registry.deviceHistory.sawFirmware(DEMO, 'mat-1', firmware, at)
      expect(await saw('1.0', T0)).toBe(true)
      expect(await saw('1.0', T0 + 1)).toBe(false)
      expect(await saw('1.1', T0 + 2)).toBe(true)
      expect(await saw('1.0', T0 + 1)).toBe(false)
      expect(await saw('1.0', T0 + 3)).toBe(true)
      expect(await f.registry.deviceHistory.firmware(DEMO, 'mat-1')).toEqual([
        { firmware: '1.0', seenMs: T0 },
        { firmware: '1.1', seenMs: T0 + 2 },
        { firmware: '1.0', seenMs: T0 + 3 },
      ])
      await expect(f.registry.deviceHistory.sawFirmware(DEMO, 'none', '1', T0)).rejects.toMatchObject({
        code: 'not_found',
      })
    })
    it('keeps calibrations in order of time', async () => {
      const calibration = {
        facility: DEMO,
        device: deviceId('mat-1'),
        laboratory: 'KTL',
        certificate: 'C-1',
        result: 'passed' as const,
        dueDay: '2027-11-01',
        recordedMs: T0,
        recordedBy: 'admin',
      }
      const later = await f.registry.deviceHistory.addCalibration({ ...calibration, atMs: T0 + 1 })
      const earlier = await f.registry.deviceHistory.addCalibration({ ...calibration, atMs: T0 })
      expect(await f.registry.deviceHistory.calibrations(DEMO, 'mat-1')).toEqual([earlier, later])
    })
  })
}
