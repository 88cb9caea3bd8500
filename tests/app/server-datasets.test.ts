// A dataset's way over HTTP: drafted, submitted, reviewed by two, built by the real export process, downloaded; and every way it must not go.
import { createHash } from 'node:crypto'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Problem } from '../../core/errors.ts'
import { type StoredRow, storeKey } from '../../core/readings.ts'
import type { DatasetJob } from '../../core/rest/datasets.ts'
import { DAY_MS, d, eventually, f, type Platform, p, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const PEOPLE_COUNT = 13

describeWith(mosquitto, 'dataset requests', () => {
  let platform: Platform
  let publicKey = ''
  let nowMs = Date.now()
  const startMs = Date.UTC(2026, 10, 9, 15)
  beforeAll(async () => {
    platform = await startPlatform({ clock: () => nowMs })
    publicKey = platform.publicKey
    await furnishTrial(platform, startMs)
  })
  afterAll(() => platform?.stop())

  const scope = { facility: 'sunny', device_types: ['bed.sleep_mat'], from: '2026-11-10', to: '2026-11-11' }
  const draft = { purpose: 'Accuracy of the mat at night', product: 'P0', scope }
  const drafted = async (changes: object = {}): Promise<string> =>
    (await (await platform.as('maker')).post('/dataset-requests', { ...draft, scope: { ...scope, ...changes } })).body
      .id
  const submitted = async (): Promise<string> => {
    const id = await drafted()
    expect((await (await platform.as('maker')).post(`/dataset-requests/${id}/submit`)).status).toBe(200)
    return id
  }

  it('builds, signs and hands out what two stewards approved', async () => {
    const maker = await platform.as('maker')
    const socket = io(`${platform.url}/live`, { transports: ['websocket'], extraHeaders: { cookie: maker.cookie } })
    const jobs: DatasetJob[] = []
    socket.on('job', job => jobs.push(job))
    const id = await submitted()
    expect((await maker.get(`/dataset-requests/${id}`)).body).toMatchObject({
      state: 'submitted',
      turn: 'steward',
      job: null,
      dataset: null,
    })

    const approve = { decision: 'approve' }
    const first = await (await platform.as('steward')).post(`/dataset-requests/${id}/review`, approve)
    expect(first.body).toMatchObject({ state: 'submitted', reviews: [{ by: 'steward', decision: 'approve' }] })
    const again = await (await platform.as('steward')).post(`/dataset-requests/${id}/review`, approve)
    expect([again.status, again.body.code]).toEqual([409, 'not_ready'])
    const second = await (await platform.as('steward2')).post(`/dataset-requests/${id}/review`, approve)
    expect(second.body).toMatchObject({ state: 'approved', turn: 'platform' })

    const ready = await eventually(async () => {
      const { body } = await maker.get(`/dataset-requests/${id}`)
      expect(body.state).not.toBe('failed')
      return body.state === 'ready' && body
    }, 60_000)
    await eventually(async () => jobs.at(-1)?.state === 'ready')
    socket.disconnect()
    expect(jobs.every(job => job.request === id)).toBe(true)
    expect(jobs.map(job => job.progress)).toEqual(jobs.map(job => job.progress).toSorted((a, b) => a - b))

    const dataset = (await maker.get(`/datasets/${ready.dataset}`)).body
    expect(dataset).toMatchObject({ request: id, maker: 'mats', product: 'P0', public_key: publicKey })
    expect(dataset.cells.published).toBeGreaterThan(0)
    const zip = dataset.files.find((file: { name: string }) => file.name.endsWith('.zip'))
    const whole = new Uint8Array(await (await fetch(platform.url + zip.url)).arrayBuffer())
    expect(whole).toHaveLength(zip.bytes)
    expect(createHash('sha256').update(whole).digest('hex')).toBe(zip.sha256)

    const rest = await fetch(platform.url + zip.url, { headers: { range: 'bytes=100-' } })
    expect(rest.status).toBe(206)
    expect(new Uint8Array(await rest.arrayBuffer())).toEqual(whole.slice(100))

    const url = new URL(platform.url + zip.url)
    url.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1))
    expect((await fetch(url)).status).toBe(403)
    expect((await fetch(platform.url + zip.url.replace(zip.name, 'other.zip'))).status).toBe(403)
    nowMs += 2 * 3_600_000
    const late = await fetch(platform.url + zip.url)
    expect([late.status, ((await late.json()) as Problem).detail]).toEqual([403, expect.stringContaining('expired')])

    expect((await (await platform.as('maker-elsewhere')).get(`/datasets/${ready.dataset}`)).status).toBe(404)
    expect((await (await platform.as('maker-elsewhere')).get(`/dataset-requests/${id}`)).status).toBe(404)
    expect((await (await platform.as('steward')).get(`/datasets/${ready.dataset}`)).status).toBe(200)
  })

  it.each([
    ['of device types of which it has none there', { device_types: ['transfer.lift_robot'] }, 'has no devices'],
    ['of device types that do not exist', { device_types: ['bed.none'] }, 'bed.none'],
    ['of a period that ends before it begins', { from: '2026-11-12', to: '2026-11-11' }, 'lies before'],
    ['of the future', { from: '2040-01-01', to: '2040-01-02' }, 'future'],
    ['of fewer people than may be published', { from: '2026-01-01', to: '2026-01-02' }, 'Fewer than 12 residents'],
  ])('keeps a draft %s but does not let it be submitted, and says why', async (_, changes, why) => {
    const id = await drafted(changes)
    const maker = await platform.as('maker')
    const { status, body } = await maker.post(`/dataset-requests/${id}/submit`)
    expect([status, body.code]).toEqual([409, 'not_ready'])
    expect(body.detail).toContain(why)
    expect((await maker.get(`/dataset-requests/${id}`)).body.state).toBe('draft')
  })

  it('does not tell a maker whether a facility exists in which it has no device', async () => {
    const maker = await platform.as('maker')
    const id = await drafted()
    const answers: string[] = []
    for (const facility of ['bench-lifts', 'no-such-house']) {
      const asked = { ...draft, scope: { ...scope, facility } }
      for (const answer of [
        await maker.post('/dataset-requests', asked),
        await maker.post(`/dataset-requests/${id}`, asked, { 'if-match': '*' }),
      ])
        answers.push(`${answer.status} ${answer.body.code} ${answer.body.detail.replace(facility, '')}`)
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('400')
  })

  it('does not count approvals of an earlier version after the scope has changed', async () => {
    const id = await submitted()
    const [maker, steward, steward2] = await Promise.all([
      platform.as('maker'),
      platform.as('steward'),
      platform.as('steward2'),
    ])
    await steward.post(`/dataset-requests/${id}/review`, { decision: 'approve' })
    const back = await steward2.post(`/dataset-requests/${id}/return`, { reason: 'one day is enough' })
    expect(back.body).toMatchObject({
      state: 'returned',
      turn: 'maker',
      reviews: [{ decision: 'return', reason: 'one day is enough' }],
    })
    const change = { ...draft, scope: { ...scope, to: '2026-11-10' } }
    expect((await maker.post(`/dataset-requests/${id}`, change)).body.code).toBe('precondition_required')
    expect((await maker.post(`/dataset-requests/${id}`, change, { 'if-match': '"1"' })).body.code).toBe(
      'precondition_failed',
    )
    const read = (await maker.get(`/dataset-requests/${id}`)).headers.get('etag') ?? ''
    expect((await maker.post(`/dataset-requests/${id}`, change, { 'if-match': read })).status).toBe(200)
    await maker.post(`/dataset-requests/${id}/submit`)
    const once = await steward2.post(`/dataset-requests/${id}/review`, { decision: 'approve' })
    expect(once.body.state).toBe('submitted')
    expect((await steward.post(`/dataset-requests/${id}/review`, { decision: 'reject' })).status).toBe(400)
    const rejected = await steward.post(`/dataset-requests/${id}/review`, { decision: 'reject', reason: 'no purpose' })
    expect(rejected.body).toMatchObject({ state: 'rejected', turn: 'nobody' })
  })

  it('lets nobody act out of turn', async () => {
    const id = await submitted()
    const [maker, other, steward] = await Promise.all([
      platform.as('maker'),
      platform.as('maker-elsewhere'),
      platform.as('steward'),
    ])
    for (const act of ['submit', 'withdraw'])
      expect((await other.post(`/dataset-requests/${id}/${act}`)).status).toBe(404)
    expect((await maker.post(`/dataset-requests/${id}`, draft, { 'if-match': '*' })).status).toBe(409)
    expect((await maker.post(`/dataset-requests/${id}/submit`)).status).toBe(409)
    expect((await maker.post(`/dataset-requests/${id}/withdraw`)).body.state).toBe('withdrawn')
    expect((await steward.post(`/dataset-requests/${id}/review`, { decision: 'approve' })).status).toBe(409)
    const unseen = await drafted()
    expect((await steward.get(`/dataset-requests/${unseen}`)).status).toBe(404)
  })

  it('gives one approval to each of two stewards who press at once', async () => {
    const id = await submitted()
    const people = await Promise.all([platform.as('steward'), platform.as('steward')])
    const answers = await Promise.all(
      people.map(person => person.post(`/dataset-requests/${id}/review`, { decision: 'approve' })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect((await people[0]?.get(`/dataset-requests/${id}`))?.body.reviews).toHaveLength(1)
  })

  it('builds again what a restart interrupted, and says the code of a build that cannot be', async () => {
    const id = await submitted()
    const request = await platform.registry.requests.get(id)
    const at = { decision: 'approve' as const, reason: null, atMs: nowMs }
    const reviews = ['steward', 'steward2'].map(by => ({ by, ...at }))
    await platform.registry.requests.change(id, request?.version ?? 0, { state: 'preparing', reviews })
    const other = await submitted()
    const broken = await platform.registry.requests.get(other)
    // Approved by one person only: what the queue finds is held against the rules again.
    await platform.registry.requests.change(other, broken?.version ?? 0, {
      state: 'approved',
      reviews: reviews.slice(0, 1),
    })
    await platform.restart()
    const maker = await platform.as('maker')
    await eventually(async () => (await maker.get(`/dataset-requests/${id}`)).body.state === 'ready', 60_000)
    const failed = await eventually(async () => {
      const { body } = await maker.get(`/dataset-requests/${other}`)
      return body.state === 'failed' && body
    }, 60_000)
    expect(failed).toMatchObject({ failure: 'internal', turn: 'nobody', dataset: null })
  })

  it('lists the releases with somebody’s data to who withdraws, and takes the person out of all later ones', async () => {
    const admin = await platform.as('admin')
    const maker = await platform.as('maker')
    const consents = await platform.registry.consents.of('sunny')
    const [first, second] = consents
    const withdrawn = await admin.post(`/consents/${first?.id}/withdraw`, {})
    const before = withdrawn.body.releases.length
    expect(withdrawn.body.releases[0]).toMatchObject({ maker: 'mats' })
    const { body: one } = await admin.get(`/residents/${first?.resident}`)
    expect(one.releases).toEqual(withdrawn.body.releases)
    // Twelve are left: enough for another dataset, in which the thirteenth is not.
    const id = await submitted()
    for (const steward of ['steward', 'steward2'])
      await (await platform.as(steward)).post(`/dataset-requests/${id}/review`, { decision: 'approve' })
    await eventually(async () => (await maker.get(`/dataset-requests/${id}`)).body.state === 'ready', 60_000)
    expect((await admin.get(`/residents/${first?.resident}`)).body.releases).toEqual(withdrawn.body.releases)
    expect((await admin.get(`/residents/${second?.resident}`)).body.releases).toHaveLength(before + 1)
    // Eleven are too few, whether one is away all the time or withdraws.
    const away = { reason: 'hospital', from: '2026-11-01T00:00:00+09:00', to: '2026-12-01T00:00:00+09:00' }
    await admin.post(`/residents/${second?.resident}/absences`, away)
    const draftId = await drafted()
    const refused = await maker.post(`/dataset-requests/${draftId}/submit`)
    expect(JSON.stringify(refused.body)).toContain('Fewer than 12')
  })
})

/** Thirteen people with consent, each with an own mat, two days of readings every ten minutes. */
async function furnishTrial(platform: Platform, startMs: number): Promise<void> {
  const facility = f('sunny')
  const fromMs = startMs - DAY_MS
  const rows: StoredRow[] = []
  for (let person = 0; person < PEOPLE_COUNT; person++) {
    const device = d(`trial-${person}`)
    await platform.registry.devices.enrol(
      { facility, id: device, profile: p('bed.sleep_mat'), maker: 'mats', activeFromMs: fromMs },
      fromMs,
    )
    const { id: resident } = await platform.registry.residents.create('sunny', fromMs)
    await platform.registry.consents.create({ facility, resident, purpose: 'device_evaluation', fromMs })
    await platform.registry.placements.create({ facility, device, room: null, resident, fromMs, toMs: null })
    for (let n = 0; n < 288; n++) {
      const at = startMs + n * 600_000
      rows.push({
        kind: 'telemetry',
        facility,
        device,
        profile: p('bed.sleep_mat'),
        key: storeKey(at, n),
        rx: at + 100,
        boot: 'b1' as never,
        bootChanged: n === 0,
        seq: n,
        marks: [],
        position: rows.length + 1,
        values: { heart_rate: 55 + person, resp_rate: 14 },
      })
    }
  }
  await platform.telemetry.sink.write(rows, rows.length + 1)
}
