// A registry with an audit trail in it, somebody who signs it, and a second, rude way into its database.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Registry } from '../../../core/registry.ts'
import { type Checkpoints, originOf, startCheckpoints } from '../../../server/audit/checkpoints.ts'
import { exportOf } from '../../../server/audit/export.ts'
import { type NoteSigner, noteSigner } from '../../../server/audit/note.ts'
import { signingKeyOf } from '../../../server/export/sign/minisign.ts'
import { createLog } from '../../../server/log.ts'
import { parseIdentityKeys } from '../../../storage/registry/identity-keys.ts'
import type { RegistrySchema } from '../../../storage/registry/schema.ts'

/** One empty database, however it is kept. */
export interface AuditStore {
  open(clock: () => number): Promise<Registry>
  /** A connection beside the registry's own, as an intruder with the database's password has one. */
  intrude(): Kysely<RegistrySchema>
  /** Switches off the triggers that guard the tables. */
  disarm(db: Kysely<RegistrySchema>): Promise<void>
  remove(): Promise<void>
}

export const identityKeys = parseIdentityKeys(Buffer.alloc(32, 6).toString('base64'))
export const key = signingKeyOf(Buffer.alloc(32, 5), Buffer.alloc(8, 2))
const T0 = Date.UTC(2026, 10, 25)

export interface World {
  registry: Registry
  store: AuditStore
  signer: NoteSigner
  checkpoints: Checkpoints
  /** Appends so many entries about the same facility. */
  write(count: number): Promise<void>
  /** Signs what is there now, and gives the note to whoever keeps it. */
  checkpoint(): Promise<string>
  exported(): Promise<string>
  stop(): Promise<void>
}

export async function createWorld(store: AuditStore): Promise<World> {
  let nowMs = T0
  const registry = await store.open(() => (nowMs += 1_000))
  const { log } = await registry.audit.head()
  const signer = noteSigner(originOf(log), key.privateKey)
  const beside = { read: async () => null, write: async () => undefined }
  const checkpoints = await startCheckpoints({
    trail: registry.audit,
    signer,
    beside,
    clock: () => nowMs,
    log: createLog('silent'),
  })
  const dir = await mkdtemp(join(tmpdir(), 'mimamori-audit-'))
  let exports = 0
  let written = 0
  return {
    registry,
    store,
    signer,
    checkpoints,
    async write(count) {
      for (let n = 0; n < count; n++) {
        written += 1
        const subject = { kind: 'thing', id: `thing-${written}` }
        const draft = {
          action: 'thing.change',
          subject,
          facility: 'sunny',
          old: { limit: written },
          new: { limit: written + 1 },
        }
        await registry.audit.as(contextOf('somebody'), () => registry.audit.record([draft]))
      }
    },
    async checkpoint() {
      const kept = await checkpoints.newest()
      if (!kept) throw new Error('nothing to sign')
      return kept.note
    },
    async exported() {
      const file = join(dir, `${exports++}.ndjson`)
      const newest = await registry.audit.checkpoints.newest()
      const portions: string[] = []
      for await (const portion of exportOf(registry.audit, newest ?? { size: 0, note: '' })) portions.push(portion)
      await writeFile(file, portions.join(''))
      return file
    },
    async stop() {
      await checkpoints.stop().catch(() => undefined)
      await registry.stop()
      await store.remove()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export const contextOf = (id: string) => ({
  actor: { kind: 'user' as const, id, role: 'facility_admin' as const },
  address: '192.0.2.7',
  purpose: 'administration' as const,
  correlation: '5f0c1f1e-0000-4000-8000-000000000000',
})
