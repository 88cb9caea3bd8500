/** What the repositories share: new ids, pages, the facility's version, JSON columns. */
import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { RegistrySchema } from './schema.ts'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 20
/** Bytes from here on would favour the first letters. */
const FAIR_LIMIT = 256 - (256 % ALPHABET.length)

/** 20 random characters [a-z0-9], 103 bits: also fit as an opaque place id. */
export function newId(): string {
  let id = ''
  while (id.length < ID_LENGTH) {
    for (const byte of randomBytes(ID_LENGTH * 2)) {
      if (byte < FAIR_LIMIT && id.length < ID_LENGTH) id += ALPHABET[byte % ALPHABET.length]
    }
  }
  return id
}

/**
 * Raises a facility's registry version. First in its transaction, so that on any database two writers of one facility
 * follow each other. Throws `not_found` when there is no such facility.
 */
export async function raiseVersion(trx: Transaction<RegistrySchema>, facility: string): Promise<void> {
  const raised = await trx
    .updateTable('facilities')
    .set(eb => ({ registry_version: eb('registry_version', '+', 1) }))
    .where('id', '=', facility)
    .executeTakeFirst()
  if (raised.numUpdatedRows === 0n) throw new AppError('not_found', 'there is no such facility')
}

/** Reads a JSON column; a text that does not fit is a broken invariant and throws. */
export const fromJson = <S extends z.ZodType>(schema: S, text: string): z.output<S> => schema.parse(JSON.parse(text))
