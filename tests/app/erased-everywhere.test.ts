// Who somebody was is found in no file of a running platform once it is erased: registry with its log, store, spool, audit, jobs, releases, printed lines.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Dataset, DatasetRequest } from '../../core/rest/datasets.ts'
import { openSqlite } from '../../storage/registry/database.ts'
import { formsOf } from '../security/sweep/needles.ts'
import type { Api } from './support/api.ts'
import { type Standalone, startStandalone } from './support/standalone.ts'
import { until } from './support/until.ts'

/** Each found nowhere else; among them what was corrected later, and what came in a file of many. */
const PLANTED = {
  name: '常盤 菊枝',
  kana: 'トキワ キクエ',
  number: 'PLANTED-7731',
  birth: '1929-02-27',
  corrected: '常盤井 菊枝',
  words: 'kanaria-of-a-fall',
  imported: '雲林院 たま',
  importedNumber: 'PLANTED-7732',
}
const HOUR_MS = 3_600_000
const at = (ms: number): string => new Date(ms).toISOString()

let platform: Standalone
let admin: Api
let ids: string[]

/** Residents with everything about them that can be written down, each of it looked at as well. */
async function live(): Promise<string[]> {
  const nowMs = Date.now()
  const rooms = (await admin.get<{ items: { id: string; label: string; unit: string }[] }>('/rooms?facility=demo')).body
  const room = rooms.items[0]
  if (!room) throw new Error('the demo has no room')
  const identity = { name: PLANTED.name, kana: PLANTED.kana, number: PLANTED.number, birth_date: PLANTED.birth }
  const admitted = await admin.post<{ id: string }>('/residents', {
    ...{ facility: 'demo', identity: { ...identity, sex: 'female' } },
    ...{ care_level: { level: 'care_3', from: '2026-01-01' }, stay: { room: room.id, from: at(nowMs - HOUR_MS) } },
  })
  const { id } = admitted.body
  const corrected = await admin.raw(`/api/v1/residents/${id}/identity`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'if-match': '*' },
    body: JSON.stringify({ ...identity, name: PLANTED.corrected }),
  })
  expect(corrected.status).toBe(200)
  await admin.post(`/residents/${id}/absences`, { reason: 'hospital', from: at(nowMs - 9_000), to: at(nowMs - 5_000) })
  const consent = { facility: 'demo', resident: id, from: at(nowMs - HOUR_MS) }
  for (const purpose of ['device_evaluation', 'trial_participation'])
    await admin.post('/consents', { ...consent, purpose })
  const head = 'number,name,kana,birth_date,sex,care_level,care_level_from,admitted_on,diagnosis_group,unit,room,bed'
  const row = `${PLANTED.importedNumber},${PLANTED.imported},,1930-01-02,,,,,,${room.unit},${room.label},`
  const file = { facility: 'demo', kind: 'residents', file: Buffer.from(`${head}\n${row}\n`).toString('base64') }
  await admin.post('/imports/preview', file)
  const applied = await admin.post('/imports', { ...file, take: 'all' })
  expect(applied.status, JSON.stringify(applied.body)).toBeLessThan(300)
  // What is refused may not be kept either.
  await admin.post('/residents', { facility: 'demo', identity: { ...identity, birth_date: '1929-02-30' } })
  const named = await admin.get<{ items: { id: string; identity: { name: string } | null }[] }>(
    '/resident-identities?facility=demo&limit=500',
  )
  await admin.get(`/residents/${id}`)
  await admin.get(`/audit?resident=${id}&limit=500`)
  const other = named.body.items.find(item => item.identity?.name === PLANTED.imported)
  if (!other) throw new Error('nobody was imported')
  return [id, other.id]
}

/** A trial in which something befell the resident, in words. */
async function befall(resident: string): Promise<void> {
  const maker = await platform.signIn('maker@demo')
  const trial = await maker.post<{ id: string }>('/trials', {
    ...{ title: 'x', sponsor: 'x', legal_route: 'real_use_evaluation', device_types: ['bed.sleep_mat'] },
    ...{ sites: ['demo'], from: '2026-01-01', to: '2099-12-31' },
  })
  const devices = platform.devices().filter(each => each.profile === 'bed.sleep_mat')
  const event = await admin.post(`/trials/${trial.body.id}/events`, {
    ...{ facility: 'demo', kind: 'adverse_event', resident, device: devices[0]?.device, at: at(Date.now() - 1_000) },
    ...{ severity: 'mild', serious: false, relation: 'possible', outcome: 'ongoing' },
    description: `${PLANTED.name}: ${PLANTED.words}`,
  })
  expect(event.status, JSON.stringify(event.body)).toBe(201)
}

/** A dataset of the day that the demo is filled with, so that there are jobs and releases. */
const release = (): Promise<Dataset> => until('a dataset of what is filled in by then', askForOne, 240_000)

