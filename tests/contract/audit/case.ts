// One test's world, made anew for each, and the short forms that both halves of the contract use.
import type { Kysely } from 'kysely'
import { verifyTrail } from '../../../server/audit/verify.ts'
import type { RegistrySchema } from '../../../storage/registry/schema.ts'
import { type AuditStore, createWorld, type World } from './world.ts'

export interface AuditCase {
  readonly world: World
  /** The intruder's connection. */
  readonly db: Kysely<RegistrySchema>
  verify(outside?: string): ReturnType<typeof verifyTrail>
  setUp(): Promise<void>
  tearDown(): Promise<void>
}

export function createCase(makeStore: () => Promise<AuditStore>): AuditCase {
  let world: World | undefined
  let db: Kysely<RegistrySchema> | undefined
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the case is not set up')
    return value
  }
  return {
    get world() {
      return present(world)
    },
    get db() {
      return present(db)
    },
    verify: outside => {
      const { registry, checkpoints } = present(world)
      return verifyTrail(registry.audit, checkpoints, outside === undefined ? {} : { outside })
    },
    async setUp() {
      world = await createWorld(await makeStore())
      db = world.store.intrude()
    },
    async tearDown() {
      await db?.destroy()
      await world?.stop()
    },
  }
}
