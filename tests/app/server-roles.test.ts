// Every route × every role, own and other: what the contract's table of roles allows, and nothing else.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { API_ROOT, type ROLES, type Route } from '../../core/rest/route.ts'
import { type GuardedRoute, rolesOf } from '../../core/rest/rules.ts'
import { type RouteName, routes } from '../../core/rest.ts'
import { playGateway } from '../server/fake-gateway.ts'
import { PEOPLE, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

describeWith(mosquitto, 'roles', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform()
    await playGateway(platform.broker, 'sunny')
  })
  afterAll(() => platform?.stop())

  const now = new Date().toISOString()
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
  const range = `from=${encodeURIComponent(hourAgo)}&to=${encodeURIComponent(now)}`
  const request = {
    purpose: 'evaluation',
    product: 'P0',
    scope: { facility: 'sunny', device_types: ['bed.sleep_mat'], from: '2026-01-01', to: '2026-01-02' },
  }

  const file = { facility: 'sunny', kind: 'rooms', file: Buffer.from('x').toString('base64') }
  const design = {
    title: 'x',
    sponsor: 'x',
    legal_route: 'real_use_evaluation',
    device_types: ['bed.sleep_mat'],
    sites: ['sunny'],
    from: '2026-01-01',
    to: '2026-12-31',
  }
  const event = {
    facility: 'sunny',
    kind: 'device_deficiency',
    device: 'mat-1',
    at: now,
    severity: 'mild',
    serious: false,
    relation: 'causal',
    outcome: 'device_replaced',
    description: 'x',
  }
  const reference = { facility: 'sunny', device: 'mat-1', metric: 'heart_rate', at: now, value: 70, instrument: 'x' }

  /** A call of each route on something of `sunny` or of the maker `mats`. */
  const CALLS: Record<RouteName, { path: string; body?: unknown }> = {
    signIn: { path: '/session', body: { user: 'nobody', password: 'wrong' } },
    setup: { path: '/setup', body: { code: 'x', user: 'someone', password: 'long enough 1' } },
    signOut: { path: '/session' },
    me: { path: '/me' },
    editMe: { path: '/me', body: { language: 'ja' } },
    changePassword: { path: '/me/password', body: { current: 'not this one', next: 'another one entirely' } },
    mySessions: { path: '/me/sessions' },
    endMySession: { path: '/me/sessions/00000000000000000000' },
    endMyOtherSessions: { path: '/me/sessions' },
    myTokens: { path: '/me/tokens' },
    createMyToken: { path: '/me/tokens', body: { name: 'script', scopes: [], days: 1 } },
    revokeMyToken: { path: '/me/tokens/none' },
    acceptInvitation: { path: '/invitations/accept', body: { code: 'x', password: 'another one entirely' } },
    setupState: { path: '/setup' },
    board: { path: '/facilities/sunny/board' },
    facilities: { path: '/facilities' },
    createFacility: { path: '/facilities', body: { id: 'sunny', name: 'again', zone: 'Asia/Tokyo' } },
    renameFacility: { path: '/facilities/sunny', body: { name: 'Sunny House' } },
    devices: { path: '/devices?facility=sunny' },
    device: { path: '/devices/mat-1?facility=sunny' },
    createDevice: {
      path: '/devices',
      body: { facility: 'sunny', id: 'mat-1', profile: 'bed.sleep_mat', maker: 'mats' },
    },
    deviceAccess: { path: '/devices/mat-1/credentials?facility=sunny' },
    rotateCredential: { path: '/devices/mat-1/credentials?facility=sunny', body: { overlap_s: 60 } },
    revokeCredentials: { path: '/devices/mat-1/credentials/revoke?facility=sunny', body: { username: 'none' } },
    setHub: { path: '/devices/mat-1/hub?facility=sunny', body: { devices: [] } },
    knocks: { path: '/knocks?facility=sunny' },
    createSwap: { path: '/swaps', body: { facility: 'sunny', gone: 'mat-1', come: 'lift-1' } },
    undoSwap: { path: '/swaps/none/undo' },
    readings: { path: `/devices/mat-1/readings?facility=sunny&metric=heart_rate&${range}` },
    readingsCsv: { path: `/devices/mat-1/readings.csv?facility=sunny&metric=heart_rate&${range}` },
    deviceEvents: { path: '/devices/mat-1/events?facility=sunny' },
    deviceTypes: { path: '/device-types' },
    rooms: { path: '/rooms?facility=sunny' },
    createRoom: { path: '/rooms', body: { facility: 'sunny', label: '1', unit: 'Roles' } },
    residents: { path: '/residents?facility=sunny' },
    createResident: { path: '/residents', body: { facility: 'sunny' } },
    placements: { path: '/placements?facility=sunny' },
    createPlacement: { path: '/placements', body: { facility: 'sunny', device: 'none', from: now } },
    consents: { path: '/consents?facility=sunny' },
    createConsent: {
      path: '/consents',
      body: { facility: 'sunny', resident: 'none', purpose: 'device_evaluation', from: now },
    },
    previewImport: { path: '/imports/preview', body: file },
    applyImport: { path: '/imports', body: { ...file, take: 'all' } },
    withdrawConsent: { path: '/consents/none/withdraw', body: {} },
    changeRoom: { path: '/rooms/none', body: {} },
    units: { path: '/units?facility=sunny' },
    createUnit: { path: '/units', body: { facility: 'sunny', label: 'Roles too' } },
    changeUnit: { path: '/units/none', body: { label: 'x' } },
    beds: { path: '/beds?facility=sunny' },
    createBed: { path: '/beds', body: { facility: 'sunny', room: 'none', label: 'A' } },
    changeBed: { path: '/beds/none', body: {} },
    arrange: { path: '/facilities/sunny/layout', body: { units: [] } },
    residentIdentities: { path: '/resident-identities?facility=sunny' },
    resident: { path: '/residents/none' },
    identifyResident: { path: '/residents/none/identity', body: { name: 'x' } },
    addCareLevel: { path: '/residents/none/care-levels', body: { level: 'care_1', from: '2026-01-01' } },
    addAbsence: { path: '/residents/none/absences', body: { reason: 'home', from: now } },
    endAbsence: { path: '/absences/none/end', body: { at: now } },
    addStay: { path: '/residents/none/stays', body: { room: 'none', from: now } },
    leaveResident: { path: '/residents/none/leave', body: { at: now } },
    eraseResident: { path: '/residents/none/erase', body: { confirm: 'none' } },
    deviceFirmware: { path: '/devices/mat-1/firmware?facility=sunny' },
    calibrations: { path: '/devices/mat-1/calibrations?facility=sunny' },
    addCalibration: {
      path: '/devices/mat-1/calibrations',
      body: { facility: 'sunny', at: now, laboratory: 'x', result: 'passed' },
    },
    trials: { path: '/trials' },
    trial: { path: '/trials/none' },
    createTrial: { path: '/trials', body: design },
    editTrial: { path: '/trials/none', body: { ...design, version: 1 } },
    addProtocol: { path: '/trials/none/protocols', body: { version: '1', sha256: 'a'.repeat(64) } },
    lockProtocol: { path: '/trials/none/lock', body: { protocol: '1' } },
    enrolments: { path: '/trials/none/enrolments' },
    enrol: { path: '/trials/none/enrolments', body: { facility: 'sunny', resident: 'none', from: now } },
    endEnrolment: { path: '/enrolments/none/end', body: { at: now, reason: 'x' } },
    trialEvents: { path: '/trials/none/events' },
    trialEventSummaries: { path: '/trials/none/event-summaries' },
    addTrialEvent: { path: '/trials/none/events', body: event },
    trialEventHistory: { path: '/trial-events/none' },
    correctTrialEvent: { path: '/trial-events/none', body: { ...event, version: 1, reason: 'x' } },
    references: { path: '/trials/none/reference-measurements' },
    addReference: { path: '/trials/none/reference-measurements', body: reference },
    referenceHistory: { path: '/reference-measurements/none' },
    correctReference: { path: '/reference-measurements/none', body: { ...reference, version: 1, reason: 'x' } },
    users: { path: '/users' },
    createUser: {
      path: '/users',
      body: { user: 'staff', password: 'long enough 1', role: 'staff', facilities: ['sunny'] },
    },
    user: { path: '/users/staff' },
    editUser: { path: '/users/staff', body: {} },
    inviteUser: { path: '/users/nobody/invitation' },
    endUserSessions: { path: '/users/nobody/sessions' },
    retention: { path: '/retention?facility=sunny' },
    setRetention: { path: '/facilities/sunny/retention', body: { days: null } },
    previewRetention: { path: '/facilities/sunny/retention/preview?days=400' },
    runRetention: { path: '/facilities/sunny/retention/run' },
    cancelRetention: { path: '/facilities/sunny/retention/cancel' },
    ledger: { path: '/ledger?facility=sunny' },
    ledgerDevices: { path: '/ledger/devices?facility=sunny' },
    rejections: { path: '/rejections?facility=sunny' },
    rejectionCounts: { path: '/rejections/counts?facility=sunny' },
    conflicts: { path: '/conflicts?facility=sunny' },
    deadLetters: { path: '/dead-letters?facility=sunny' },
    replayDeadLetters: { path: '/dead-letters/replay', body: { facility: 'sunny' } },
    datasetRequests: { path: '/dataset-requests' },
    datasetRequest: { path: '/dataset-requests/none' },
    createDatasetRequest: { path: '/dataset-requests', body: request },
    editDatasetRequest: { path: '/dataset-requests/none', body: request },
    submitDatasetRequest: { path: '/dataset-requests/none/submit' },
    reviewDatasetRequest: { path: '/dataset-requests/none/review', body: { decision: 'approve' } },
    returnDatasetRequest: { path: '/dataset-requests/none/return', body: { reason: 'x' } },
    withdrawDatasetRequest: { path: '/dataset-requests/none/withdraw' },
    dataset: { path: '/datasets/none' },
    datasetFile: { path: '/datasets/none/files/a.zip?expires=1&token=x' },
    audit: { path: '/audit?facility=sunny' },
    auditVerify: { path: '/audit/verify' },
    auditCheckpoint: { path: '/audit/checkpoint' },
    auditKey: { path: '/audit/key' },
    auditConsistency: { path: '/audit/consistency?from=0&to=0' },
    auditProof: { path: '/audit/entries/0/proof' },
    auditExport: { path: '/audit/export' },
  }
  const SKIPPED: readonly RouteName[] = ['signIn', 'signOut', 'setup', 'setupState', 'acceptInvitation', 'datasetFile']
  const named = Object.entries(routes) as [RouteName, Route][]

  it('answers 401 on every route that needs a session when nobody is signed in', async () => {
    const nobody = await platform.as(null)
    for (const [name, { method, open }] of named) {
      if (open) continue
      const { path, body } = CALLS[name]
      expect([name, (await nobody.call(method.toUpperCase(), path, body)).status]).toEqual([name, 401])
    }
  })

  it.each(Object.keys(PEOPLE))('lets %s call exactly the routes of its role', async person => {
    const client = await platform.as(person)
    const role = PEOPLE[person]?.role as (typeof ROLES)[number]
    for (const [name, { method, open }] of named) {
      if (open || SKIPPED.includes(name)) continue
      const { path, body } = CALLS[name]
      const { status, body: answer } = await client.call(method.toUpperCase(), path, body)
      const refused = status === 403 && String(answer.detail).startsWith('This is for')
      expect([name, refused]).toEqual([name, !rolesOf(name as GuardedRoute).includes(role)])
      expect([name, status < 500 && status !== 401]).toEqual([name, true])
    }
  })

  /** What each route tells those of its roles who are not of `sunny`, `mats`. Absent: it lists only what is their own. */
  const ELSEWHERE: Partial<Record<RouteName, number>> = {
    board: 403,
    devices: 403,
    device: 404,
    createDevice: 403,
    deviceAccess: 404,
    rotateCredential: 404,
    revokeCredentials: 404,
    setHub: 404,
    knocks: 403,
    createSwap: 403,
    undoSwap: 404,
    readings: 404,
    readingsCsv: 404,
    deviceEvents: 404,
    rooms: 403,
    createRoom: 403,
    residents: 403,
    createResident: 403,
    placements: 403,
    createPlacement: 403,
    consents: 403,
    createConsent: 403,
    previewImport: 403,
    applyImport: 403,
    units: 403,
    createUnit: 403,
    beds: 403,
    createBed: 403,
    arrange: 403,
    residentIdentities: 403,
    deviceFirmware: 404,
    calibrations: 404,
    addCalibration: 404,
    createUser: 403,
    user: 404,
    inviteUser: 404,
    endUserSessions: 404,
    ledger: 403,
    ledgerDevices: 403,
    rejections: 403,
    rejectionCounts: 403,
    conflicts: 403,
    deadLetters: 403,
    replayDeadLetters: 403,
    audit: 403,
    retention: 403,
    setRetention: 403,
    previewRetention: 403,
    runRetention: 403,
    cancelRetention: 403,
  }
  it.each(['staff-elsewhere', 'display-elsewhere', 'admin-elsewhere'])(
    'shows %s nothing of another facility',
    async person => {
      const client = await platform.as(person)
      const role = PEOPLE[person]?.role as (typeof ROLES)[number]
      for (const [name, { method }] of named) {
        const expected = ELSEWHERE[name]
        if (!expected || !rolesOf(name as GuardedRoute).includes(role)) continue
        const { path, body } = CALLS[name]
        // A device is not there, whether its facility is named or not.
        const unnamed = path.replace('facility=sunny&', '').replace('?facility=sunny', '')
        for (const asked of expected === 404 ? [path, unnamed] : [path])
          expect([name, (await client.call(method.toUpperCase(), asked, body)).status]).toEqual([name, expected])
      }
    },
  )

  it('shows a maker technical state only of its own device in a facility, and no moment', async () => {
    const heard = Date.UTC(2026, 10, 23, 3, 30, 12)
    const live = {
      id: 'mat-1',
      freshness: 'fresh',
      online: true,
      heard,
      fw: '1.2',
      battery: 80,
      rssi: -60,
      skew_ms: 0,
      newest: { heart_rate: { v: 71, at: heard, since: heard } },
    }
    await platform.publishLive('sunny', { full: true, devices: [live as never] })
    const staff = await platform.as('staff')
    await expect.poll(async () => (await staff.get('/devices/mat-1')).body.newest?.heart_rate?.value).toBe(71)
    const maker = await platform.as('maker')
    const { body } = await maker.get('/devices/mat-1')
    expect(body).toMatchObject({
      fw: '1.2',
      battery: 80,
      online: true,
      room: null,
      rssi: null,
      heard: '2026-11-23T00:00:00.000+09:00',
    })
    expect(body.newest).toBeUndefined()
    expect(JSON.stringify(await maker.get('/devices'))).not.toContain('71')
  })

  it.each(['readings', 'readingsCsv', 'deviceEvents'] as const)(
    'refuses a maker %s of its device in a facility, by any way of asking',
    async name => {
      const maker = await platform.as('maker')
      for (const path of [
        CALLS[name].path,
        CALLS[name].path.replace('facility=sunny&', '').replace('?facility=sunny', ''),
      ]) {
        const { status, body } = await maker.get(path)
        expect(status).toBe(403)
        expect(body.detail).toContain('dataset')
      }
    },
  )

  it('shows a maker the readings of its own bench and nothing of another', async () => {
    expect((await (await platform.as('maker')).get(`/devices/mat-b/readings?metric=heart_rate&${range}`)).status).toBe(
      200,
    )
    expect(
      (await (await platform.as('maker-elsewhere')).get(`/devices/mat-b/readings?metric=heart_rate&${range}`)).status,
    ).toBe(404)
    expect((await (await platform.as('maker-elsewhere')).get('/devices/mat-1')).status).toBe(404)
  })

  it('lets a maker enrol on its own bench only', async () => {
    const maker = await platform.as('maker')
    const device = { id: 'mat-new', profile: 'bed.sleep_mat', maker: 'mats' }
    expect((await maker.post('/devices', { ...device, facility: 'sunny' })).status).toBe(403)
    expect((await maker.post('/devices', { ...device, facility: 'bench-lifts' })).status).toBe(403)
    expect((await maker.post('/devices', { ...device, facility: 'bench-mats', maker: 'lifts' })).status).toBe(400)
    expect((await maker.post('/devices', { ...device, facility: 'bench-mats' })).status).toBe(201)
  })

  it('lists to each only the own facilities', async () => {
    const names = async (person: string) =>
      (await (await platform.as(person)).get('/facilities')).body.items.map((x: { id: string }) => x.id)
    expect(await names('staff')).toEqual(['sunny'])
    expect(await names('maker')).toEqual(['bench-mats', 'cloudy', 'sunny'])
    expect(await names('maker-elsewhere')).toEqual(['bench-lifts', 'sunny'])
    expect(await names('platform')).toHaveLength(4)
  })

  it("lets a facility's administrator make people of the own facility only", async () => {
    const admin = await platform.as('admin')
    const user = { password: 'long enough 1', facilities: ['sunny'], role: 'staff' }
    expect((await admin.post('/users', { ...user, user: 'new-staff' })).status).toBe(201)
    expect((await admin.post('/users', { ...user, user: 'x1', role: 'steward', facilities: [] })).status).toBe(403)
    expect((await admin.post('/users', { ...user, user: 'x2', facilities: ['sunny', 'cloudy'] })).status).toBe(403)
    const { items } = (await admin.get('/users')).body
    expect(items.map((x: { user: string }) => x.user)).toEqual(['admin', 'display', 'new-staff', 'staff'])
    expect(JSON.stringify(items)).not.toContain('argon2')
  })

  it('knows a call for every route under the API', () => {
    expect(Object.keys(CALLS).toSorted()).toEqual(Object.keys(routes).toSorted())
    expect(API_ROOT).toBe('/api/v1')
  })
})
