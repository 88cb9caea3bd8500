/** The audit trail's contract on SQLite files. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openSqlite } from '../../storage/registry/database.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { identityKeys } from './audit/world.ts'
import { auditContract } from './audit.ts'

auditContract('SQLite file', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mimamori-audit-'))
  const file = join(dir, 'registry.sqlite')
  return {
    open: clock => createRegistry({ file }, identityKeys, clock),
    intrude: () => openSqlite(file),
    async disarm(db) {
      const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'trigger'`.execute(db)
      for (const { name } of rows) await sql`drop trigger ${sql.id(name)}`.execute(db)
    },
    remove: () => rm(dir, { recursive: true }),
  }
})
