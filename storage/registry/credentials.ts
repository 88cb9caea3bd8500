/** Repository of the credentials with which devices sign in to the broker, and of the devices for which a hub speaks. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { ClearCredential, CredentialRecord, Credentials, Hubs } from '../../core/credentials.ts'
import { AppError } from '../../core/errors.ts'
import { clientIdOf, type DeviceId, type FacilityId } from '../../core/ids.ts'
import { raiseVersion } from './records.ts'
import type { CredentialTable, RegistrySchema } from './schema.ts'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
/** Compared with when there is no such credential, so that its absence takes the same time. */
const NO_PASSWORD = Buffer.alloc(32)

const recordOf = (row: Selectable<CredentialTable>): CredentialRecord => ({
  facility: row.facility as FacilityId,
  device: row.device as DeviceId,
  clientId: clientIdOf(row.facility, row.device),
  username: row.username,
  passwordSha256: row.password_sha256,
  createdMs: row.created_ms,
  endsMs: row.ends_ms,
})

/** Adds the next credential of a device within a transaction. Names are never used twice, so what has ended cannot come back by a new one. */
export async function addCredential(
  trx: Transaction<RegistrySchema>,
  facility: string,
  device: string,
  nowMs: number,
): Promise<ClearCredential> {
  const newest = await trx
    .selectFrom('credentials')
    .select('generation')
    .where('facility', '=', facility)
    .where('device', '=', device)
    .orderBy('generation', 'desc')
    .limit(1)
    .executeTakeFirst()
  const generation = (newest?.generation ?? 0) + 1
  const clientId = clientIdOf(facility, device)
  const username = generation === 1 ? clientId : `${clientId}.${generation}`
  const password = randomBytes(16).toString('base64url')
  await trx
    .insertInto('credentials')
    .values({
      username,
      facility,
      device,
      generation,
      password_sha256: sha256(password).toString('hex'),
      created_ms: nowMs,
      ends_ms: null,
    })
    .execute()
  return { clientId, username, password }
}

export function createCredentials(db: Kysely<RegistrySchema>): Credentials {
  return {
    issue: (facility, device, nowMs) => db.transaction().execute(trx => addCredential(trx, facility, device, nowMs)),

    async withdraw(username) {
      await db.deleteFrom('credentials').where('username', '=', username).execute()
    },

    async end(username, endsMs) {
      const { numUpdatedRows } = await db
        .updateTable('credentials')
        .set({ ends_ms: endsMs })
        .where('username', '=', username)
        .where(eb => eb.or([eb('ends_ms', 'is', null), eb('ends_ms', '>', endsMs)]))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async list(facility, device) {
      let query = db.selectFrom('credentials').selectAll().where('facility', '=', facility)
      if (device !== undefined) query = query.where('device', '=', device)
      return (await query.orderBy('device').orderBy('generation').execute()).map(recordOf)
    },

    async valid(nowMs) {
      const rows = await db
        .selectFrom('credentials')
        .selectAll()
        .where(eb => eb.or([eb('ends_ms', 'is', null), eb('ends_ms', '>', nowMs)]))
        .execute()
      return rows.map(recordOf)
    },

    async endedWithin(afterMs, upToMs) {
      const rows = await db
        .selectFrom('credentials')
        .selectAll()
        .where('ends_ms', '>', afterMs)
        .where('ends_ms', '<=', upToMs)
        .execute()
      return rows.map(recordOf)
    },

    async authenticate(clientId, username, password, nowMs) {
      const row = await db.selectFrom('credentials').selectAll().where('username', '=', username).executeTakeFirst()
      const matchesSecret = timingSafeEqual(
        sha256(password),
        row ? Buffer.from(row.password_sha256, 'hex') : NO_PASSWORD,
      )
      if (!row || !matchesSecret) return null
      const { facility, device, endsMs, ...credential } = recordOf(row)
      if (clientId !== credential.clientId) return null
      if (endsMs !== null && endsMs <= nowMs) return null
      const listed = await devicesOfHub(db, facility, device)
      return { facility, device, username, speaksFor: listed }
    },
  }
}

async function devicesOfHub(db: Kysely<RegistrySchema>, facility: string, hub: string): Promise<DeviceId[]> {
  const rows = await db
    .selectFrom('hub_devices')
    .select('device')
    .where('facility', '=', facility)
    .where('hub', '=', hub)
    .orderBy('device')
    .execute()
  return rows.map(({ device }) => device as DeviceId)
}

export function createHubs(db: Kysely<RegistrySchema>): Hubs {
  return {
    async of(facility) {
      const rows = await db
        .selectFrom('hub_devices')
        .select(['hub', 'device'])
        .where('facility', '=', facility)
        .orderBy('hub')
        .orderBy('device')
        .execute()
      const found = new Map<DeviceId, DeviceId[]>()
      for (const { hub, device } of rows) {
        const listed = found.get(hub as DeviceId)
        if (listed) listed.push(device as DeviceId)
        else found.set(hub as DeviceId, [device as DeviceId])
      }
      return found
    },

    async set(facility, hub, devices) {
      await db.transaction().execute(async trx => {
        // Also keeps two writers apart, so that no chain of hubs comes about between them.
        await raiseVersion(trx, facility)
        const others = await trx
          .selectFrom('hub_devices')
          .select(['hub', 'device'])
          .where('facility', '=', facility)
          .where('hub', '!=', hub)
          .execute()
        const isListed = others.some(({ device }) => device === hub)
        const hubs = new Set(others.map(other => other.hub))
        if (devices.includes(hub) || (devices.length > 0 && isListed) || devices.some(device => hubs.has(device)))
          throw new AppError('conflict', 'a hub is not spoken for by a hub')
        await trx.deleteFrom('hub_devices').where('facility', '=', facility).where('hub', '=', hub).execute()
        for (const device of new Set(devices))
          await trx.insertInto('hub_devices').values({ facility, device, hub }).execute()
      })
    },
  }
}
