/** The registry's contract on SQLite files, and what only SQLite can break. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { facilityIdSchema } from '../../core/ids.ts'
import { openSqlite } from '../../storage/registry/database.ts'
import { migrate } from '../../storage/registry/migrate.ts'
import { migrations } from '../../storage/registry/migrations/all.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { KEYS } from './registry/fixture.ts'
import { registryContract } from './registry.ts'

const run = promisify(execFile)
const WRITER = join(import.meta.dirname, 'registry/writer/main.ts')
const HOG = join(import.meta.dirname, 'registry/hog/main.ts')
const addRoomsElsewhere = async (file: string, ...args: (string | number)[]) => {
  await run(process.execPath, ['--import', 'tsx', WRITER, file, ...args.map(String)])
}

registryContract('SQLite file', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mimamori-registry-'))
  const file = join(dir, 'registry.sqlite')
  return {
    open: () => createRegistry({ file }, KEYS),
    // The files themselves: free pages and the log are read too.
    dump: async () => (await Promise.all(['', '-wal'].map(suffix => readFile(file + suffix, 'utf8')))).join(),
    wrappedKey: async resident => {
      const db = openSqlite(file)
      const row = await db
        .selectFrom('resident_keys')
        .select('wrapped')
        .where('resident', '=', resident)
        .executeTakeFirst()
      await db.destroy()
      return row?.wrapped ?? ''
    },
    addRoomsElsewhere: (...args) => addRoomsElsewhere(file, ...args),
    remove: () => rm(dir, { recursive: true }),
  }
})

describe('registry on SQLite', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mimamori-registry-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  it('syncs every commit, checks references and waits for others, whatever the build defaults to', async () => {
    const db = openSqlite(join(dir, 'a.sqlite'))
    const read = async (name: string) => {
      return Object.values((await sql.raw(`pragma ${name}`).execute(db)).rows[0] as object)[0]
    }
    expect([await read('journal_mode'), await read('synchronous'), await read('foreign_keys')]).toEqual(['wal', 2, 1])
    expect(await read('busy_timeout')).toBeGreaterThan(0)
    await db.destroy()
  })

  it('names every migration once, in order, and each adds a table once only', async () => {
    expect(Object.keys(migrations)).toEqual(Object.keys(migrations).toSorted())
    const db = openSqlite(join(dir, 'b.sqlite'))
    await migrate(db)
    const before = (await db.introspection.getTables()).map(t => t.name)
    await migrate(db)
    expect((await db.introspection.getTables()).map(t => t.name)).toEqual(before)
    await db.destroy()
  })

  it('changes nothing when one of several migrations fails', async () => {
    const db = openSqlite(join(dir, 'g.sqlite'))
    const failing = {
      ...migrations,
      '9999-fails': {
        async up(trx: Kysely<unknown>) {
          await trx.schema.createTable('half').addColumn('id', 'text').execute()
          throw new Error('fails')
        },
      },
    }
    await expect(migrate(db, failing)).rejects.toMatchObject({ code: 'registry_migration' })
    expect(await db.introspection.getTables()).toEqual([])
    await migrate(db)
    expect((await db.introspection.getTables()).length).toBeGreaterThan(10)
    await db.destroy()
  })

  it('opens once for each of several processes that all find an empty folder', async () => {
    const file = join(dir, 'c.sqlite')
    await Promise.all([1, 2, 3, 4].map(() => addRoomsElsewhere(file, 'none', 'x', 0)))
    const registry = await createRegistry({ file })
    expect(await registry.facilities.list()).toEqual([])
    await registry.stop()
  })

  it('waits, rather than fails, when another process writes between its reading and its writing', async () => {
    const file = join(dir, 'f.sqlite')
    const registry = await createRegistry({ file })
    await registry.facilities.create({
      id: facilityIdSchema.parse('demo'),
      name: 'x',
      zone: 'Asia/Tokyo',
      benchOf: null,
    })
    await registry.stop()
    const db = openSqlite(file)
    let writing = true
    const elsewhere = addRoomsElsewhere(file, 'demo', 'x', 300).finally(() => {
      writing = false
    })
    for (let n = 0; writing; n++) {
      await db.transaction().execute(async trx => {
        const { rooms } = await trx
          .selectFrom('rooms')
          .select(({ fn }) => fn.countAll<number>().as('rooms'))
          .executeTakeFirstOrThrow()
        await new Promise(next => setTimeout(next, 1))
        await trx
          .insertInto('settings')
          .values({ name: `${n}`, value: `${rooms}` })
          .execute()
      })
      await new Promise(next => setTimeout(next, 1))
    }
    await elsewhere
    await db.destroy()
  })

  it('finds the gap between two transactions of another process that writes without a pause', async () => {
    const file = join(dir, 'h.sqlite')
    await (await createRegistry({ file })).stop()
    const db = openSqlite(file)
    const hog = spawn(process.execPath, ['--import', 'tsx', HOG, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(hog.stdout, 'data')
    try {
      for (const name of ['a', 'b'])
        await db.transaction().execute(trx => trx.insertInto('settings').values({ name, value: '' }).execute())
    } finally {
      hog.kill('SIGKILL')
    }
    await db.destroy()
  })

  it('registry_unavailable when the folder is missing, registry_unreadable when the file is no database', async () => {
    const nowhere = createRegistry({ file: join(dir, 'none', 'd.sqlite') })
    await expect(nowhere).rejects.toMatchObject({ code: 'registry_unavailable' })
    const file = join(dir, 'e.sqlite')
    await writeFile(file, 'this is no database, '.repeat(200))
    await expect(createRegistry({ file })).rejects.toMatchObject({ code: 'registry_unreadable' })
  })

  it('keeps nothing when it lives in memory', async () => {
    const first = await createRegistry({ file: ':memory:' })
    await first.settings.set('a', 'b')
    await first.stop()
    const second = await createRegistry({ file: ':memory:' })
    expect(await second.settings.get('a')).toBeNull()
    await second.stop()
  })
})
