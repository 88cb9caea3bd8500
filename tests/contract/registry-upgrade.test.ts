/** An older registry is brought up to date with all that was in it, and the identity key is changed, on both databases. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../storage/registry/database.ts'
import { type IdentityKeys, parseIdentityKeys } from '../../storage/registry/identity-keys.ts'
import { migrate } from '../../storage/registry/migrate.ts'
import { migrations } from '../../storage/registry/migrations/all.ts'
import { openPostgres } from '../../storage/registry/postgres.ts'
import { createRegistry, type RegistryPlace } from '../../storage/registry/registry.ts'
import type { RegistrySchema } from '../../storage/registry/schema.ts'
import { describeWith } from '../servers/find.ts'
import { type Postgres, postgres, startPostgres } from '../servers/postgres.ts'
import { DEMO, KEY_LINE, T0 } from './registry/fixture.ts'

const FIRST = '0001-places-people-datasets'
const OTHER_LINE = Buffer.alloc(32, 9).toString('base64')
const keys = (...lines: string[]): IdentityKeys => parseIdentityKeys(lines.join('\n'))
const identity = {
  name: '検査 花子',
  kana: null,
  number: null,
  birthDate: null,
  sex: null,
  admittedOn: null,
  diagnosisGroup: null,
}

function upgrades(place: () => Promise<RegistryPlace>, open: (place: RegistryPlace) => Kysely<RegistrySchema>): void {
  it('keeps rooms in their order, people, placements and consents of a registry without units', async () => {
    const where = await place()
    const first = migrations[FIRST]
    if (!first) throw new Error('the first migration has gone')
    const db = open(where)
    await migrate(db, { [FIRST]: first })
    const old = db as unknown as Kysely<Record<string, Record<string, unknown>>>
    const insert = (table: string, row: Record<string, unknown>) => old.insertInto(table).values(row).execute()
    await insert('facilities', { id: 'demo', name: 'x', zone: 'Asia/Tokyo', bench_of: null, registry_version: 5 })
    for (const [id, unit, label, ordinal] of [
      ['r3', '2F', '201', 10_000],
      ['r2', '1F', '102', 1],
      ['r1', '1F', '101', 0],
    ])
      await insert('rooms', { id, facility: 'demo', unit, label, ordinal })
    await insert('devices', {
      facility: 'demo',
      id: 'mat-1',
      profile: 'bed.sleep_mat',
      maker: 'acme',
      active_from_ms: T0,
      created_ms: T0,
    })
    await insert('residents', { id: 'p1', facility: 'demo', created_ms: T0 })
    const placement = { id: 'x1', facility: 'demo', device: 'mat-1', room: 'r1', resident: 'p1' }
    await insert('placements', { ...placement, from_ms: T0, to_ms: null })
    await insert('consents', { id: 'c1', facility: 'demo', resident: 'p1', purpose: 'device_evaluation', from_ms: T0 })
    await db.destroy()

    const registry = await createRegistry(where, keys(KEY_LINE))
    const rooms = await registry.rooms.listOf('demo')
    expect(rooms.map(({ id, unit, label }) => [id, unit, label])).toEqual([
      ['r1', '1F', '101'],
      ['r2', '1F', '102'],
      ['r3', '2F', '201'],
    ])
    expect((await registry.rooms.create({ facility: DEMO, label: '103', unit: '1F' })).ordinal).toBe(2)
    expect(await registry.placements.during('demo', T0, T0 + 1)).toEqual([
      { ...placement, bed: null, fromMs: T0, toMs: null },
    ])
    expect(await registry.consents.of('demo')).toMatchObject([{ id: 'c1', fromMs: T0, toMs: null, withdrawnMs: null }])
    await registry.residents.identify('p1', identity, { by: 'admin', nowMs: T0 })
    expect((await registry.residents.identities(['p1'])).get('p1')).toEqual(identity)
    expect(await registry.registryVersion('demo')).toBe(6)
    await registry.stop()
  })

  it('opens what an older identity key closed, and no longer needs that key after one start', async () => {
    const where = await place()
    const start = (...lines: string[]) => createRegistry(where, keys(...lines))
    let registry = await start(KEY_LINE)
    await registry.facilities.create({ id: DEMO, name: 'x', zone: 'Asia/Tokyo', benchOf: null })
    const { id } = await registry.residents.create(DEMO, T0, { identity, by: 'admin' })
    const { id: erased } = await registry.residents.create(DEMO, T0, { identity, by: 'admin' })
    await registry.residents.erase(erased, { by: 'admin', nowMs: T0 })
    await registry.stop()
    await expect(start(OTHER_LINE)).rejects.toMatchObject({ code: 'identity_key_unknown' })
    for (const lines of [[OTHER_LINE, KEY_LINE], [OTHER_LINE]]) {
      registry = await start(...lines)
      expect(await registry.residents.identities([id, erased])).toEqual(new Map([[id, identity]]))
      await registry.stop()
    }
    await expect(start(KEY_LINE)).rejects.toMatchObject({ code: 'identity_key_unknown' })
  })

  it('works without identity keys, but for what is personal', async () => {
    const registry = await createRegistry(await place())
    await registry.facilities.create({ id: DEMO, name: 'x', zone: 'Asia/Tokyo', benchOf: null })
    const { id } = await registry.residents.create(DEMO, T0)
    const identified = registry.residents.identify(id, identity, { by: 'admin', nowMs: T0 })
    await expect(identified).rejects.toMatchObject({ code: 'identity_key_missing' })
    await registry.stop()
  })
}

describe('identity keys', () => {
  it.each(['', '# nothing\n', 'c2hvcnQ=', `${KEY_LINE}\nc2hvcnQ=`])('refused when the file holds %j', text =>
    expect(() => parseIdentityKeys(text)).toThrow('32 random bytes'),
  )
  it('take the first line as the present key', () => {
    const both = keys(OTHER_LINE, '', '# the old one', KEY_LINE)
    expect(both.current).toBe(keys(OTHER_LINE).current)
    expect(both.byId.size).toBe(2)
  })
})

describe('upgrade of a SQLite file', () => {
  let dir: string
  let made = 0
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mimamori-upgrade-'))
  })
  afterAll(() => rm(dir, { recursive: true }))
  upgrades(
    async () => ({ file: join(dir, `${++made}.sqlite`) }),
    place => openSqlite('file' in place ? place.file : ''),
  )
})

describeWith(postgres, 'upgrade of PostgreSQL', () => {
  let server: Postgres
  let made = 0
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.stop())
  upgrades(
    async () => ({ url: server.createDatabase(`upgrade_${++made}`) }),
    place => openPostgres('url' in place ? place.url : ''),
  )
})
