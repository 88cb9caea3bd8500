// Credentials, hubs, knocking devices and swaps over HTTP: who may, what is shown once, what ends when.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createKnocking, type Knocking } from '../../server/broker/knocking.ts'
import { d, f, type Platform, p, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

describeWith(mosquitto, 'credentials, knocks and swaps over HTTP', () => {
  let platform: Platform
  let nowMs = Date.now()
  const ended: string[] = []
  const knocking: Knocking = createKnocking(() => nowMs)
  beforeAll(async () => {
    platform = await startPlatform({
      clock: () => nowMs,
      settings: { mqttsPort: 8883 },
      embedded: { disconnect: (clientId, username) => void ended.push(`${clientId} ${username}`), knocking },
    })
    for (const id of ['mat-7', 'mat-8', 'hub-1'])
      await platform.registry.devices.enrol(
        { facility: f('sunny'), id: d(id), profile: p('bed.sleep_mat'), maker: 'mats', activeFromMs: nowMs },
        nowMs,
      )
  })
  afterAll(() => platform?.stop())
  beforeEach(() => void ended.splice(0))
  const works = (c: { client_id: string; username: string; password: string }) =>
    platform.registry.credentials.authenticate(c.client_id, c.username, c.password, nowMs)
  const admin = () => platform.as('admin')

  it('gives a new credential once, ends the earlier one at its time, and never shows a password again', async () => {
    const first = (await (await admin()).post('/devices/mat-7/credentials', {})).body
    expect(await works(first)).not.toBeNull()
    expect(ended).toEqual(['sunny.mat-7 sunny.mat-7'])
    const answer = await (await admin()).post('/devices/mat-7/credentials', { overlap_s: 60 })
    expect(answer.status).toBe(201)
    const second = answer.body
    expect(second).toMatchObject({
      facility: 'sunny',
      device: 'mat-7',
      client_id: 'sunny.mat-7',
      profile: 'bed.sleep_mat',
    })
    const { body } = await (await admin()).get('/devices/mat-7/credentials')
    expect(body.credentials.map((c: { state: string }) => c.state)).toEqual(['valid', 'ending', 'ended'])
    expect(JSON.stringify(body)).not.toContain(second.password)
    expect(body.broker).toEqual({ port: 8883, tls: true })
    expect([await works(first), await works(second)]).not.toContain(null)
    nowMs += 60_000
    expect(await works(first)).toBeNull()
    expect(await works(second)).not.toBeNull()
    await expect.poll(() => ended).toContain(`sunny.mat-7 ${first.username}`)
    expect(ended).not.toContain(`sunny.mat-7 ${second.username}`)
  })

  it.each(['2300-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '0099-01-01T00:00:00Z'])(
    'enrols nothing that is active from %s',
    async active_from => {
      const device = { facility: 'sunny', id: 'mat-when', profile: 'bed.sleep_mat', maker: 'mats', active_from }
      expect((await (await admin()).post('/devices', device)).status).toBe(400)
      expect(await platform.registry.devices.get('sunny', 'mat-when')).toBeNull()
    },
  )

  it('gives the same answer to the same Idempotency-Key, so that no second credential is made', async () => {
    const ask = async () =>
      (await admin()).post('/devices/mat-7/credentials', { overlap_s: 5 }, { 'idempotency-key': 'k1' })
    const [one, two] = [(await ask()).body, (await ask()).body]
    expect(two).toEqual(one)
  })

  it('revokes one credential or all of them, any number of times, and closes their connections', async () => {
    const credential = (await (await admin()).post('/devices/mat-8/credentials', { overlap_s: 600 })).body
    const revoke = async (body: object) => (await admin()).post('/devices/mat-8/credentials/revoke', body)
    expect((await revoke({ username: 'sunny.mat-8' })).body.credentials.map((c: { state: string }) => c.state)).toEqual(
      ['valid', 'ended'],
    )
    expect(await works(credential)).not.toBeNull()
    expect((await revoke({ username: 'sunny.mat-7' })).status).toBe(404)
    for (let times = 0; times < 2; times += 1) expect((await revoke({})).status).toBe(200)
    expect(ended).toContain(`sunny.mat-8 ${credential.username}`)
    expect(await works(credential)).toBeNull()
  })

  it('names the devices of a hub, tells each its hub, and refuses what is no device of the facility', async () => {
    const set = async (...devices: string[]) => (await admin()).post('/devices/hub-1/hub', { devices })
    expect((await set('mat-7', 'mat-8')).body).toMatchObject({ speaks_for: ['mat-7', 'mat-8'], hub: null })
    expect((await (await admin()).get('/devices/mat-7/credentials')).body.hub).toBe('hub-1')
    expect(ended).toContain('sunny.hub-1 sunny.hub-1')
    expect((await set('mat-9')).status).toBe(400)
    expect((await (await admin()).post('/devices/mat-1/hub', { devices: ['mat-7'] })).status).toBe(409)
    expect((await (await admin()).post('/devices/mat-7/hub', { devices: ['mat-1'] })).status).toBe(409)
    expect((await set()).body.speaks_for).toEqual([])
  })

  it('lets a maker keep the credentials of its bench and of nothing else', async () => {
    const maker = await platform.as('maker')
    expect((await maker.post('/devices/mat-b/credentials', {})).status).toBe(201)
    expect((await maker.get('/devices/mat-1/credentials')).status).toBe(403)
    expect((await maker.post('/devices/mat-1/credentials', {})).status).toBe(403)
    expect((await maker.post('/devices/lift-b/credentials', {})).status).toBe(404)
    expect((await (await platform.as('admin-elsewhere')).post('/devices/mat-1/credentials/revoke', {})).status).toBe(
      404,
    )
    expect((await (await platform.as('platform')).get('/devices/mat-1/credentials')).status).toBe(200)
  })

  it('lists who knocks to those who could enrol it, with what it claims and never what it knows', async () => {
    for (const id of ['sunny.mat-new', 'sunny.mat-new', 'sunny.mat-1', 'bench-mats.proto', 'ESP32-\u0007<b>']) {
      nowMs += 1
      knocking.note(id, id)
    }
    const seen = async (person: string, query = '') => (await (await platform.as(person)).get(`/knocks${query}`)).body
    const own = await seen('admin')
    expect(own.heard).toBe(true)
    expect(own.items).toEqual([
      expect.objectContaining({ client_id: 'sunny.mat-1', enrolled: true, count: 1 }),
      expect.objectContaining({ facility: 'sunny', device: 'mat-new', enrolled: false, count: 2 }),
    ])
    expect((await seen('maker')).items.map((k: { device: string }) => k.device)).toEqual(['proto'])
    expect((await seen('admin-elsewhere')).items).toEqual([])
    expect((await seen('platform')).items).toHaveLength(4)
    expect((await seen('platform')).items[0]).toMatchObject({ client_id: 'ESP32-·<b>', facility: null, device: null })
    expect((await (await platform.as('admin')).get('/knocks?facility=cloudy')).status).toBe(403)
  })

  it('swaps a device at night by a member of staff, and takes it back within a minute', async () => {
    const staff = await platform.as('staff')
    const swapped = await staff.post('/swaps', { facility: 'sunny', gone: 'mat-1', come: 'mat-7' })
    expect(swapped.status).toBe(201)
    expect(swapped.body).toMatchObject({ gone: 'mat-1', come: 'mat-7', room: { label: '101' }, undone: null })
    expect((await staff.get('/devices/mat-7')).body.room.label).toBe('101')
    expect((await staff.get('/devices/mat-1')).body.room).toBeNull()
    nowMs += 30_000
    expect((await (await platform.as('staff-elsewhere')).post(`/swaps/${swapped.body.id}/undo`)).status).toBe(404)
    expect((await staff.post(`/swaps/${swapped.body.id}/undo`)).body.undone).not.toBeNull()
    expect((await staff.get('/devices/mat-1')).body.room.label).toBe('101')
    expect((await staff.post(`/swaps/${swapped.body.id}/undo`)).status).toBe(409)
  })

  it('refuses a swap of two types, of what stands nowhere, of what stands elsewhere, and after a minute its undoing', async () => {
    const staff = await platform.as('staff')
    const swap = (gone: string, come: string) => staff.post('/swaps', { facility: 'sunny', gone, come })
    expect((await swap('mat-1', 'lift-1')).status).toBe(409)
    expect((await swap('mat-8', 'mat-7')).status).toBe(409)
    expect((await swap('mat-1', 'mat-2')).status).toBe(409)
    expect((await swap('mat-1', 'none')).status).toBe(400)
    nowMs += 1
    const { body } = await swap('mat-1', 'mat-8')
    nowMs += 60_001
    expect((await staff.post(`/swaps/${body.id}/undo`)).status).toBe(409)
  })
})
