/** Units and beds, what is known of residents (sealed), consents in full; SQL that SQLite and PostgreSQL both read. */
import { type Kysely, sql } from 'kysely'
import { newId } from '../records.ts'

/** Rooms of one unit counted from a multiple of this. */
const UNIT_SPAN = 10_000

export async function up(db: Kysely<unknown>): Promise<void> {
  await places(db)
  await moveRoomsIntoUnits(db as Kysely<Before>)
  await people(db)
}

async function places(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('units')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull().references('facilities.id'))
    .addColumn('label', 'text', c => c.notNull())
    .addColumn('ordinal', 'bigint', c => c.notNull())
    .addUniqueConstraint('units_label', ['facility', 'label'])
    .execute()
  await db.schema.alterTable('rooms').addColumn('closed_ms', 'bigint').execute()
  await db.schema
    .createTable('beds')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('room', 'text', c => c.notNull())
    .addColumn('label', 'text', c => c.notNull())
    .addColumn('closed_ms', 'bigint')
    .addForeignKeyConstraint('beds_room', ['facility', 'room'], 'rooms', ['facility', 'id'])
    .addUniqueConstraint('beds_label', ['room', 'label'])
    .addUniqueConstraint('beds_in_room', ['room', 'id'])
    .execute()
  await db.schema
    .alterTable('placements')
    .addColumn('bed', 'text', c => c.references('beds.id'))
    .execute()
}

interface Before {
  rooms: { id: string; facility: string; unit: string; ordinal: number }
  units: { id: string; facility: string; label: string; ordinal: number }
}
/** From here on `rooms.unit` holds a unit's id, and `rooms.ordinal` counts within the unit. */
async function moveRoomsIntoUnits(db: Kysely<Before>): Promise<void> {
  const rooms = await db.selectFrom('rooms').select(['id', 'facility', 'unit', 'ordinal']).orderBy('ordinal').execute()
  const units = new Map<string, Before['units']>()
  for (const { id, facility, unit: label, ordinal } of rooms) {
    const key = JSON.stringify([facility, label])
    let unit = units.get(key)
    if (!unit) {
      unit = { id: newId(), facility, label, ordinal: Math.floor(ordinal / UNIT_SPAN) }
      units.set(key, unit)
      await db.insertInto('units').values(unit).execute()
    }
    await db
      .updateTable('rooms')
      .set({ unit: unit.id, ordinal: ordinal % UNIT_SPAN })
      .where('id', '=', id)
      .execute()
  }
}

async function people(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('residents').addColumn('left_ms', 'bigint').execute()
  await db.schema.alterTable('residents').addColumn('erased_ms', 'bigint').execute()
  await db.schema
    .createTable('resident_keys')
    .addColumn('resident', 'text', c => c.primaryKey().references('residents.id'))
    .addColumn('key_id', 'text', c => c.notNull())
    .addColumn('wrapped', 'text')
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .execute()
  await db.schema
    .createTable('resident_identities')
    .addColumn('resident', 'text', c => c.notNull().references('residents.id'))
    .addColumn('version', 'bigint', c => c.notNull())
    .addColumn('sealed', 'text', c => c.notNull())
    .addColumn('recorded_ms', 'bigint', c => c.notNull())
    .addColumn('recorded_by', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('resident_identities_key', ['resident', 'version'])
    .execute()
  await db.schema
    .createTable('care_levels')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('resident', 'text', c => c.notNull().references('residents.id'))
    .addColumn('sealed', 'text', c => c.notNull())
    .addColumn('recorded_ms', 'bigint', c => c.notNull())
    .addColumn('recorded_by', 'text', c => c.notNull())
    .execute()
  await db.schema.createIndex('care_levels_of_resident').on('care_levels').column('resident').execute()
  await db.schema
    .createTable('absences')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('resident', 'text', c => c.notNull())
    .addColumn('sealed', 'text')
    .addColumn('from_ms', 'bigint', c => c.notNull())
    .addColumn('to_ms', 'bigint')
    .addColumn('recorded_ms', 'bigint', c => c.notNull())
    .addColumn('recorded_by', 'text', c => c.notNull())
    .addForeignKeyConstraint('absences_resident', ['facility', 'resident'], 'residents', ['facility', 'id'])
    .addCheckConstraint('absences_forward', sql`to_ms is null or to_ms > from_ms`)
    .execute()
  await db.schema
    .createIndex('absences_of_resident')
    .on('absences')
    .columns(['facility', 'resident', 'from_ms'])
    .execute()
  await db.schema
    .createTable('stays')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('resident', 'text', c => c.notNull())
    .addColumn('room', 'text', c => c.notNull())
    .addColumn('bed', 'text')
    .addColumn('from_ms', 'bigint', c => c.notNull())
    .addColumn('to_ms', 'bigint')
    .addForeignKeyConstraint('stays_resident', ['facility', 'resident'], 'residents', ['facility', 'id'])
    .addForeignKeyConstraint('stays_room', ['facility', 'room'], 'rooms', ['facility', 'id'])
    .addForeignKeyConstraint('stays_bed', ['room', 'bed'], 'beds', ['room', 'id'])
    .addCheckConstraint('stays_forward', sql`to_ms is null or to_ms > from_ms`)
    .execute()
  await db.schema.createIndex('stays_of_resident').on('stays').columns(['facility', 'resident', 'from_ms']).execute()

  for (const column of ['to_ms', 'recorded_ms'])
    await db.schema.alterTable('consents').addColumn(column, 'bigint').execute()
  for (const column of ['recipient_country', 'text_version', 'recorded_by'])
    await db.schema.alterTable('consents').addColumn(column, 'text').execute()
  await db.schema
    .createTable('consent_withdrawals')
    .addColumn('consent', 'text', c => c.primaryKey().references('consents.id'))
    .addColumn('at_ms', 'bigint', c => c.notNull())
    .addColumn('recorded_ms', 'bigint', c => c.notNull())
    .addColumn('recorded_by', 'text', c => c.notNull())
    .execute()
  await db.schema
    .createTable('release_subjects')
    .addColumn('release', 'text', c => c.notNull().references('releases.id'))
    .addColumn('resident', 'text', c => c.notNull().references('residents.id'))
    .addPrimaryKeyConstraint('release_subjects_key', ['release', 'resident'])
    .execute()
  await db.schema.createIndex('release_subjects_of').on('release_subjects').column('resident').execute()
}
