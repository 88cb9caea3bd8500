// People, places and trials through HTTP, as a facility's administrator, a maker and a steward use them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPasswords } from '../../server/auth/password.ts'
import { type Client, eventually, f, PASSWORD, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const HOUR_MS = 3_600_000
const at = (ms: number): string => new Date(ms).toISOString()

describeWith(mosquitto, 'registry through HTTP', () => {
  let platform: Platform
  let admin: Client
  let elsewhere: Client
  let maker: Client
  let steward: Client
  const now = Date.now()
  beforeAll(async () => {
    platform = await startPlatform()
    admin = await platform.as('admin')
    elsewhere = await platform.as('admin-elsewhere')
    maker = await platform.as('maker')
    steward = await platform.as('steward')
  })
  afterAll(() => platform?.stop())

  const identity = { name: '試験 一郎', kana: 'シケン イチロウ', birth_date: '1940-01-31', sex: 'male' }
  const resident = async (given: object | undefined = identity): Promise<string> => {
    const { status, body } = await admin.post('/residents', { facility: 'sunny', ...(given && { identity: given }) })
    expect(status).toBe(201)
    return body.id
  }

  describe('places', () => {
    it('renames, moves, orders and closes rooms, and boards follow', async () => {
      const { body: unit } = await admin.post('/units', { facility: 'sunny', label: 'North' })
      const { body: room } = await admin.post('/rooms', { facility: 'sunny', label: '301', unit: 'North' })
      expect(room).toMatchObject({ unit: 'North', unit_id: unit.id, closed: null })
      expect((await admin.post(`/rooms/${room.id}`, { label: '302' })).body).toMatchObject({ label: '302' })
      expect((await admin.post(`/rooms/${room.id}`, { label: '101', unit: 'East' })).status).toBe(409)
      expect((await elsewhere.post(`/rooms/${room.id}`, { label: '9' })).status).toBe(404)
      const boardLabels = async () =>
        (await admin.get('/facilities/sunny/board')).body.rooms.map(({ label }: { label: string }) => label)
      expect(await boardLabels()).toEqual(['101', '102', '103', '302'])
      const order = { units: [{ id: unit.id, rooms: [room.id] }] }
      expect((await admin.post('/facilities/sunny/layout', order)).body.items[0].label).toBe('302')
      expect(await boardLabels()).toEqual(['302', '101', '102', '103'])
      expect((await admin.post(`/rooms/${room.id}`, { closed: true })).body.closed).not.toBeNull()
      expect(await boardLabels()).toEqual(['101', '102', '103'])
      const listed = async (query: string) => (await admin.get(`/rooms?facility=sunny${query}`)).body.items.length
      expect([await listed(''), await listed('&closed=with')]).toEqual([3, 4])
      expect((await admin.post(`/rooms/${platform.rooms[0]}`, { closed: true })).status).toBe(409)
      expect((await admin.post(`/units/${unit.id}`, { label: 'Nord' })).body.label).toBe('Nord')
      expect((await admin.get('/units')).body.items.map((x: { label: string }) => x.label)).toEqual(['Nord', 'East'])
    })
    it('places a device at a bed of the room, and at no other', async () => {
      const [first, second] = platform.rooms
      const { body: bed } = await admin.post('/beds', { facility: 'sunny', room: first, label: 'A' })
      const placement = { facility: 'sunny', device: 'mat-1', bed: bed.id, from: at(now) }
      expect((await admin.post('/placements', { ...placement, room: second })).status).toBe(400)
      expect((await admin.post('/placements', { ...placement, room: first })).body).toMatchObject({ bed: bed.id })
      expect((await elsewhere.post(`/beds/${bed.id}`, { label: 'B' })).status).toBe(404)
      expect((await admin.post(`/beds/${bed.id}`, { closed: true })).status).toBe(409)
    })
  })

  it('takes nothing of another facility for one of its own', async () => {
    const [{ id: far }] = (await elsewhere.get('/rooms')).body.items
    const { body: stranger } = await elsewhere.post('/residents', { facility: 'cloudy' })
    const answers = [
      await admin.post('/beds', { facility: 'sunny', room: far, label: 'A' }),
      await admin.post('/placements', { facility: 'sunny', device: 'mat-1', room: far, from: at(now) }),
      await admin.post('/placements', { facility: 'sunny', device: 'mat-1', resident: stranger.id, from: at(now) }),
      await admin.post('/placements', { facility: 'sunny', device: 'mat-9', from: at(now) }),
      await admin.post('/consents', {
        ...{ facility: 'sunny', resident: stranger.id, purpose: 'trial_participation', from: at(now) },
      }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400])
  })

  describe('residents', () => {
    it('shows who somebody is to the own facility’s administrator alone, in no list but its own', async () => {
      const id = await resident()
      expect((await admin.get(`/residents/${id}`)).body.identity).toMatchObject(identity)
      expect((await elsewhere.get(`/residents/${id}`)).status).toBe(404)
      expect(JSON.stringify((await admin.get('/residents')).body)).not.toContain(identity.name)
      const { items } = (await admin.get('/resident-identities?facility=sunny')).body
      expect(items.find((x: { id: string }) => x.id === id).identity.name).toBe(identity.name)
      const read = await admin.get(`/residents/${id}`)
      const path = `/residents/${id}/identity`
      expect((await admin.post(path, identity)).body.code).toBe('precondition_required')
      const version = { 'if-match': read.headers.get('etag') ?? '' }
      const corrected = await admin.post(path, { ...identity, name: '試験 二郎' }, version)
      // Who had read what stood there before does not write over it.
      expect((await admin.post(path, identity, version)).body.code).toBe('precondition_failed')
      expect(corrected.body.identity.name).toBe('試験 二郎')
    })
    it('admits in one piece: who, care level and room, or nothing of it', async () => {
      const { body: bed } = await admin.post('/beds', { facility: 'sunny', room: platform.rooms[1], label: 'W' })
      const body = {
        facility: 'sunny',
        identity,
        care_level: { level: 'care_2', from: '2026-01-01' },
        stay: { room: platform.rooms[1], bed: bed.id, from: at(now - HOUR_MS) },
      }
      const { status, body: admitted } = await admin.post('/residents', body)
      expect([status, admitted]).toEqual([201, expect.objectContaining({ room: platform.rooms[1], bed: bed.id })])
      const { body: known } = await admin.get(`/residents/${admitted.id}`)
      expect(known).toMatchObject({ identity, care_levels: [{ level: 'care_2', by: 'admin' }] })
      const listed = async () => (await admin.get('/residents?limit=500')).body.items.length
      const before = await listed()
      expect((await admin.post('/residents', body)).status).toBe(409)
      expect((await admin.post('/residents', { ...body, stay: { ...body.stay, bed: 'none' } })).status).toBe(400)
      const { identity: _, ...nameless } = body
      expect((await admin.post('/residents', nameless)).status).toBe(400)
      expect(await listed()).toBe(before)
    })
    it('follows care levels, stays, absences and leaving', async () => {
      const id = await resident()
      const path = `/residents/${id}`
      expect((await admin.post(`${path}/care-levels`, { level: 'care_3', from: '2026-01-01' })).status).toBe(201)
      const stay = { room: platform.rooms[2], from: at(now - HOUR_MS) }
      expect((await admin.post(`${path}/stays`, stay)).status).toBe(201)
      expect((await admin.post(`${path}/stays`, { ...stay, room: 'none' })).status).toBe(400)
      const away = await admin.post(`${path}/absences`, { reason: 'hospital', from: at(now - 1000) })
      expect(away.body).toMatchObject({ resident: id, reason: 'hospital', to: null })
      expect((await admin.get(path)).body).toMatchObject({ room: platform.rooms[2], absent: true })
      expect((await elsewhere.post(`/absences/${away.body.id}/end`, { at: at(now) })).status).toBe(404)
      expect((await admin.post(`/absences/${away.body.id}/end`, { at: at(now - 10) })).status).toBe(200)
      expect((await admin.post(`${path}/leave`, { at: at(now) })).body).toMatchObject({ room: null, absent: false })
      expect((await admin.get(path)).body.care_levels).toMatchObject([{ level: 'care_3', by: 'admin' }])
    })
    it('erases for good when the number is repeated, and lists what stays', async () => {
      const id = await resident()
      const consent = { facility: 'sunny', resident: id, purpose: 'device_evaluation', from: at(now) }
      await admin.post('/consents', consent)
      expect((await admin.post(`/residents/${id}/erase`, { confirm: 'other' })).status).toBe(400)
      expect((await elsewhere.post(`/residents/${id}/erase`, { confirm: id })).status).toBe(404)
      const { body } = await admin.post(`/residents/${id}/erase`, { confirm: id })
      expect(body).toMatchObject({ identity: null, care_levels: [] })
      expect(body.erased).not.toBeNull()
      expect(body.consents[0].withdrawn).not.toBeNull()
      expect((await admin.post(`/residents/${id}/identity`, identity, { 'if-match': '*' })).status).toBe(409)
      expect((await admin.post('/consents', consent)).status).toBe(409)
    })
    it('records to whom and under which text somebody consented, and a withdrawal once', async () => {
      const consent = {
        facility: 'sunny',
        resident: await resident(),
        purpose: 'device_evaluation',
        recipient_country: 'KR',
        text_version: '2026-04',
        from: at(now),
      }
      const { body } = await admin.post('/consents', consent)
      expect(body).toMatchObject({ recipient_country: 'KR', text_version: '2026-04', to: null, withdrawn: null })
      expect((await admin.post('/consents', { ...consent, recipient_country: 'Korea' })).status).toBe(400)
      const path = `/consents/${body.id}/withdraw`
      expect((await elsewhere.post(path, {})).status).toBe(404)
      expect((await admin.post(path, { at: at(Date.now() + HOUR_MS) })).status).toBe(400)
      expect((await admin.post(path, {})).body).toMatchObject({ id: body.id, releases: [] })
      expect((await admin.post(path, {})).status).toBe(409)
    })
  })

  it('refuses texts that no database keeps and times that cannot be written, and goes on to list what is there', async () => {
    const id = await resident()
    for (const from of [
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59+14:00',
      '2026-02-30T00:00:00Z',
      '1899-12-31T23:59:59Z',
    ]) {
      const consent = { facility: 'sunny', resident: id, purpose: 'research', from }
      for (const [path, body] of [
        ['/consents', consent],
        [`/residents/${id}/stays`, { room: platform.rooms[0], from }],
        [`/residents/${id}/absences`, { reason: 'home', from }],
        ['/placements', { facility: 'sunny', device: 'mat-2', from }],
      ] as const)
        expect([from, path, (await admin.post(path, body)).status]).toEqual([from, path, 400])
    }
    expect((await admin.post('/rooms', { facility: 'sunny', label: 'a\0', unit: 'b' })).status).toBe(400)
    expect((await admin.get('/consents?after=%00')).status).toBe(400)
    for (const path of ['/consents', '/placements', '/residents', `/residents/${id}`, '/facilities/sunny/board'])
      expect((await admin.get(path)).status).toBe(200)
  })

  describe('trials', () => {
    const design = {
      title: '夜間の見守り',
      sponsor: 'Mats Korea',
      legal_route: 'real_use_evaluation',
      device_types: ['bed.sleep_mat'],
      sites: ['sunny'],
      from: '2026-11-01',
      to: '2099-12-31',
    }
    const planned = async (): Promise<string> => (await maker.post('/trials', design)).body.id
    const lockedTrial = async (): Promise<string> => {
      const id = await planned()
      await maker.post(`/trials/${id}/protocols`, { version: '1.0', sha256: 'ab'.repeat(32) })
      expect((await maker.post(`/trials/${id}/lock`, { protocol: '1.0' })).status).toBe(200)
      return id
    }

    it('are planned where the maker has devices, and seen by their maker, their sites and stewards', async () => {
      const id = await planned()
      expect((await maker.post('/trials', { ...design, sites: ['bench-mats'] })).status).toBe(400)
      expect((await maker.post('/trials', { ...design, sites: ['nowhere'] })).status).toBe(400)
      expect((await maker.post('/trials', { ...design, to: '2026-10-01' })).status).toBe(400)
      // Whether a facility exists is not told where it has no device.
      const stranger = await platform.as('maker-elsewhere')
      const [there, nowhere] = await Promise.all(
        ['cloudy', 'nowhere'].map(site => stranger.post('/trials', { ...design, sites: [site] })),
      )
      expect([there?.status, nowhere?.status]).toEqual([400, 400])
      expect(there?.body.detail.replace('cloudy', '')).toBe(nowhere?.body.detail.replace('nowhere', ''))
      for (const person of ['maker', 'steward', 'admin'])
        expect((await (await platform.as(person)).get(`/trials/${id}`)).body.title).toBe(design.title)
      for (const person of ['maker-elsewhere', 'admin-elsewhere']) {
        const client = await platform.as(person)
        expect((await client.get(`/trials/${id}`)).status).toBe(404)
        expect((await client.get('/trials')).body.items).toEqual([])
      }
      expect((await maker.post(`/trials/${id}`, { ...design, title: 'x', version: 1 })).body.version).toBe(2)
      expect((await maker.post(`/trials/${id}`, { ...design, version: 1 })).status).toBe(409)
    })
    it('enrol under a locked protocol, with consent; the maker learns no one and no small number', async () => {
      const id = await planned()
      const who = await resident()
      const enrolment = { facility: 'sunny', resident: who, from: at(now) }
      expect((await admin.post(`/trials/${id}/enrolments`, enrolment)).status).toBe(409)
      await maker.post(`/trials/${id}/protocols`, { version: '1.0', sha256: 'ab'.repeat(32) })
      await maker.post(`/trials/${id}/lock`, { protocol: '1.0' })
      expect((await maker.post(`/trials/${id}`, { ...design, version: 1 })).status).toBe(409)
      expect((await admin.post(`/trials/${id}/enrolments`, enrolment)).status).toBe(409)
      await admin.post('/consents', {
        facility: 'sunny',
        resident: who,
        purpose: 'trial_participation',
        from: at(now - HOUR_MS),
      })
      // Midnight is the facility's.
      for (const from of ['2026-10-31T14:59:59Z', '2099-12-31T15:00:00Z']) {
        const { status, body } = await admin.post(`/trials/${id}/enrolments`, { ...enrolment, from })
        expect([status, body.detail]).toEqual([400, expect.stringContaining('2026-11-01 to 2099-12-31')])
      }
      const { status, body } = await admin.post(`/trials/${id}/enrolments`, enrolment)
      expect([status, body.number]).toEqual([201, 1])
      expect((await maker.get(`/trials/${id}/enrolments`)).status).toBe(403)
      expect((await maker.get(`/trials/${id}`)).body.enrolled).toBeNull()
      expect((await steward.get(`/trials/${id}`)).body.enrolled).toBe(1)
      // Staff of the site know people by number and room; of other sites they know nothing.
      await admin.post(`/residents/${who}/stays`, { room: platform.rooms[1], from: at(now - 1000) })
      const staff = await platform.as('staff')
      expect((await staff.get('/trials')).body.items.map((x: { id: string }) => x.id)).toContain(id)
      const [listed] = (await staff.get(`/trials/${id}/enrolments`)).body.items
      expect(listed).toMatchObject({ number: 1, room: platform.rooms[1] })
      const stranger = await platform.as('staff-elsewhere')
      expect((await stranger.get('/trials')).body.items).toEqual([])
      for (const path of ['', '/enrolments']) expect((await stranger.get(`/trials/${id}${path}`)).status).toBe(404)
      expect((await elsewhere.post(`/enrolments/${body.id}/end`, { at: at(now), reason: 'x' })).status).toBe(404)
      const ended = await admin.post(`/enrolments/${body.id}/end`, { at: at(now + 1000), reason: 'moved away' })
      expect(ended.body.ended.reason).toBe('moved away')
      expect((await admin.get(`/residents/${who}`)).body.trials).toMatchObject([{ trial: id, number: 1 }])
    })
    it('tell maker and steward of events without resident, time, words; corrections are added', async () => {
      const id = await lockedTrial()
      const who = await resident()
      const event = {
        facility: 'sunny',
        kind: 'adverse_event',
        resident: who,
        device: 'mat-1',
        at: at(now - 77_000),
        severity: 'moderate',
        serious: false,
        relation: 'possible',
        outcome: 'ongoing',
        description: '試験 一郎 slipped',
      }
      const staff = await platform.as('staff')
      const { status, body } = await staff.post(`/trials/${id}/events`, event)
      expect([status, body.version]).toEqual([201, 1])
      const correction = { ...event, outcome: 'recovered', version: 1, reason: 'followed up' }
      expect((await admin.post(`/trial-events/${body.id}`, correction)).body).toMatchObject({ version: 2 })
      expect((await admin.post(`/trial-events/${body.id}`, correction)).status).toBe(409)
      expect((await elsewhere.get(`/trial-events/${body.id}`)).status).toBe(404)
      expect((await admin.get(`/trial-events/${body.id}`)).body.items).toHaveLength(2)
      await admin.post(`/trials/${id}/events`, { ...event, kind: 'device_deficiency', resident: null })
      for (const client of [maker, steward]) {
        const { items } = (await client.get(`/trials/${id}/event-summaries`)).body
        expect(items).toHaveLength(2)
        const text = JSON.stringify(items)
        for (const word of [who, '試験', 'slipped', at(now - 77_000).slice(0, 16)]) expect(text).not.toContain(word)
        const device = items.map((x: { kind: string; device: string | null }) => [x.kind, x.device])
        expect(Object.fromEntries(device)).toEqual({ adverse_event: null, device_deficiency: 'mat-1' })
        expect((await client.get(`/trials/${id}/events`)).status).toBe(403)
      }
      expect((await admin.post(`/trials/${id}/events`, { ...event, resident: null, device: null })).status).toBe(400)
    })

    it('are written down at their sites only, whichever facilities else somebody works in', async () => {
      const id = await lockedTrial()
      await platform.registry.users.create({
        ...{ user: 'of-both', passwordHash: await createPasswords().hash(PASSWORD), role: 'facility_admin' },
        ...{ facilities: [f('sunny'), f('cloudy')], maker: null, language: 'ja', createdMs: now },
      })
      const both = await platform.as('of-both')
      const event = {
        ...{ facility: 'cloudy', kind: 'device_deficiency', resident: null, device: 'mat-9', at: at(now) },
        ...{ severity: 'mild', serious: false, relation: 'causal', outcome: 'ongoing', description: 'x' },
      }
      expect((await both.post(`/trials/${id}/events`, event)).status).toBe(400)
      expect((await both.post(`/trials/${id}/events`, { ...event, facility: 'sunny', device: 'mat-1' })).status).toBe(
        201,
      )
    })
    it('pair reference measurements with what the device measures, in its unit', async () => {
      const id = await lockedTrial()
      const reference = {
        facility: 'sunny',
        device: 'mat-1',
        metric: 'heart_rate',
        at: at(now),
        value: 71,
        instrument: 'ECG 17',
      }
      const path = `/trials/${id}/reference-measurements`
      const { body } = await admin.post(path, reference)
      expect(body).toMatchObject({ value: 71, unit: '/min', version: 1 })
      for (const wrong of [{ metric: 'mood' }, { value: 'high' }, { device: 'none' }, { facility: 'cloudy' }])
        expect([400, 403]).toContain((await admin.post(path, { ...reference, ...wrong })).status)
      const corrected = { ...reference, value: 72, version: 1, reason: 'misread' }
      expect((await admin.post(`/reference-measurements/${body.id}`, corrected)).body.value).toBe(72)
      expect((await admin.get(path)).body.items).toMatchObject([{ value: 72, version: 2, correction: 'misread' }])
      const history = `/reference-measurements/${body.id}`
      expect((await admin.get(history)).body.items).toMatchObject([{ value: 71 }, { value: 72, correction: 'misread' }])
      expect((await elsewhere.get(history)).status).toBe(404)
      for (const client of [maker, steward]) expect((await client.get(history)).status).toBe(403)
    })
  })

  it('names a facility anew for the platform’s administrator alone; its id stays', async () => {
    const chief = await platform.as('platform')
    const named = await chief.post('/facilities/sunny', { name: 'Sunny House East' })
    expect(named.body).toMatchObject({ id: 'sunny', name: 'Sunny House East', zone: 'Asia/Tokyo' })
    expect((await admin.get('/facilities')).body.items).toMatchObject([{ name: 'Sunny House East' }])
    expect((await admin.post('/facilities/sunny', { name: 'x' })).status).toBe(403)
    expect((await chief.post('/facilities/nowhere', { name: 'x' })).status).toBe(404)
    expect((await chief.post('/facilities/sunny', { name: '  ' })).status).toBe(400)
  })

  describe('history of devices', () => {
    it('tells where one device stood', async () => {
      const path = '/placements?facility=sunny'
      const all = (await admin.get(path)).body.items as { id: string; device: string }[]
      const one = (await admin.get(`${path}&device=mat-2`)).body.items
      expect(one).toEqual(all.filter(({ device }) => device === 'mat-2'))
      expect(one.length).toBeGreaterThan(0)
    })
    it('notes firmware as it is heard, and gives the maker the day only', async () => {
      const heard = {
        id: 'mat-2',
        freshness: 'fresh',
        online: true,
        heard: now,
        fw: '1.4.2',
        battery: 80,
        rssi: -60,
        skew_ms: 0,
        newest: {},
      }
      await platform.publishLive('sunny', { full: true, devices: [heard as never] })
      const firmware = (client: Client) => client.get('/devices/mat-2/firmware').then(({ body }) => body.items)
      const seen = await eventually(async () => (await firmware(admin))[0])
      expect(seen.firmware).toBe('1.4.2')
      const [forMaker] = await firmware(maker)
      expect(forMaker).toMatchObject({ firmware: '1.4.2', seen: expect.stringContaining('T00:00:00.000') })
    })
    it('records calibrations by the administrator, or by the maker on its bench', async () => {
      const calibration = { at: at(now), laboratory: 'KTL', result: 'passed', due: '2027-11-01' }
      expect((await admin.post('/devices/mat-1/calibrations', calibration)).status).toBe(201)
      expect((await maker.post('/devices/mat-1/calibrations', { ...calibration, facility: 'sunny' })).status).toBe(403)
      expect((await maker.post('/devices/mat-b/calibrations', calibration)).status).toBe(201)
      expect((await maker.get('/devices/mat-1/calibrations')).body.items).toMatchObject([
        { laboratory: 'KTL', by: 'admin' },
      ])
    })
  })
})
