/** Residents' own keys: made when first needed, kept wrapped by the identity key, destroyed at erasure; nothing unwrapped outlives a call. */
import type { Kysely } from 'kysely'
import { AppError } from '../../core/errors.ts'
import { decrypt, encrypt, type IdentityKeys, newDataKey } from './identity-keys.ts'
import type { RegistrySchema } from './schema.ts'

type Db = Kysely<RegistrySchema>
export interface SealedText {
  resident: string
  /** What it is, for example `identity`: said again to open it. */
  use: string
  sealed: string
}
/** `db` is the transaction in which it happens. */
export interface Vault {
  /** Throws `not_found` without such a resident, `not_ready` after erasure, `identity_key_missing` where no keys were given. */
  seal(db: Db, resident: string, use: string, text: string): Promise<string>
  /** In the order given; null where the resident's data were erased. */
  open(db: Db, texts: readonly SealedText[]): Promise<(string | null)[]>
  destroy(db: Db, resident: string): Promise<void>
  /** Wraps every key by the current identity key. Throws `identity_key_unknown` when one was wrapped by a key that is not given. */
  rotate(db: Db): Promise<void>
}

export function createVault(keys: IdentityKeys | undefined): Vault {
  const identityKey = (id: string): Buffer => {
    if (!keys) throw new AppError('identity_key_missing', 'residents’ data need the key of IDENTITY_KEY_FILE')
    const key = keys.byId.get(id)
    if (!key) throw new AppError('identity_key_unknown', `the identity key file lacks key ${id}, which is in use`)
    return key
  }
  const wrap = (resident: string, dataKey: Buffer) => {
    const id = keys?.current ?? ''
    return { key_id: id, wrapped: encrypt(identityKey(id), `key ${resident}`, dataKey) }
  }
  const unwrap = (resident: string, id: string, wrapped: string): Buffer =>
    decrypt(identityKey(id), `key ${resident}`, wrapped)

  async function dataKeyOf(db: Db, resident: string): Promise<Buffer> {
    const read = () => db.selectFrom('resident_keys').selectAll().where('resident', '=', resident).executeTakeFirst()
    let row = await read()
    if (!row) {
      await db
        .insertInto('resident_keys')
        .values({ resident, ...wrap(resident, newDataKey()), created_ms: Date.now() })
        .onConflict(conflict => conflict.column('resident').doNothing())
        .execute()
      // Another writer may have been first; what is kept is what counts.
      row = await read()
    }
    if (!row?.wrapped) throw new AppError('not_ready', 'the resident’s data were erased')
    return unwrap(resident, row.key_id, row.wrapped)
  }

  return {
    async seal(db, resident, use, text) {
      return encrypt(await dataKeyOf(db, resident), `${use} ${resident}`, Buffer.from(text))
    },

    async open(db, texts) {
      const residents = [...new Set(texts.map(({ resident }) => resident))]
      const dataKeys = new Map<string, Buffer>()
      for (let from = 0; from < residents.length; from += AT_ONCE) {
        const rows = await db
          .selectFrom('resident_keys')
          .selectAll()
          .where('resident', 'in', residents.slice(from, from + AT_ONCE))
          .execute()
        for (const { resident, key_id, wrapped } of rows)
          if (wrapped !== null) dataKeys.set(resident, unwrap(resident, key_id, wrapped))
      }
      return texts.map(({ resident, use, sealed }) => {
        const key = dataKeys.get(resident)
        return key ? decrypt(key, `${use} ${resident}`, sealed).toString() : null
      })
    },

    async destroy(db, resident) {
      await db
        .insertInto('resident_keys')
        .values({ resident, key_id: '', wrapped: null, created_ms: Date.now() })
        .onConflict(conflict => conflict.column('resident').doUpdateSet({ key_id: '', wrapped: null }))
        .execute()
    },

    async rotate(db) {
      if (!keys) return
      const others = await db
        .selectFrom('resident_keys')
        .select(['resident', 'key_id', 'wrapped'])
        .where('key_id', '!=', keys.current)
        .where('wrapped', 'is not', null)
        .execute()
      for (const { resident, key_id, wrapped } of others) {
        if (wrapped === null) continue
        await db
          .updateTable('resident_keys')
          .set(wrap(resident, unwrap(resident, key_id, wrapped)))
          .where('resident', '=', resident)
          .where('wrapped', '=', wrapped)
          .execute()
      }
    },
  }
}

/** Below the number of parameters that every database takes. */
const AT_ONCE = 500
