/** The registry on a SQLite file or in PostgreSQL: opens it, brings its schema up to date, and puts the repositories together. */
import type { Registry } from '../../core/registry.ts'
import { createAbsences } from './absences.ts'
import { createAmbient } from './ambient.ts'
import { recording } from './audit/recording.ts'
import { createAuditTrail } from './audit/trail.ts'
import { createBeds } from './beds.ts'
import { createCareLevels } from './care-levels.ts'
import { createConsents } from './consents.ts'
import { createCredentials, createHubs } from './credentials.ts'
import { openSqlite, scrubSqlite } from './database.ts'
import { createDeviceHistory } from './device-history.ts'
import { createDevices } from './devices.ts'
import { createFacilities } from './facilities.ts'
import type { IdentityKeys } from './identity-keys.ts'
import { createInvitations } from './invitations.ts'
import { createKeptAnswers } from './kept-answers.ts'
import { migrate } from './migrate.ts'
import { createPlacements } from './placements.ts'
import { openPostgres, scrubPostgres } from './postgres.ts'
import { createReferences } from './references.ts'
import { createReleases } from './releases.ts'
import { createRequests } from './requests.ts'
import { createResidents } from './residents.ts'
import { createRetention } from './retention.ts'
import { createRooms } from './rooms.ts'
import { createSessions } from './sessions.ts'
import { createSettings } from './settings.ts'
import { createStays } from './stays.ts'
import { createSwaps } from './swaps.ts'
import { createTokens } from './tokens.ts'
import { createTrialEvents } from './trial-events.ts'
import { createTrials } from './trials.ts'
import { createUnits } from './units.ts'
import { createUsers } from './users.ts'
import { createVault } from './vault.ts'

/** Path of a SQLite file, whose folder exists (`:memory:` for one that ends with the process), or PostgreSQL's connection string. */
export type RegistryPlace = { file: string } | { url: string }

/**
 * @param identityKeys without them nothing personal can be written or read
 * @param clock gives the audit trail's times
 * Throws AppErrors `registry_unavailable`, `registry_unreadable`, `registry_migration`, `identity_key_unknown`.
 */
export async function createRegistry(
  place: RegistryPlace,
  identityKeys?: IdentityKeys,
  clock: () => number = Date.now,
): Promise<Registry> {
  const base = 'url' in place ? openPostgres(place.url) : openSqlite(place.file)
  const ambient = createAmbient(base)
  const { db } = ambient
  // Outside of any transaction, which would hold what is to be removed.
  const scrub = () => ambient.afterCommit(() => ('url' in place ? scrubPostgres(base) : scrubSqlite(base)))
  const vault = createVault(identityKeys)
  try {
    await migrate(base)
    await base.transaction().execute(trx => vault.rotate(trx))
  } catch (error) {
    await base.destroy()
    throw error
  }
  const { registryVersion, ...facilities } = createFacilities(db)
  const audit = createAuditTrail({
    ambient,
    seal: {
      seal: (resident, text) => vault.seal(db, resident, 'audit', text),
      open: async (resident, sealed) => (await vault.open(db, [{ resident, use: 'audit', sealed }]))[0] ?? null,
    },
    clock,
  })
  const repositories = {
    facilities,
    units: createUnits(db),
    rooms: createRooms(db),
    beds: createBeds(db),
    devices: createDevices(db),
    deviceHistory: createDeviceHistory(db),
    residents: createResidents(db, vault, scrub),
    careLevels: createCareLevels(db, vault),
    absences: createAbsences(db, vault),
    stays: createStays(db),
    credentials: createCredentials(db),
    hubs: createHubs(db),
    swaps: createSwaps(db),
    placements: createPlacements(db),
    consents: createConsents(db),
    users: createUsers(db),
    sessions: createSessions(db),
    invitations: createInvitations(db),
    tokens: createTokens(db),
    keptAnswers: createKeptAnswers(db),
    requests: createRequests(db),
    releases: createReleases(db, vault),
    trials: createTrials(db),
    trialEvents: createTrialEvents(db, vault),
    references: createReferences(db),
    retention: createRetention(db),
    settings: createSettings(db),
  }
  return { ...recording(repositories, audit, ambient), registryVersion, audit, stop: () => base.destroy() }
}
