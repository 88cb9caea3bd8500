// A trial's dataset over HTTP: what could come of it is said first, it is built by the real export process, kept in the register, and no longer possible after a withdrawal.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type StoredRow, storeKey } from '../../core/readings.ts'
import { DAY_MS, d, eventually, f, type Platform, p, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const PEOPLE_COUNT = 14
/** Their names are no words of a package. */
const STEWARDS = ['hoshino-r', 'minami-k'] as const
const written = { by: 'admin', nowMs: Date.UTC(2026, 10, 8) }

describeWith(mosquitto, 'datasets of a trial', () => {
  let platform: Platform
  let trial = ''
  const consents: string[] = []
  const startMs = Date.UTC(2026, 10, 9, 15)
  beforeAll(async () => {
    platform = await startPlatform({})
    await furnish()
  })
  afterAll(() => platform?.stop())

  const outlook = async (product = 'P1') =>
    (await (await platform.as('maker')).get(`/trials/${trial}/dataset-outlook?product=${product}`)).body
  const drafted = async (product = 'P1'): Promise<string> => {
    const body = { purpose: 'Evidence of the trial', product, scope: { trial } }
    return (await (await platform.as('maker')).post('/dataset-requests', body)).body.id
  }

  it('cannot come before the prefecture of each site is known', async () => {
    expect(await outlook()).toEqual({ product: null, reason: 'prefecture_unknown' })
    const admin = await platform.as('platform')
    const said = await admin.post('/facilities/sunny', { name: 'Sunny', prefecture: 'JP-13' })
    expect(said.body).toMatchObject({ prefecture: 'JP-13' })
    expect((await admin.post('/facilities/sunny', { name: 'Sunny', prefecture: 'JP-48' })).status).toBe(400)
    expect(await outlook()).toEqual({ product: 'P0', reason: 'too_few_for_individuals' })
    expect(await outlook('P0')).toEqual({ product: 'P0', reason: 'as_asked' })
  })

  it('is refused for a trial of another maker, and individuals are not to be had outside a trial', async () => {
    const other = await platform.as('maker-elsewhere')
    const body = { purpose: 'x', product: 'P0', scope: { trial } }
    const refused = await other.post('/dataset-requests', body)
    expect([refused.status, refused.body.code]).toEqual([400, 'bad_request'])
    const scope = { facility: 'sunny', device_types: ['bed.sleep_mat'], from: '2026-11-10', to: '2026-11-11' }
    const maker = await platform.as('maker')
    expect((await maker.post('/dataset-requests', { purpose: 'x', product: 'P1', scope })).status).toBe(400)
  })

  it('is labelled by the engine, kept in the register, and its key destroyed', async () => {
    const maker = await platform.as('maker')
    const id = await drafted()
    expect((await maker.post(`/dataset-requests/${id}/submit`)).status).toBe(200)
    for (const steward of STEWARDS)
      await (await platform.as(steward)).post(`/dataset-requests/${id}/review`, { decision: 'approve' })
    const ready = await eventually(async () => {
      const { body } = await maker.get(`/dataset-requests/${id}`)
      expect(body.failure).toBeNull()
      return body.state === 'ready' && body
    }, 120_000)
    expect((await maker.get(`/datasets/${ready.dataset}`)).body).toMatchObject({ product: 'P0', request: id })
    const { releases, audit } = platform.registry
    const release = await releases.get(ready.dataset)
    expect(release?.trial).toMatchObject({ trial, levels: null, rebuiltManifestSha256: release?.manifestSha256 })
    expect(await releases.membersOf(ready.dataset)).toHaveLength(PEOPLE_COUNT)
    const actions = (await audit.page({ actions: ['release.'] }, { limit: 9 })).map(({ action }) => action)
    expect(actions.toSorted()).toEqual(['release.create', 'release.key_destroyed'])
  })

  it('may be asked for again for the same people, and no more once one of them withdrew', async () => {
    expect(await outlook('P0')).toEqual({ product: 'P0', reason: 'as_asked' })
    const id = await drafted('P0')
    const admin = await platform.as('admin')
    const withdrawn = await admin.post(`/consents/${consents[0]}/withdraw`, {})
    expect(withdrawn.body.releases).toHaveLength(1)
    expect(await outlook('P0')).toEqual({ product: null, reason: 'composition' })
    const refused = await (await platform.as('maker')).post(`/dataset-requests/${id}/submit`)
    expect([refused.status, refused.body.code]).toEqual([409, 'not_ready'])
    expect(refused.body.detail).toContain('Beside what was released before')
  })

  async function furnish(): Promise<void> {
    const { registry } = platform
    const steward = await registry.users.get('steward')
    if (!steward) throw new Error('the platform has no steward')
    for (const user of STEWARDS) await registry.users.create({ ...steward, user })
    const facility = f('sunny')
    const fromMs = startMs - DAY_MS
    const design = { title: 'Mats', sponsor: 'Mats', legalRoute: 'real_use_evaluation' as const }
    const made = await registry.trials.create(
      {
        ...design,
        ...{ deviceTypes: [p('bed.sleep_mat')], sites: [facility], fromDay: '2026-11-10', toDay: '2026-11-11' },
        maker: 'mats',
      },
      written,
    )
    trial = made.id
    await registry.trials.addProtocol(trial, { version: '1', sha256: 'ab'.repeat(32) }, written)
    await registry.trials.lockProtocol(trial, '1', written)
    const rows: StoredRow[] = []
    for (let person = 0; person < PEOPLE_COUNT; person++) {
      const device = d(`trial-${person}`)
      const profile = p('bed.sleep_mat')
      await registry.devices.enrol({ facility, id: device, profile, maker: 'mats', activeFromMs: fromMs }, fromMs)
      const identity = {
        ...{ name: `検査 ${person}`, kana: null, number: null, birthDate: '1940-05-01', admittedOn: '2025-01-01' },
        ...{ sex: 'female' as const, diagnosisGroup: null },
      }
      const { id: resident } = await registry.residents.create('sunny', fromMs, { identity, by: 'admin' })
      const consent = { facility, resident, purpose: 'trial_participation' as const, fromMs }
      consents.push((await registry.consents.create(consent)).id)
      await registry.trials.enrol({ trial, facility, resident, fromMs: startMs }, written)
      await registry.placements.create({ facility, device, room: null, resident, fromMs, toMs: null })
      for (let n = 0; n < 288; n++)
        rows.push({
          ...{ kind: 'telemetry', facility, device, profile, key: storeKey(startMs + n * 600_000, n) },
          ...{ rx: startMs + n * 600_000 + 100, boot: 'b1' as never, bootChanged: n === 0, seq: n, marks: [] },
          ...{ position: rows.length + 1, values: { heart_rate: 55 + person, resp_rate: 14 } },
        })
    }
    await platform.telemetry.sink.write(rows, rows.length + 1)
  }
})
