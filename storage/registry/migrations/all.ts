/** Every migration by name, imported statically so that a packed program carries them; their order is that of their names. */
import type { Migration } from 'kysely'
import { up as placesPeopleDatasets } from './0001-places-people-datasets.ts'
import { up as residents } from './0002-residents.ts'
import { up as trials } from './0002-trials.ts'
import { up as audit } from './0003-audit.ts'
import { up as accessOfPeople } from './0004-access-of-people.ts'
import { up as credentialsHubsSwaps } from './0005-credentials-hubs-swaps.ts'
import { up as retention } from './0006-retention.ts'
import { up as trialReleases } from './0100-trial-releases.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-places-people-datasets': { up: placesPeopleDatasets },
  '0002-residents': { up: residents },
  '0002-trials': { up: trials },
  '0003-audit': { up: audit },
  '0004-access-of-people': { up: accessOfPeople },
  '0005-credentials-hubs-swaps': { up: credentialsHubsSwaps },
  '0006-retention': { up: retention },
  '0100-trial-releases': { up: trialReleases },
}
