// What roles see of the same thing: the maker of a device, the people of its facility. Who may call what at all: tests/security/permissions.test.ts.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { playGateway } from '../server/fake-gateway.ts'
import { type Platform, startPlatform } from '../server/platform.ts'
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
    const list = (await maker.get('/devices')).body.items as object[]
    expect(list.length).toBeGreaterThan(0)
    for (const device of list) expect(device).not.toHaveProperty('newest')
  })

  it.each([`readings?metric=heart_rate&${range}`, `readings.csv?metric=heart_rate&${range}`, 'events?limit=1'])(
    'points a maker that asks for %s of its device in a facility to a dataset',
    async path => {
      const { status, body } = await (await platform.as('maker')).get(`/devices/mat-1/${path}`)
      expect(status).toBe(403)
      expect(body.detail).toContain('dataset')
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
})
