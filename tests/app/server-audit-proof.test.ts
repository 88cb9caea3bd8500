// What can be proved with the audit trail of a running server, and checked without it.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isConsistent, isIncluded, leafHash } from '../../core/audit/merkle.ts'
import { parseCheckpoint } from '../../server/audit/note.ts'
import { openSqlite } from '../../storage/registry/database.ts'
import { type AuditWorld, startAuditWorld } from '../server/audit-world.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const run = promisify(execFile)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

describeWith(mosquitto, 'proofs of the audit trail', () => {
  let world: AuditWorld
  beforeAll(async () => {
    world = await startAuditWorld()
  })
  afterAll(() => world?.platform.stop())

  describe('proof', () => {
    it('holds, and goes on from the checkpoint that a maker keeps', async () => {
      const maker = await world.platform.as('maker')
      const held = await maker.get('/audit/checkpoint')
      expect([held.status, held.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
      await (await world.platform.as('admin')).post('/rooms', { facility: 'sunny', label: '801', unit: 'East' })
      const verify = async (query: string) =>
        (await (await world.platform.as('auditor')).get(`/audit/verify${query}`)).body
      const given = await verify(`?checkpoint=${encodeURIComponent(held.body)}`)
      expect(given).toMatchObject({ ok: true, found: 0, checkpoint: { result: 'holds' } })
      const checkpoint = parseCheckpoint(`${held.body.split('\n\n')[0]}\n`)
      if (!checkpoint) throw new Error('no checkpoint')
      const proof = given.checkpoint.consistency.map((hash: string) => Buffer.from(hash, 'base64'))
      const newer = { size: given.size, root: Buffer.from(given.root, 'base64') }
      expect(newer.size).toBeGreaterThan(checkpoint.size)
      expect(isConsistent(sha256, checkpoint, newer, proof)).toBe(true)
      // The maker checks it alone, from two checkpoints and a proof.
      const later = parseCheckpoint(`${(await maker.get('/audit/checkpoint')).body.split('\n\n')[0]}\n`)
      if (!later) throw new Error('no checkpoint')
      const { body } = await maker.get(`/audit/consistency?from=${checkpoint.size}&to=${later.size}`)
      expect(
        isConsistent(
          sha256,
          checkpoint,
          later,
          body.proof.map((hash: string) => Buffer.from(hash, 'base64')),
        ),
      ).toBe(true)
      expect((await maker.get(`/audit/consistency?from=1&to=${later.size + 1_000}`)).status).toBe(400)
      expect(await verify('?checkpoint=nonsense')).toMatchObject({ ok: false, checkpoint: { result: 'malformed' } })
      expect(await verify('')).toMatchObject({ ok: true, checkpoint: null })
    })

    it('proves that one entry is in the trail', async () => {
      const { body } = await (await world.platform.as('auditor')).get('/audit/entries/3/proof')
      const [head, note] = [
        body.tlog_proof.split('\n\n')[0].split('\n'),
        body.tlog_proof.split('\n\n').slice(1).join('\n\n'),
      ]
      expect(head.slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 3'])
      const checkpoint = parseCheckpoint(`${note.split('\n\n')[0]}\n`)
      if (!checkpoint) throw new Error('no checkpoint')
      const leaf = leafHash(sha256, Buffer.from(body.line))
      const proof = head.slice(2).map((hash: string) => Buffer.from(hash, 'base64'))
      expect(isIncluded(sha256, { index: 3, size: checkpoint.size, leaf, root: checkpoint.root }, proof)).toBe(true)
      expect((await (await world.platform.as('auditor')).get('/audit/entries/999999/proof')).status).toBe(404)
    })

    it('is checked offline from its export: 0 when it holds, 1 with the first bad entry, 2 for wrong usage', async () => {
      const auditor = await world.platform.as('auditor')
      for (const label of ['777', '778'])
        await (await world.platform.as('admin')).post('/rooms', { facility: 'sunny', label, unit: 'East' })
      const file = join(world.platform.dataDir, 'trail.ndjson')
      const kept = join(world.platform.dataDir, 'kept.checkpoint')
      const publicKey = join(world.platform.dataDir, 'public.key')
      await writeFile(kept, (await (await world.platform.as('admin')).get('/audit/checkpoint')).body)
      await writeFile(publicKey, `untrusted comment: minisign public key\n${world.platform.publicKey}\n`)
      const exported = (await auditor.get('/audit/export')).body as string
      await writeFile(file, exported)
      const check = async (...args: string[]) =>
        run(process.execPath, ['--import', 'tsx', 'server/audit/main.ts', ...args, '--lang', 'en']).then(
          ({ stdout }) => ({ code: 0, out: stdout }),
          (error: { code: number; stdout: string; stderr: string }) => ({
            code: error.code,
            out: error.stdout + error.stderr,
          }),
        )
      const { key } = (await auditor.get('/audit/key')).body
      const [bare, named] = await Promise.all([
        check(file, '--key', publicKey, '--checkpoint', kept),
        check(file, '--key', key),
      ])
      expect([bare.code, bare.out]).toEqual([0, expect.stringContaining('The audit trail holds.')])
      expect([named.code, named.out]).toEqual([0, expect.stringContaining('No checkpoint from outside')])

      await writeFile(file, exported.replace('"label":"777"', '"label":"779"'))
      const line = exported
        .split('\n')
        .filter(text => text.startsWith('{"action"'))
        .findIndex(text => text.includes('"label":"777"'))
      const bent = await check(file, '--key', publicKey, '--checkpoint', kept)
      expect([bent.code, bent.out]).toEqual([1, expect.stringContaining(`First entry that cannot be trusted: ${line}`)])
      await writeFile(file, exported.slice(0, exported.lastIndexOf('{"checkpoint"')))
      const cut = await check(file, '--key', publicKey)
      expect([cut.code, cut.out]).toEqual([1, expect.stringContaining('the trail does not end where it should')])
      expect((await check(file)).code).toBe(2)
      expect((await check('nowhere.ndjson', '--key', publicKey)).code).toBe(2)
      expect((await check(file, '--key', 'nonsense')).code).toBe(2)
    })

    it('signs nothing and says so when its database was put back to an older state', async () => {
      const auditor = await world.platform.as('auditor')
      const beside = join(world.platform.dataDir, 'audit.checkpoint')
      const note = (await auditor.get('/audit/checkpoint')).body
      expect(await readFile(beside, 'utf8')).toBe(note)
      // The file has seen more than the table: as after an older copy of the database was put in its place.
      const db = openSqlite(join(world.platform.dataDir, 'registry.sqlite'))
      await db
        .updateTable('audit_head')
        .set(eb => ({ size: eb('size', '-', 1) }))
        .execute()
      const refused = await auditor.get('/audit/checkpoint')
      expect([refused.status, refused.body.code]).toEqual([409, 'not_ready'])
      await db
        .updateTable('audit_head')
        .set(eb => ({ size: eb('size', '+', 1) }))
        .execute()
      await db.destroy()
      expect((await auditor.get('/audit/checkpoint')).status).toBe(200)
    })
  })

  it('answers the longest checkpoint that may be asked about, and refuses a longer one', async () => {
    const auditor = await world.platform.as('auditor')
    const ask = (length: number) => auditor.get(`/audit/verify?checkpoint=${encodeURIComponent('見'.repeat(length))}`)
    expect((await ask(4_000)).body.checkpoint.result).toBe('malformed')
    expect((await ask(4_001)).status).toBe(400)
  })
})