/** False while too few residents are filled in for any cell. */
async function askForOne(): Promise<Dataset | false> {
  const maker = await platform.signIn('maker@demo')
  const day = (ms: number) => at(ms + 9 * HOUR_MS).slice(0, 10)
  const scope = {
    facility: 'demo',
    device_types: ['bed.sleep_mat'],
    from: day(Date.now() - 24 * HOUR_MS),
    to: day(Date.now()),
  }
  const { body: draft } = await maker.post<DatasetRequest>('/dataset-requests', { purpose: 'x', product: 'P0', scope })
  const submitted = await maker.post<DatasetRequest>(`/dataset-requests/${draft.id}/submit`)
  expect(submitted.status, JSON.stringify(submitted.body)).toBe(200)
  for (const user of ['steward@demo', 'steward2@demo'])
    await (await platform.signIn(user)).post(`/dataset-requests/${draft.id}/review`, { decision: 'approve' })
  const built = await until(
    'the dataset to be built',
    async () => {
      const { body } = await maker.get<DatasetRequest>(`/dataset-requests/${draft.id}`)
      return ['ready', 'failed'].includes(body.state) && body
    },
    120_000,
  )
  if (built.failure === 'too_few_people') return false
  expect(built).toMatchObject({ state: 'ready' })
  return (await maker.get<Dataset>(`/datasets/${built.dataset}`)).body
}

/** Every place in a file, or in what was printed, where one of the texts stands in any form. */
async function placesOf(texts: readonly string[]): Promise<string[]> {
  const needles = texts.flatMap(text =>
    [...new Set([...formsOf(text), Buffer.from(text).toString('base64')])].map(form => ({
      text,
      bytes: Buffer.from(form),
    })),
  )
  const wide = texts.map(text => ({ text, bytes: Buffer.from(text, 'utf16le') }))
  const found: string[] = []
  const look = (name: string, bytes: Buffer): void => {
    for (const needle of [...needles, ...wide])
      if (needle.bytes.length > 3 && bytes.includes(needle.bytes)) found.push(`${name}: ${needle.text}`)
  }
  for (const entry of await readdir(platform.dataDir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      look(path.slice(platform.dataDir.length + 1), await readFile(path).catch(() => Buffer.alloc(0)))
    }
  look('what was printed', Buffer.from(platform.output()))
  return [...new Set(found)]
}

/** Everything in the registry that is sealed under a resident's own key, and that key. */
async function sealedOf(resident: string): Promise<string[]> {
  const db = openSqlite(join(platform.dataDir, 'registry.sqlite'))
  try {
    const key = await db.selectFrom('resident_keys').select('wrapped').where('resident', '=', resident).execute()
    const rows = await Promise.all(
      (['resident_identities', 'care_levels', 'absences'] as const).map(table =>
        db.selectFrom(table).select('sealed').where('resident', '=', resident).execute(),
      ),
    )
    return [...key.map(({ wrapped }) => wrapped), ...rows.flat().map(({ sealed }) => sealed)].filter(
      text => text !== null,
    )
  } finally {
    await db.destroy()
  }
}

beforeAll(async () => {
  platform = await startStandalone()
  admin = await platform.signIn('admin@demo')
  ids = await live()
  await befall(ids[0] as string)
  await release()
}, 300_000)
afterAll(() => platform?.stop())

it('stands in no file in the clear while it is kept', async () => {
  expect(await placesOf(Object.values(PLANTED))).toEqual([])
})

it('is gone from every file, with what was sealed and its key, as soon as it is erased', async () => {
  const sealed = (await Promise.all(ids.map(sealedOf))).flat()
  expect(sealed.length).toBeGreaterThanOrEqual(6)
  // The search does find what is there.
  const before = await placesOf(sealed)
  for (const text of sealed) expect(before.some(place => place.endsWith(text))).toBe(true)
  const kept = platform.devices()[0]?.device as string
  const places = (await placesOf([kept])).join('\n')
  for (const part of [/^registry\.sqlite/m, /^telemetry\.duckdb/m, /^spool\//m]) expect(places).toMatch(part)

  for (const id of ids) expect((await admin.post(`/residents/${id}/erase`, { confirm: id })).status).toBe(200)
  expect(await placesOf([...sealed, ...Object.values(PLANTED)])).toEqual([])
  const { body } = await admin.get(`/residents/${ids[0]}`)
  expect(JSON.stringify(body)).not.toContain(PLANTED.corrected)
})

it('stays gone after another start, and the trail still holds', async () => {
  const { dataDir } = platform
  await platform.kill()
  platform = await startStandalone({ dataDir })
  expect(await placesOf(Object.values(PLANTED))).toEqual([])
  const auditor = await platform.signIn('auditor@demo')
  const { body } = await auditor.get<{ ok: boolean }>('/audit/verify')
  expect(body.ok).toBe(true)
  const trail = JSON.stringify((await auditor.get(`/audit?resident=${ids[0]}&limit=500`)).body)
  expect(trail).toContain('erased')
  for (const text of Object.values(PLANTED)) expect(trail).not.toContain(text)
})
