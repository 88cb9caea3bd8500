/** Every migration by name, imported statically so that a packed program carries them; their order is that of their names. */
import type { Migration } from 'kysely'
import { up as placesPeopleDatasets } from './0001-places-people-datasets.ts'
import { up as credentialsHubsSwaps } from './0005-credentials-hubs-swaps.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-places-people-datasets': { up: placesPeopleDatasets },
  '0005-credentials-hubs-swaps': { up: credentialsHubsSwaps },
}
