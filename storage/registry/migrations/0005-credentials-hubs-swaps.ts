/** Several credentials for each device, with ends; hubs and the devices they speak for; swaps. SQL that SQLite and PostgreSQL both read. */
import type { Kysely } from 'kysely'

interface Before {
  device_credentials: Record<'username' | 'facility' | 'device' | 'password_sha256', string> &
    Record<'created_ms', number> &
    Record<'revoked_ms', number | null>
}
interface After extends Before {
  credentials: Record<'username' | 'facility' | 'device' | 'password_sha256', string> &
    Record<'generation' | 'created_ms', number> &
    Record<'ends_ms', number | null>
}

export async function up(db: Kysely<After>): Promise<void> {
  await db.schema
    .createTable('credentials')
    .addColumn('username', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('device', 'text', c => c.notNull())
    .addColumn('generation', 'bigint', c => c.notNull())
    .addColumn('password_sha256', 'text', c => c.notNull())
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addColumn('ends_ms', 'bigint')
    .addForeignKeyConstraint('credentials_device', ['facility', 'device'], 'devices', ['facility', 'id'])
    .addUniqueConstraint('credentials_generation', ['facility', 'device', 'generation'])
    .execute()
  await db.schema.createIndex('credentials_by_end').on('credentials').column('ends_ms').execute()
  await db
    .insertInto('credentials')
    .columns(['username', 'facility', 'device', 'generation', 'password_sha256', 'created_ms', 'ends_ms'])
    .expression(eb =>
      eb
        .selectFrom('device_credentials')
        .select(['username', 'facility', 'device'])
        .select(one => one.lit(1).as('generation'))
        .select(['password_sha256', 'created_ms', 'revoked_ms']),
    )
    .execute()
  await db.schema.dropTable('device_credentials').execute()

  await db.schema
    .createTable('hub_devices')
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('device', 'text', c => c.notNull())
    .addColumn('hub', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('hub_devices_key', ['facility', 'device'])
    .addForeignKeyConstraint('hub_devices_device', ['facility', 'device'], 'devices', ['facility', 'id'])
    .addForeignKeyConstraint('hub_devices_hub', ['facility', 'hub'], 'devices', ['facility', 'id'])
    .execute()
  await db.schema.createIndex('hub_devices_of_hub').on('hub_devices').columns(['facility', 'hub']).execute()

  await db.schema
    .createTable('swaps')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull())
    .addColumn('gone', 'text', c => c.notNull())
    .addColumn('come', 'text', c => c.notNull())
    .addColumn('room', 'text')
    .addColumn('placement', 'text', c => c.notNull().references('placements.id'))
    .addColumn('at_ms', 'bigint', c => c.notNull())
    .addColumn('by_user', 'text', c => c.notNull())
    .addColumn('undone_ms', 'bigint')
    .addForeignKeyConstraint('swaps_gone', ['facility', 'gone'], 'devices', ['facility', 'id'])
    .addForeignKeyConstraint('swaps_come', ['facility', 'come'], 'devices', ['facility', 'id'])
    .execute()
}
