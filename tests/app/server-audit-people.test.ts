// No write about places, people and trials goes unrecorded, and who somebody is stands in no entry that others can read.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEntryView } from '../../core/rest/audit.ts'
import type { Route } from '../../core/rest/route.ts'
import { routes } from '../../core/rest.ts'
import { type AuditWorld, type PEOPLE_WRITES, startAuditWorld } from '../server/audit-world.ts'
import { type Answer, DAY_MS, f } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

type Name = (typeof PEOPLE_WRITES)[number]
/** Planted: none of them may be read but by the facility's administrator, and by nobody after the erasure. */
const SECRETS = ['Planted Person', 'プラント', '1931-05-06', 'planted fall in the night', 'hospital']

describeWith(mosquitto, 'people in the audit trail', () => {
  let world: AuditWorld
  /** What earlier calls made, by the route that made it. */
  const made = new Map<Name, Answer['body']>()
  beforeAll(async () => {
    world = await startAuditWorld()
  })
  afterAll(() => world?.platform.stop())

  const at = (days: number) => new Date(world.nowMs + days * DAY_MS).toISOString()
  const day = (days: number) => at(days).slice(0, 10)
  const id = (name: Name): string => made.get(name).id
  const consent = async (): Promise<string> =>
    (await world.platform.registry.consents.of('sunny')).find(({ resident }) => resident === world.resident)?.id ?? ''
  const design = () => ({
    title: 'x',
    sponsor: 'x',
    legal_route: 'real_use_evaluation',
    device_types: ['bed.sleep_mat'],
    sites: ['sunny'],
    from: day(-5),
    to: day(60),
  })
  const event = () => ({
    facility: 'sunny',
    kind: 'adverse_event',
    resident: world.resident,
    device: 'trial-11',
    at: at(-1),
    severity: 'mild',
    serious: false,
    relation: 'causal',
    outcome: 'recovered',
    description: 'planted fall in the night',
  })
  const reference = () => ({
    facility: 'sunny',
    device: 'trial-11',
    metric: 'heart_rate',
    at: at(-1),
    value: 70,
    instrument: 'cuff',
  })
  const file = () => ({
    facility: 'sunny',
    kind: 'rooms',
    file: Buffer.from('unit,room\nEast,881\n').toString('base64'),
  })
  const self = () => `/residents/${world.resident}`

  const WRITES: Record<
    Name,
    {
      who?: string
      action: string
      call: () => { path: string; body?: unknown } | Promise<{ path: string; body?: unknown }>
    }
  > = {
    createUnit: {
      action: 'unit.create',
      call: () => ({ path: '/units', body: { facility: 'sunny', label: 'North' } }),
    },
    changeUnit: { action: 'unit.edit', call: () => ({ path: `/units/${id('createUnit')}`, body: { label: 'South' } }) },
    changeRoom: {
      action: 'room.edit',
      call: () => ({ path: `/rooms/${world.platform.rooms[2]}`, body: { label: '199' } }),
    },
    createBed: {
      action: 'bed.create',
      call: () => ({ path: '/beds', body: { facility: 'sunny', room: world.platform.rooms[2], label: 'A' } }),
    },
    changeBed: { action: 'bed.edit', call: () => ({ path: `/beds/${id('createBed')}`, body: { label: 'B' } }) },
    arrange: { action: 'facility.arrange', call: () => ({ path: '/facilities/sunny/layout', body: { units: [] } }) },
    previewImport: { action: 'call.preview_import', call: () => ({ path: '/imports/preview', body: file() }) },
    applyImport: { action: 'room.import', call: () => ({ path: '/imports', body: { ...file(), take: 'all' } }) },
    identifyResident: {
      action: 'resident.edit',
      call: () => ({
        path: `${self()}/identity`,
        body: { name: 'Planted Person', kana: 'プラント', birth_date: '1931-05-06' },
      }),
    },
    addCareLevel: {
      action: 'resident.care_level',
      call: () => ({ path: `${self()}/care-levels`, body: { level: 'care_3', from: day(-3) } }),
    },
    addStay: {
      action: 'resident.move',
      call: () => ({ path: `${self()}/stays`, body: { room: world.platform.rooms[2], from: at(-3) } }),
    },
    addAbsence: {
      action: 'absence.create',
      call: () => ({ path: `${self()}/absences`, body: { reason: 'hospital', from: at(-1) } }),
    },
    endAbsence: {
      action: 'absence.end',
      call: () => ({ path: `/absences/${id('addAbsence')}/end`, body: { at: at(-0.5) } }),
    },
    addCalibration: {
      action: 'device.calibration',
      call: () => ({
        path: '/devices/trial-11/calibrations',
        body: { facility: 'sunny', at: at(-1), laboratory: 'x', result: 'passed' },
      }),
    },
    createTrial: { who: 'maker', action: 'trial.create', call: () => ({ path: '/trials', body: design() }) },
    editTrial: {
      who: 'maker',
      action: 'trial.edit',
      call: () => ({
        path: `/trials/${id('createTrial')}`,
        body: { ...design(), title: 'y', version: made.get('createTrial').version },
      }),
    },
    addProtocol: {
      who: 'maker',
      action: 'trial.protocol',
      call: () => ({ path: `/trials/${id('createTrial')}/protocols`, body: { version: '1', sha256: 'a'.repeat(64) } }),
    },
    lockProtocol: {
      who: 'maker',
      action: 'trial.lock',
      call: () => ({ path: `/trials/${id('createTrial')}/lock`, body: { protocol: '1' } }),
    },
    enrol: {
      action: 'enrolment.create',
      call: async () => {
        await world.platform.registry.consents.create({
          facility: f('sunny'),
          resident: world.resident,
          purpose: 'trial_participation',
          fromMs: world.nowMs - 9 * DAY_MS,
        })
        return {
          path: `/trials/${id('createTrial')}/enrolments`,
          body: { facility: 'sunny', resident: world.resident, from: at(-1) },
        }
      },
    },
    addTrialEvent: {
      action: 'trial_event.create',
      call: () => ({ path: `/trials/${id('createTrial')}/events`, body: event() }),
    },
    correctTrialEvent: {
      action: 'trial_event.correct',
      call: () => ({
        path: `/trial-events/${id('addTrialEvent')}`,
        body: { ...event(), severity: 'moderate', version: 1, reason: 'seen again' },
      }),
    },
    addReference: {
      action: 'reference.create',
      call: () => ({ path: `/trials/${id('createTrial')}/reference-measurements`, body: reference() }),
    },
    correctReference: {
      action: 'reference.correct',
      call: () => ({
        path: `/reference-measurements/${id('addReference')}`,
        body: { ...reference(), value: 71, version: 1, reason: 'misread' },
      }),
    },
    endEnrolment: {
      action: 'enrolment.end',
      call: () => ({ path: `/enrolments/${id('enrol')}/end`, body: { at: at(0), reason: 'x' } }),
    },
    withdrawConsent: {
      action: 'consent.withdraw',
      call: async () => ({ path: `/consents/${await consent()}/withdraw`, body: {} }),
    },
    leaveResident: { action: 'resident.leave', call: () => ({ path: `${self()}/leave`, body: { at: at(0) } }) },
    eraseResident: {
      action: 'resident.erase',
      call: () => ({ path: `${self()}/erase`, body: { confirm: world.resident } }),
    },
  }

  it.each(Object.keys(WRITES) as Name[])('leaves an entry by whoever called %s', async name => {
    const { who = 'admin', action, call } = WRITES[name]
    const client = await world.platform.as(who)
    await world.platform.as('auditor')
    // Open until just before it ends.
    if (name === 'eraseResident') await personalIsOpen()
    const { path, body } = await call()
    const answer = await client.call('POST', path, body, { 'if-match': '*' })
    expect([name, answer.status, answer.body?.detail]).toEqual([name, (routes[name] as Route).status, undefined])
    made.set(name, answer.body)
    const own = (await world.newest(`&action=${action}`)).filter(
      ({ correlation }) => correlation === answer.headers.get('x-correlation-id'),
    )
    expect([name, own.map(({ actor }) => actor.id)]).toEqual([name, [who]])
  })

  async function personalIsOpen(): Promise<void> {
    const read = async (person: string) =>
      (await (await world.platform.as(person)).get(`/audit?resident=${world.resident}&limit=500`)).body
        .items as AuditEntryView[]
    const text = JSON.stringify(await read('admin'))
    for (const secret of SECRETS) expect(text).toContain(secret)
    const sealed = await read('auditor')
    expect(sealed.filter(({ personal }) => personal?.state === 'sealed').length).toBeGreaterThanOrEqual(5)
    for (const secret of SECRETS) expect(JSON.stringify(sealed)).not.toContain(secret)
  }

  describe('after the erasure', () => {
    it('nobody reads who it was, and the trail holds against a checkpoint from before', async () => {
      const admin = await world.platform.as('admin')
      const items = (await admin.get(`/audit?resident=${world.resident}&limit=500`)).body.items as AuditEntryView[]
      expect(items.filter(({ personal }) => personal?.state === 'erased').length).toBeGreaterThanOrEqual(5)
      const portions: string[] = []
      for await (const rows of world.platform.registry.audit.rows(0)) portions.push(JSON.stringify(rows))
      for (const secret of SECRETS) expect([...portions, JSON.stringify(items)].join('')).not.toContain(secret)
      expect((await (await world.platform.as('auditor')).get('/audit/verify')).body).toMatchObject({ ok: true })
    })

    it('a view of one resident, and of identities, is recorded', async () => {
      const admin = await world.platform.as('admin')
      const other = (await world.platform.registry.residents.list({ facilities: ['sunny'], limit: 1 }))[0]?.id ?? ''
      await admin.get(`/residents/${other}`)
      await admin.get('/resident-identities?facility=sunny')
      const [identities] = await world.newest('&action=view.identities')
      expect(identities).toMatchObject({ actor: { id: 'admin' }, subject: { kind: 'facility', id: 'sunny' } })
      expect((await world.newest(`&action=view.resident&resident=${other}`))[0]).toMatchObject({ resident: other })
    })
  })
})
