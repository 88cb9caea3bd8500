/** The registry's contract on a real PostgreSQL, and what only PostgreSQL can break. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Registry } from '../../core/registry.ts'
import { migrate } from '../../storage/registry/migrate.ts'
import { openPostgres } from '../../storage/registry/postgres.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { until } from '../app/support/until.ts'
import { freePort } from '../servers/child.ts'
import { describeWith } from '../servers/find.ts'
import { type Postgres, postgres, startPostgres } from '../servers/postgres.ts'
import { KEYS } from './registry/fixture.ts'
import { registryContract } from './registry.ts'

const run = promisify(execFile)
const WRITER = join(import.meta.dirname, 'registry/writer/main.ts')
const addRoomsElsewhere = async (url: string, ...args: (string | number)[]) => {
  await run(process.execPath, ['--import', 'tsx', WRITER, url, ...args.map(String)])
}

describeWith(postgres, 'registry on PostgreSQL', () => {
  let server: Postgres
  let made = 0
  const emptyDatabase = () => server.createDatabase(`registry_${++made}`)
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.stop())

  registryContract('PostgreSQL', async () => {
    const url = emptyDatabase()
    return {
      open: () => createRegistry({ url }, KEYS),
      dump: async () => {
        const db = openPostgres(url)
        const tables = await db.introspection.getTables()
        const rows = await Promise.all(tables.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(db)))
        await db.destroy()
        return JSON.stringify(rows)
      },
      wrappedKey: async resident => {
        const db = openPostgres(url)
        const row = await db
          .selectFrom('resident_keys')
          .select('wrapped')
          .where('resident', '=', resident)
          .executeTakeFirst()
        await db.destroy()
        return row?.wrapped ?? ''
      },
      addRoomsElsewhere: (...args) => addRoomsElsewhere(url, ...args),
      remove: async () => undefined,
    }
  })

  it('opens once for each of several processes that all find an empty database', async () => {
    const url = emptyDatabase()
    await Promise.all([1, 2, 3, 4].map(() => addRoomsElsewhere(url, 'none', 'x', 0)))
    const registry = await createRegistry({ url })
    expect(await registry.facilities.list()).toEqual([])
    await registry.stop()
  })

  it('syncs every commit and reads what others committed, whatever the database was told', async () => {
    const url = emptyDatabase()
    const name = new URL(url).pathname.slice(1)
    const first = openPostgres(url)
    await sql.raw(`alter database ${name} set synchronous_commit = off`).execute(first)
    await sql.raw(`alter database ${name} set default_transaction_isolation = 'serializable'`).execute(first)
    await first.destroy()
    const db = openPostgres(url)
    const shown = async (setting: string) => Object.values((await sql.raw(`show ${setting}`).execute(db)).rows[0] ?? {})
    expect(await shown('synchronous_commit')).toEqual(['on'])
    expect(await shown('default_transaction_isolation')).toEqual(['read committed'])
    expect(await shown('lock_timeout')).toEqual(['10s'])
    await db.destroy()
  })

  it('sorts texts by their bytes in every table that a migration makes', async () => {
    const db = openPostgres(emptyDatabase())
    await migrate(db)
    const { rows } = await sql<{ collation_name: string | null }>`
      select distinct collation_name from information_schema.columns
      where table_schema = 'public' and data_type = 'text' and table_name not like 'kysely_%'`.execute(db)
    expect(rows).toEqual([{ collation_name: 'C' }])
    await db.destroy()
  })

  it('registry_unavailable, retryable, for one of two transactions that wait for each other', async () => {
    const db = openPostgres(emptyDatabase())
    await migrate(db)
    for (const name of ['a', 'b']) await db.insertInto('settings').values({ name, value: '' }).execute()
    let holding = 0
    const bothHold = () => until('both transactions hold a row', () => holding === 2)
    const crossing = (own: string, other: string) =>
      db.transaction().execute(async trx => {
        await trx.updateTable('settings').set({ value: own }).where('name', '=', own).execute()
        holding += 1
        await bothHold()
        await trx.updateTable('settings').set({ value: own }).where('name', '=', other).execute()
      })
    const outcomes = await Promise.allSettled([crossing('a', 'b'), crossing('b', 'a')])
    const failed = outcomes.flatMap(o => (o.status === 'rejected' ? [o.reason] : []))
    expect(failed).toMatchObject([{ code: 'registry_unavailable', retryable: true }])
    await db.destroy()
  })

  describe('when the server is away', () => {
    it('registry_unavailable, retryable, when nobody listens', async () => {
      const nowhere = createRegistry({ url: `postgres://nobody:x@127.0.0.1:${await freePort()}/none` })
      await expect(nowhere).rejects.toMatchObject({ code: 'registry_unavailable', retryable: true })
    })
    it('registry_unavailable, for good, when the password is wrong', async () => {
      const wrong = new URL(emptyDatabase())
      wrong.password = 'wrong'
      await expect(createRegistry({ url: wrong.href })).rejects.toMatchObject({
        code: 'registry_unavailable',
        retryable: false,
      })
    })
    it('fails what was asked, goes on by itself when the server is back, and has kept all that it said it kept', async () => {
      const own = await startPostgres()
      let registry: Registry | undefined
      try {
        registry = await createRegistry({ url: own.url })
        await registry.settings.set('kept', 'yes')
        await own.kill()
        const { settings } = registry
        // The server's children live on for a moment, and a connection that broke is noticed by the one who uses it next.
        const failure = await until('the loss is noticed', () =>
          settings.get('kept').then(
            () => null,
            (error: unknown) => error,
          ),
        )
        expect(failure).toMatchObject({ code: 'registry_unavailable', retryable: true })
        await own.restart()
        expect(await until('it answers again', () => settings.get('kept'))).toBe('yes')
      } finally {
        await registry?.stop()
        await own.stop()
      }
    })
  })
})
