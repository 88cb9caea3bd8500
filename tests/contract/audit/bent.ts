/** The audit trail's contract, second half: ten ways to bend it, each found as S5 says and by whom it says. */
import { createPublicKey } from 'node:crypto'
import type { Kysely } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../core/audit/entry.ts'
import { checkExport } from '../../../server/audit/check-export.ts'
import { type NoteVerifier, parseVerifierKey, rawPublic } from '../../../server/audit/note.ts'
import type { RegistrySchema } from '../../../storage/registry/schema.ts'
import type { AuditCase } from './case.ts'
import { entries, forgetCheckpoints, overwrite, rebuild, signAgain } from './intruder.ts'
import { key } from './world.ts'

type Db = Kysely<RegistrySchema>
const bareKey: NoteVerifier = { name: null, publicKey: rawPublic(createPublicKey(key.privateKey)) }

export function auditBentContract(c: AuditCase): void {
  describe('bent', () => {
    /** Held by a maker: of the first 12 entries, and of all 20. */
    let held12: string
    let held20: string
    beforeEach(async () => {
      await c.world.write(12)
      held12 = await c.world.checkpoint()
      await c.world.write(8)
      held20 = await c.world.checkpoint()
      await c.world.store.disarm(c.db)
    })
    const at = async (seq: number) => (await entries(c.db))[seq] as AuditEntry

    /** What the trail itself, an outside checkpoint, and the offline check of an export find. */
    async function seen(outside: string) {
      const alone = await c.verify()
      const beside = await c.verify(outside)
      const file = await c.world.exported()
      const offline = async (kept: { name: string; note: string }[]) =>
        checkExport(file, bareKey, kept, () => undefined)
      const exportAlone = await offline([])
      const exportBeside = await offline([{ name: 'held by the maker', note: outside }])
      return {
        alone: alone.ok ? 'holds' : (alone.firstBad ?? 'found'),
        outside: beside.outside?.result,
        ok: beside.ok,
        exportAlone: exportAlone.ok ? 'holds' : exportAlone.firstBad,
        exportBeside: exportBeside.ok ? 'holds' : 'found',
      }
    }

    it('holds before anything is bent', async () => {
      expect(await seen(held20)).toEqual({
        alone: 'holds',
        outside: 'holds',
        ok: true,
        exportAlone: 'holds',
        exportBeside: 'holds',
      })
      expect(await c.verify(held12)).toMatchObject({ ok: true, outside: { result: 'holds' } })
    })

    // By the trail alone: whoever bends one entry breaks the chain, the tree and the checkpoints at once.
    const CLUMSY: [name: string, firstBad: number, bend: (db: Db) => Promise<unknown>][] = [
      ['1: a field is edited', 5, async () => overwrite(c.db, 5, { ...(await at(5)), new: { limit: 1 } })],
      ['2: a time is edited', 5, async () => overwrite(c.db, 5, { ...(await at(5)), at: '2026-11-24T00:00:00.000Z' })],
      ['3: the first is deleted', 0, db => db.deleteFrom('audit_entries').where('seq', '=', 0).execute()],
      ['4: one in the middle is deleted', 7, db => db.deleteFrom('audit_entries').where('seq', '=', 7).execute()],
      ['5: the last is deleted', 19, db => db.deleteFrom('audit_entries').where('seq', '=', 19).execute()],
      [
        '6: two are swapped',
        8,
        async () => {
          const [a, b] = [await at(8), await at(9)]
          await overwrite(c.db, 8, { ...b, seq: 8 })
          await overwrite(c.db, 9, { ...a, seq: 9 })
        },
      ],
      [
        '7: one is inserted',
        10,
        async db => {
          for (let seq = 19; seq >= 10; seq--)
            await db
              .updateTable('audit_entries')
              .set({ seq: seq + 1 })
              .where('seq', '=', seq)
              .execute()
          const { line, ...columns } = await db
            .selectFrom('audit_entries')
            .selectAll()
            .where('seq', '=', 9)
            .executeTakeFirstOrThrow()
          await db
            .insertInto('audit_entries')
            .values({ ...columns, line: line.replace('"seq":9', '"seq":10'), seq: 10 })
            .execute()
        },
      ],
      [
        'a column beside the line is edited',
        6,
        db => db.updateTable('audit_entries').set({ actor: 'nobody' }).where('seq', '=', 6).execute(),
      ],
    ]
    it.each(CLUMSY)('is found by the trail alone when %s', async (_, firstBad, bend) => {
      await bend(c.db)
      expect(await c.verify()).toMatchObject({ ok: false })
      const { alone, ok } = await seen(held20)
      expect([alone, ok]).toEqual([firstBad, false])
    })
    it.each(CLUMSY.slice(0, -1))(
      'is found in its export without server or database when %s',
      async (name, firstBad, bend) => {
        await bend(c.db)
        const { exportAlone, exportBeside } = await seen(held20)
        expect(exportBeside).toBe('found')
        // Without the table beside it, a chain that breaks names the entry before the break or the one after.
        expect([name, Math.abs(Number(exportAlone) - firstBad) <= 1]).toEqual([name, true])
      },
    )

    it('is found by what we signed when everything is rebuilt without our key', async () => {
      const history = await entries(c.db)
      history[5] = { ...(history[5] as AuditEntry), new: { limit: 1 } }
      await rebuild(c.db, history)
      expect(await c.verify()).toMatchObject({
        ok: false,
        findings: [
          { kind: 'own_checkpoint', seq: 0 },
          { kind: 'own_checkpoint', seq: 0 },
        ],
      })
      expect(await c.verify(held20)).toMatchObject({ outside: { result: 'differs' } })
    })

    it('8: is found by an outside checkpoint alone when it is truncated and an old checkpoint restored', async () => {
      await rebuild(c.db, (await entries(c.db)).slice(0, 12))
      await forgetCheckpoints(c.db, 12)
      expect(await seen(held20)).toMatchObject({
        alone: 'holds',
        outside: 'truncated',
        ok: false,
        exportAlone: 'holds',
        exportBeside: 'found',
      })
      // Whoever kept only the older checkpoint cannot see it.
      expect(await seen(held12)).toMatchObject({ alone: 'holds', outside: 'holds', ok: true })
    })

    it('9: is found by an outside checkpoint alone when it is re-chained with our own key', async () => {
      const history = await entries(c.db)
      history[5] = { ...(history[5] as AuditEntry), new: { limit: 1 } }
      const { rootAt } = await rebuild(c.db, history)
      await signAgain(c.db, c.world.signer, rootAt)
      for (const held of [held12, held20])
        expect(await seen(held)).toMatchObject({
          alone: 'holds',
          outside: 'differs',
          ok: false,
          exportAlone: 'holds',
          exportBeside: 'found',
        })
    })

    it('9: is found by nobody when only entries newer than every outside checkpoint are re-chained with our own key', async () => {
      const history = await entries(c.db)
      history[15] = { ...(history[15] as AuditEntry), new: { limit: 1 } }
      const { rootAt } = await rebuild(c.db, history)
      await signAgain(c.db, c.world.signer, rootAt)
      expect(await seen(held12)).toMatchObject({ alone: 'holds', outside: 'holds', ok: true, exportBeside: 'holds' })
      expect(await seen(held20)).toMatchObject({ outside: 'differs', ok: false })
    })

    it('10: is found by whoever was shown the other branch when it is forked', async () => {
      const shownToMaker = held20
      const history = (await entries(c.db)).slice(0, 12)
      await rebuild(c.db, history)
      await forgetCheckpoints(c.db, 12)
      await c.world.write(8)
      const shownToFacility = await c.world.checkpoint()
      expect(await seen(shownToFacility)).toMatchObject({ alone: 'holds', outside: 'holds', ok: true })
      expect(await seen(shownToMaker)).toMatchObject({
        alone: 'holds',
        outside: 'differs',
        ok: false,
        exportBeside: 'found',
      })
      // The two holders need nobody else: one size, two roots, both signed.
      const [a, b] = [shownToMaker, shownToFacility].map(note => note.split('\n'))
      expect([a?.[1], a?.[2] === b?.[2]]).toEqual([b?.[1], false])
    })

    it('is not signed any more once it contradicts what was signed', async () => {
      const history = await entries(c.db)
      history[5] = { ...(history[5] as AuditEntry), new: { limit: 1 } }
      await rebuild(c.db, history)
      await c.world.write(1)
      await expect(c.world.checkpoints.newest()).rejects.toMatchObject({ code: 'audit_inconsistent' })
    })

    it('says of a checkpoint why it is none of ours', async () => {
      expect(await c.verify('nonsense')).toMatchObject({ ok: false, outside: { result: 'malformed' } })
      expect(await c.verify(held20.replace('\n20\n', '\n19\n'))).toMatchObject({ outside: { result: 'bad_signature' } })
      expect(parseVerifierKey(c.world.checkpoints.verifierKey)?.name).toBe(c.world.signer.name)
      // Pasted from a mail.
      expect(await c.verify(`\r\n${held20.replaceAll('\n', '\r\n')}\r\n`)).toMatchObject({ ok: true })
    })
  })
}
