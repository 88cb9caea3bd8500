/** Every migration by name, imported statically so that a packed program carries them; their order is that of their names. */
import type { Migration } from 'kysely'
import { up as placesPeopleDatasets } from './0001-places-people-datasets.ts'
import { up as accessOfPeople } from './0004-access-of-people.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-places-people-datasets': { up: placesPeopleDatasets },
  '0004-access-of-people': { up: accessOfPeople },
}
