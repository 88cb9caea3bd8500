/** What is written down during a trial and corrected by adding versions: the same for every kind of entry. */
import type { Kysely, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { Page } from '../../core/registry.ts'
import type { Written } from '../../core/registry-people.ts'
import { newId } from './records.ts'
import type { RegistrySchema } from './schema.ts'
import type { EntryColumns } from './schema-trials.ts'

export type EntryTable = 'trial_events' | 'reference_measurements'
type RowOf<T extends EntryTable> = RegistrySchema[T]

export interface EntryForm<T extends EntryTable, Content, Entry> {
  table: T
  /** The content's columns; called within the transaction that writes them. */
  columns(trx: Transaction<RegistrySchema>, id: string, content: Content): Promise<Omit<RowOf<T>, OwnColumn>>
  entries(rows: RowOf<T>[]): Promise<Entry[]>
}
type OwnColumn = 'id' | 'version' | 'correction' | 'recorded_ms' | 'recorded_by'
interface EntryQuery extends Page {
  trial: string
  facilities?: readonly string[]
}

export function createEntries<T extends EntryTable, Content, Entry>(
  db: Kysely<RegistrySchema>,
  { table, columns, entries }: EntryForm<T, Content, Entry>,
) {
  // The columns that versions have are the same in every such table, so one of them stands for all in the types.
  const same = table as 'trial_events'
  const versionsOf = (trx: Kysely<RegistrySchema>, id: string) =>
    trx.selectFrom(same).selectAll().where('id', '=', id).orderBy('version').execute() as unknown as Promise<RowOf<T>[]>
  const one = async (row: RowOf<T>): Promise<Entry> => (await entries([row]))[0] as Entry

  async function insert(
    trx: Transaction<RegistrySchema>,
    own: Pick<EntryColumns, OwnColumn>,
    content: Content,
  ): Promise<RowOf<T>> {
    const row = { ...own, ...(await columns(trx, own.id, content)) } as unknown as RowOf<T>
    await trx
      .insertInto(same)
      .values(row as never)
      .execute()
    return row
  }

  return {
    async add(content: Content, { by, nowMs }: Written): Promise<Entry> {
      const own = { id: newId(), version: 1, correction: null, recorded_ms: nowMs, recorded_by: by }
      return one(await db.transaction().execute(trx => insert(trx, own, content)))
    },

    /** Two that correct one version at once: the key lets one of them through. */
    async correct(
      id: string,
      version: number,
      content: Content,
      reason: string,
      { by, nowMs }: Written,
    ): Promise<Entry> {
      const own = { id, version: version + 1, correction: reason, recorded_ms: nowMs, recorded_by: by }
      const row = await db.transaction().execute(async trx => {
        const newest = (await versionsOf(trx, id)).at(-1)
        if (!newest) throw new AppError('not_found', 'there is no such entry')
        if (newest.version !== version)
          throw new AppError('conflict', 'the entry was corrected by someone else meanwhile')
        return insert(trx, own, content)
      })
      return one(row)
    },

    history: async (id: string): Promise<Entry[]> => entries(await versionsOf(db, id)),

    async list({ trial, facilities, limit, after }: EntryQuery): Promise<Entry[]> {
      if (facilities?.length === 0) return []
      let query = db
        .selectFrom(same)
        .selectAll()
        .where('trial', '=', trial)
        .where('id', '>', after ?? '')
        .where(eb =>
          eb.not(
            eb.exists(
              eb
                .selectFrom(`${same} as newer`)
                .select('newer.id')
                .whereRef('newer.id', '=', `${same}.id`)
                .whereRef('newer.version', '>', `${same}.version`),
            ),
          ),
        )
        .orderBy('id')
        .limit(limit)
      if (facilities) query = query.where('facility', 'in', facilities)
      return entries((await query.execute()) as unknown as RowOf<T>[])
    },
  }
}
