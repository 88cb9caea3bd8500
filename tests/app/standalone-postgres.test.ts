// The all-in-one process with its registry in PostgreSQL: the demo is set up there once, and is there again after a restart.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRegistry } from '../../storage/registry/registry.ts'
import { describeWith } from '../servers/find.ts'
import { type Postgres, postgres, startPostgres } from '../servers/postgres.ts'
import { startStandalone } from './support/standalone.ts'

describeWith(postgres, 'npm start with DATABASE_URL', () => {
  let server: Postgres
  let dataDir = ''
  beforeAll(async () => {
    server = await startPostgres()
    dataDir = await mkdtemp(join(tmpdir(), 'mimamori-standalone-pg-'))
  })
  afterAll(async () => {
    await server?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('keeps facility, people and devices there, and no file beside them; says what a demo that was cut off needs', async () => {
    const env = { DATABASE_URL: server.url }
    const first = await startStandalone({ dataDir, env })
    const admin = await first.signIn('admin@demo')
    const rooms = await admin.get<{ items: object[] }>('/rooms?limit=500')
    expect(rooms.body.items).toHaveLength(24)
    await first.kill()
    const again = await startStandalone({ dataDir, env })
    const staff = await again.signIn('staff@demo')
    const board = await staff.get<{ rooms: object[] }>('/facilities/demo/board')
    expect(board.body.rooms).toHaveLength(24)
    expect(again.output()).not.toContain(server.url)
    await again.stop()
    await expect(readFile(join(dataDir, 'registry.sqlite'))).rejects.toMatchObject({ code: 'ENOENT' })

    const registry = await createRegistry({ url: server.url })
    expect((await registry.rooms.listOf('demo')).length).toBe(24)
    await registry.settings.set('demo_ready', null)
    await registry.stop()
    await expect(startStandalone({ dataDir, env })).rejects.toThrow('give an empty database')
  })
})
