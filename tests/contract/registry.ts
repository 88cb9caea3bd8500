/** The registry's contract: every adapter passes these tests on its real database. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { credentialsContract } from './registry/credentials.ts'
import { datasetsContract } from './registry/datasets.ts'
import { devicesContract } from './registry/devices.ts'
import { facilitiesAndRoomsContract } from './registry/facilities-and-rooms.ts'
import { createFixture, DEMO, draft, type RegistryStore, T0, user } from './registry/fixture.ts'
import { peopleContract } from './registry/people.ts'
import { placementsContract } from './registry/placements.ts'
import { placesContract } from './registry/places.ts'
import { releasesContract } from './registry/releases.ts'
import { residentsContract } from './registry/residents.ts'
import { retentionContract } from './registry/retention.ts'
import { swapsContract } from './registry/swaps.ts'
import { trialsContract } from './registry/trials.ts'
import { versionsContract } from './registry/versions.ts'

export function registryContract(name: string, makeStore: () => Promise<RegistryStore>): void {
  describe(`registry contract: ${name}`, () => {
    const f = createFixture(makeStore)
    beforeEach(() => f.setUp())
    afterEach(() => f.tearDown())

    facilitiesAndRoomsContract(f)
    devicesContract(f)
    credentialsContract(f)
    swapsContract(f)
    placementsContract(f)
    placesContract(f)
    peopleContract(f)
    residentsContract(f)
    trialsContract(f)
    retentionContract(f)
    datasetsContract(f)
    releasesContract(f)
    versionsContract(f)

    it('keeps everything when it is stopped and opened again, and applies no migration twice', async () => {
      await f.enrol('mat-1')
      const placement = await f.place('mat-1', T0, null)
      await f.registry.users.create(user('maker'))
      const request = await f.registry.requests.create(draft)
      const version = await f.registry.registryVersion(DEMO)
      const credentials = await f.registry.credentials.list(DEMO)
      for (let time = 0; time < 2; time++) {
        await f.reopen()
      }
      expect(await f.registry.placements.list({ facilities: [DEMO], limit: 9 })).toEqual([placement])
      expect(await f.registry.requests.get(request.id)).toEqual(request)
      expect(await f.registry.credentials.list(DEMO)).toEqual(credentials)
      expect(await f.registry.registryVersion(DEMO)).toBe(version)
    })
  })
}
