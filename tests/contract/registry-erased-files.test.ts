/** What of an erased resident is left in the files of the database: neither the key nor anything that it had sealed. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import type { FacilityId } from '../../core/ids.ts'
import type { Identity } from '../../core/registry-people.ts'
import { openSqlite } from '../../storage/registry/database.ts'
import { openPostgres } from '../../storage/registry/postgres.ts'
import { createRegistry, type RegistryPlace } from '../../storage/registry/registry.ts'
import { describeWith } from '../servers/find.ts'
import { postgres, startPostgres } from '../servers/postgres.ts'
import { KEYS } from './registry/fixture.ts'

const IDENTITY: Identity = {
  name: '',
  kana: null,
  number: 'Planted 77',
  birthDate: '1931-02-03',
  sex: 'female',
  admittedOn: '2025-04-01',
  diagnosisGroup: 'stroke',
}
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Bytes of all files below a folder that hold one of the texts, by name. */
async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0))
    if (texts.some(text => bytes.includes(text))) found.push(entry.name)
  }
  return found
}

/** Two residents with everything about them, among many changes; one is erased. @returns what was sealed: of the erased one, and of the other. */
async function eraseOne(place: RegistryPlace, which: 'older' | 'newer', flush: () => Promise<void>, folder: string) {
  const registry = await createRegistry(place, KEYS)
  ends.push(() => registry.stop())
  const written = { by: 'admin', nowMs: 1_000 }
  const facility = 'demo' as FacilityId
  await registry.facilities.create({ id: facility, name: 'Demo', zone: 'Asia/Tokyo', benchOf: null })
  const ids: string[] = []
  for (const name of ['Planted Erased', 'Planted Staying']) {
    const { id } = await registry.residents.create(facility, 1_000, { identity: { ...IDENTITY, name }, by: 'admin' })
    await registry.residents.identify(id, { ...IDENTITY, name: `${name} again` }, written)
    await registry.careLevels.add(id, 'care_3', '2026-01-01', written)
    await registry.absences.add({ facility, resident: id, reason: 'hospital', fromMs: 0, toMs: 9 }, written)
    ids.push(id)
  }
  const db = 'url' in place ? openPostgres(place.url) : openSqlite(place.file)
  const sealedOf = async (resident: string): Promise<string[]> => {
    const key = await db.selectFrom('resident_keys').select('wrapped').where('resident', '=', resident).execute()
    const identities = await db.selectFrom('resident_identities').selectAll().where('resident', '=', resident).execute()
    const levels = await db.selectFrom('care_levels').selectAll().where('resident', '=', resident).execute()
    const absences = await db.selectFrom('absences').selectAll().where('resident', '=', resident).execute()
    return [
      ...key.map(({ wrapped }) => wrapped),
      ...[...identities, ...levels, ...absences].map(row => row.sealed),
    ].filter((text): text is string => text !== null)
  }
  // What was written last lies otherwise on a page than what others lie behind.
  const [gone, stays] = (which === 'older' ? ids : ids.toReversed()) as [string, string]
  const [erased, staying] = [await sealedOf(gone), await sealedOf(stays)]
  await db.destroy()
  expect(erased).toHaveLength(5)
  await flush()
  // The files do hold them before: the search is able to find them.
  for (const text of erased) expect((await filesWith(folder, [text])).length).toBeGreaterThan(0)
  await registry.residents.erase(gone, written)
  await flush()
  return { erased, staying }
}

describe('erased from a SQLite file', () => {
  it.each(['older', 'newer'] as const)(
    'is all of the %s: sealed texts and key, in file and log; the others stay',
    async which => {
      const folder = await mkdtemp(join(tmpdir(), 'mimamori-erased-'))
      ends.push(() => rm(folder, { recursive: true, force: true }))
      const { erased, staying } = await eraseOne(
        { file: join(folder, 'registry.sqlite') },
        which,
        async () => undefined,
        folder,
      )
      expect(await filesWith(folder, erased)).toEqual([])
      for (const text of staying) expect((await filesWith(folder, [text])).length).toBeGreaterThan(0)
      expect(await filesWith(folder, ['Planted'])).toEqual([])
    },
  )
})

describeWith(postgres, 'erased from PostgreSQL', () => {
  it.each(['older', 'newer'] as const)(
    "is all of the %s: sealed texts and key, in the tables' files; the others stay",
    async which => {
      const server = await startPostgres()
      ends.push(() => server.stop())
      const url = server.createDatabase('erased')
      const db = openPostgres(url)
      ends.push(() => db.destroy())
      const flush = async (): Promise<void> => void (await sql`checkpoint`.execute(db))
      const folder = join(server.dir, 'data', 'base')
      const { erased, staying } = await eraseOne({ url }, which, flush, folder)
      expect(await filesWith(folder, erased)).toEqual([])
      for (const text of staying) expect((await filesWith(folder, [text])).length).toBeGreaterThan(0)
      expect(await filesWith(server.dir, ['Planted'])).toEqual([])
    },
  )
})
