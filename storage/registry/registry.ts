/** The registry on a SQLite file: opens it, brings its schema up to date, and puts the repositories together. */
import type { Registry } from '../../core/registry.ts'
import { createConsents } from './consents.ts'
import { createCredentials, createHubs } from './credentials.ts'
import { openSqlite } from './database.ts'
import { createDevices } from './devices.ts'
import { createFacilities } from './facilities.ts'
import { migrate } from './migrate.ts'
import { createPlacements } from './placements.ts'
import { createReleases } from './releases.ts'
import { createRequests } from './requests.ts'
import { createResidents } from './residents.ts'
import { createRooms } from './rooms.ts'
import { createSessions } from './sessions.ts'
import { createSettings } from './settings.ts'
import { createSwaps } from './swaps.ts'
import { createUsers } from './users.ts'

/**
 * @param file path of the SQLite file, whose folder exists; `:memory:` for one that ends with the process
 * Throws AppErrors `registry_unavailable`, `registry_migration`.
 */
export async function createRegistry({ file }: { file: string }): Promise<Registry> {
  const db = openSqlite(file)
  try {
    await migrate(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  const { registryVersion, ...facilities } = createFacilities(db)
  return {
    facilities,
    registryVersion,
    rooms: createRooms(db),
    devices: createDevices(db),
    credentials: createCredentials(db),
    hubs: createHubs(db),
    swaps: createSwaps(db),
    residents: createResidents(db),
    placements: createPlacements(db),
    consents: createConsents(db),
    users: createUsers(db),
    sessions: createSessions(db),
    requests: createRequests(db),
    releases: createReleases(db),
    settings: createSettings(db),
    stop: () => db.destroy(),
  }
}
