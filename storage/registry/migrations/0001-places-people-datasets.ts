/** First tables of the registry; SQL that SQLite and PostgreSQL both read. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('facilities')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('zone', 'text', c => c.notNull())
    .addColumn('bench_of', 'text')
    .addColumn('registry_version', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('rooms')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull().references('facilities.id'))
    .addColumn('label', 'text', c => c.notNull())
    .addColumn('unit', 'text', c => c.notNull())
    .addColumn('ordinal', 'bigint', c => c.notNull())
    .addUniqueConstraint('rooms_label', ['facility', 'unit', 'label'])
    .addUniqueConstraint('rooms_in_facility', ['facility', 'id'])
    .execute()

  await db.schema
    .createTable('devices')
    .addColumn('facility', 'text', c => c.notNull().references('facilities.id'))
    .addColumn('id', 'text', c => c.notNull())
    .addColumn('profile', 'text', c => c.notNull())
    .addColumn('maker', 'text', c => c.notNull())
    .addColumn('active_from_ms', 'bigint', c => c.notNull())
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('devices_key', ['facility', 'id'])
    .execute()

  await db.schema
    .createTable('device_credentials')
    .addColumn('client_id', 'text', c => c.primaryKey())
    .addColumn('username', 'text', c => c.notNull().unique())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('device', 'text', c => c.notNull())
    .addColumn('password_sha256', 'text', c => c.notNull())
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addColumn('revoked_ms', 'bigint')
    .addForeignKeyConstraint('device_credentials_device', ['facility', 'device'], 'devices', ['facility', 'id'])
    .execute()

  await db.schema
    .createTable('residents')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull().references('facilities.id'))
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addUniqueConstraint('residents_in_facility', ['facility', 'id'])
    .execute()

  // The pairs (facility, room) and (facility, resident) keep a placement inside one facility.
  await db.schema
    .createTable('placements')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('device', 'text', c => c.notNull())
    .addColumn('room', 'text')
    .addColumn('resident', 'text')
    .addColumn('from_ms', 'bigint', c => c.notNull())
    .addColumn('to_ms', 'bigint')
    .addForeignKeyConstraint('placements_device', ['facility', 'device'], 'devices', ['facility', 'id'])
    .addForeignKeyConstraint('placements_room', ['facility', 'room'], 'rooms', ['facility', 'id'])
    .addForeignKeyConstraint('placements_resident', ['facility', 'resident'], 'residents', ['facility', 'id'])
    .addCheckConstraint('placements_forward', sql`to_ms is null or to_ms > from_ms`)
    .execute()
  await db.schema
    .createIndex('placements_of_device')
    .on('placements')
    .columns(['facility', 'device', 'from_ms'])
    .unique()
    .execute()

  await db.schema
    .createTable('consents')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('resident', 'text', c => c.notNull())
    .addColumn('purpose', 'text', c => c.notNull())
    .addColumn('from_ms', 'bigint', c => c.notNull())
    .addForeignKeyConstraint('consents_resident', ['facility', 'resident'], 'residents', ['facility', 'id'])
    .execute()
  await db.schema.createIndex('consents_of_resident').on('consents').columns(['facility', 'resident']).execute()

  await db.schema
    .createTable('users')
    .addColumn('name', 'text', c => c.primaryKey())
    .addColumn('password_hash', 'text', c => c.notNull())
    .addColumn('role', 'text', c => c.notNull())
    .addColumn('maker', 'text')
    .addColumn('language', 'text', c => c.notNull())
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .execute()
  await db.schema
    .createTable('user_facilities')
    .addColumn('user_name', 'text', c => c.notNull().references('users.name'))
    .addColumn('facility', 'text', c => c.notNull().references('facilities.id'))
    .addPrimaryKeyConstraint('user_facilities_key', ['user_name', 'facility'])
    .execute()

  await db.schema
    .createTable('sessions')
    .addColumn('token_sha256', 'text', c => c.primaryKey())
    .addColumn('user_name', 'text', c => c.notNull().references('users.name'))
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addColumn('seen_ms', 'bigint', c => c.notNull())
    .addColumn('expires_ms', 'bigint', c => c.notNull())
    .execute()
  await db.schema.createIndex('sessions_by_expiry').on('sessions').column('expires_ms').execute()

  await db.schema
    .createTable('dataset_requests')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('maker', 'text', c => c.notNull())
    .addColumn('created_by', 'text', c => c.notNull().references('users.name'))
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addColumn('purpose', 'text', c => c.notNull())
    .addColumn('product', 'text', c => c.notNull())
    .addColumn('facility', 'text', c => c.notNull().references('facilities.id'))
    .addColumn('scope', 'text', c => c.notNull())
    .addColumn('state', 'text', c => c.notNull())
    .addColumn('failure', 'text')
    .addColumn('version', 'bigint', c => c.notNull())
    .addColumn('reviews', 'text', c => c.notNull())
    .execute()
  await db.schema.createIndex('dataset_requests_by_state').on('dataset_requests').column('state').execute()

  await db.schema
    .createTable('releases')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('request', 'text', c => c.notNull().unique().references('dataset_requests.id'))
    .addColumn('maker', 'text', c => c.notNull())
    .addColumn('product', 'text', c => c.notNull())
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addColumn('manifest_sha256', 'text', c => c.notNull())
    .addColumn('key_id', 'text', c => c.notNull())
    .addColumn('public_key', 'text', c => c.notNull())
    .addColumn('published', 'bigint', c => c.notNull())
    .addColumn('suppressed', 'bigint', c => c.notNull())
    .addColumn('files', 'text', c => c.notNull())
    .execute()

  await db.schema
    .createTable('settings')
    .addColumn('name', 'text', c => c.primaryKey())
    .addColumn('value', 'text', c => c.notNull())
    .execute()
}
