/** The audit trail's contract on a real PostgreSQL. */
import { sql } from 'kysely'
import { afterAll, beforeAll } from 'vitest'
import { openPostgres } from '../../storage/registry/postgres.ts'
import { createRegistry } from '../../storage/registry/registry.ts'
import { describeWith } from '../servers/find.ts'
import { type Postgres, postgres, startPostgres } from '../servers/postgres.ts'
import { identityKeys } from './audit/world.ts'
import { auditContract } from './audit.ts'

const GUARDED = ['audit_entries', 'audit_nodes', 'audit_checkpoints']

describeWith(postgres, 'audit trail on PostgreSQL', () => {
  let server: Postgres
  let made = 0
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.stop())

  auditContract('PostgreSQL', async () => {
    const url = server.createDatabase(`audit_${++made}`)
    return {
      open: clock => createRegistry({ url }, identityKeys, clock),
      intrude: () => openPostgres(url),
      async disarm(db) {
        for (const table of GUARDED) await sql`alter table ${sql.table(table)} disable trigger all`.execute(db)
      },
      remove: async () => undefined,
    }
  })
})
