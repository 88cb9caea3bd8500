/** Repository of devices and the credentials with which they sign in to the broker. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import { AppError } from '../../core/errors.ts'
import { clientIdOf, type DeviceId, type FacilityId, type ProfileId } from '../../core/ids.ts'
import type { DeviceCredentialRecord, DeviceRecord, Registry } from '../../core/registry.ts'
import { raiseVersion } from './records.ts'
import type { DeviceCredentialTable, DeviceTable, RegistrySchema } from './schema.ts'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
/** Compared with when there is no such device, so that its absence takes the same time. */
const NO_PASSWORD = Buffer.alloc(32)

const recordOf = (row: Selectable<DeviceTable>): DeviceRecord => ({
  facility: row.facility as FacilityId,
  id: row.id as DeviceId,
  profile: row.profile as ProfileId,
  maker: row.maker,
  activeFromMs: row.active_from_ms,
  createdMs: row.created_ms,
})

const credentialOf = (row: Selectable<DeviceCredentialTable>): DeviceCredentialRecord => ({
  facility: row.facility as FacilityId,
  device: row.device as DeviceId,
  clientId: row.client_id,
  username: row.username,
  passwordSha256: row.password_sha256,
  createdMs: row.created_ms,
  revokedMs: row.revoked_ms,
})

export function createDevices(db: Kysely<RegistrySchema>): Registry['devices'] {
  return {
    async enrol(record, nowMs) {
      const clientId = clientIdOf(record.facility, record.id)
      const password = randomBytes(16).toString('base64url')
      await db.transaction().execute(async trx => {
        const { facility, id, profile, maker } = record
        await raiseVersion(trx, facility)
        await trx
          .insertInto('devices')
          .values({ facility, id, profile, maker, active_from_ms: record.activeFromMs, created_ms: nowMs })
          .execute()
        await trx
          .insertInto('device_credentials')
          .values({
            client_id: clientId,
            username: clientId,
            facility,
            device: id,
            password_sha256: sha256(password).toString('hex'),
            created_ms: nowMs,
            revoked_ms: null,
          })
          .execute()
      })
      return { clientId, username: clientId, password }
    },

    async withdraw(facility, id) {
      await db.transaction().execute(async trx => {
        await raiseVersion(trx, facility)
        const placed = await trx
          .selectFrom('placements')
          .select('id')
          .where('facility', '=', facility)
          .where('device', '=', id)
          .executeTakeFirst()
        if (placed) throw new AppError('conflict', 'the device has been placed and can no longer be withdrawn')
        await trx.deleteFrom('device_credentials').where('facility', '=', facility).where('device', '=', id).execute()
        const gone = await trx
          .deleteFrom('devices')
          .where('facility', '=', facility)
          .where('id', '=', id)
          .executeTakeFirst()
        if (gone.numDeletedRows === 0n) throw new AppError('not_found', 'there is no such device')
      })
    },

    async get(facility, id) {
      const row = await db
        .selectFrom('devices')
        .selectAll()
        .where('facility', '=', facility)
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? recordOf(row) : null
    },

    async list({ facilities, makers, limit, after }) {
      if (facilities?.length === 0 || makers?.length === 0) return []
      let query = db.selectFrom('devices').selectAll().orderBy('facility').orderBy('id').limit(limit)
      if (facilities) query = query.where('facility', 'in', facilities)
      if (makers) query = query.where('maker', 'in', makers)
      if (after !== undefined) {
        const [facility = '', id = ''] = after.split('.')
        query = query.where(eb =>
          eb.or([eb('facility', '>', facility), eb.and([eb('facility', '=', facility), eb('id', '>', id)])]),
        )
      }
      return (await query.execute()).map(recordOf)
    },

    async credentials(facility) {
      const rows = await db
        .selectFrom('device_credentials')
        .selectAll()
        .where('facility', '=', facility)
        .orderBy('client_id')
        .execute()
      return rows.map(credentialOf)
    },

    async authenticate(clientId, username, password) {
      const row = await db
        .selectFrom('device_credentials')
        .selectAll()
        .where('client_id', '=', clientId)
        .executeTakeFirst()
      const matchesSecret = timingSafeEqual(
        sha256(password),
        row ? Buffer.from(row.password_sha256, 'hex') : NO_PASSWORD,
      )
      if (!row || !matchesSecret || row.username !== username || row.revoked_ms !== null) return null
      return { facility: row.facility as FacilityId, device: row.device as DeviceId }
    },
  }
}
