/** The first credentials of devices stay valid when the registry learns of several for each. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createCredentials } from '../../storage/registry/credentials.ts'
import { openSqlite } from '../../storage/registry/database.ts'
import { migrate } from '../../storage/registry/migrate.ts'
import { migrations } from '../../storage/registry/migrations/all.ts'

it('keeps the credentials of an earlier version, ended ones ended', async () => {
  const db = openSqlite(':memory:')
  const first = '0001-places-people-datasets'
  await migrate(db, { [first]: migrations[first] as never })
  const sha = (text: string) => createHash('sha256').update(text).digest('hex')
  const insert = (table: string, values: object) =>
    db
      .insertInto(table as never)
      .values(values as never)
      .execute()
  await insert('facilities', { id: 'demo', name: 'D', zone: 'Asia/Tokyo', bench_of: null, registry_version: 1 })
  for (const [id, revoked_ms] of [
    ['mat-1', null],
    ['mat-2', 50],
  ] as const) {
    const username = `demo.${id}`
    await insert('devices', {
      facility: 'demo',
      id,
      profile: 'bed.sleep_mat',
      maker: 'acme',
      active_from_ms: 0,
      created_ms: 1,
    })
    await insert('device_credentials', {
      ...{
        client_id: username,
        username,
        facility: 'demo',
        device: id,
        password_sha256: sha(id),
        created_ms: 7,
        revoked_ms,
      },
    })
  }
  await migrate(db)
  const credentials = createCredentials(db)
  expect(await credentials.authenticate('demo.mat-1', 'demo.mat-1', 'mat-1', 100)).toMatchObject({ device: 'mat-1' })
  expect(await credentials.authenticate('demo.mat-2', 'demo.mat-2', 'mat-2', 100)).toBeNull()
  expect((await credentials.list('demo')).map(({ createdMs, endsMs }) => [createdMs, endsMs])).toEqual([
    [7, null],
    [7, 50],
  ])
  expect((await credentials.issue('demo', 'mat-1', 100)).username).toBe('demo.mat-1.2')
  await db.destroy()
})
