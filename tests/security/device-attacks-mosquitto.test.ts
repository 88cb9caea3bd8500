/** Mosquitto under attack, its accounts driven by the server, and without each guard of that. */
import { afterAll, beforeAll } from 'vitest'
import { describeWith } from '../servers/find.ts'
import { mosquitto, type SecuredMosquitto, startSecuredMosquitto } from '../servers/mosquitto.ts'
import { startAttackedMosquitto } from './attacked-mosquitto.ts'
import { deviceAttacks } from './device-attacks.ts'
import { MOSQUITTO_GUARDS } from './mutants.ts'
import { removedGuards } from './removed-guards.ts'

describeWith(mosquitto, 'Mosquitto under attack', () => {
  deviceAttacks('mosquitto', startAttackedMosquitto)
})

describeWith(mosquitto, 'Mosquitto without a guard', () => {
  let running: SecuredMosquitto
  beforeAll(async () => {
    running = await startSecuredMosquitto()
  })
  afterAll(() => running?.stop())
  const here = MOSQUITTO_GUARDS.filter(({ caughtBy }) => caughtBy !== 'stale' && caughtBy !== 'bent')
  removedGuards(here, root => startAttackedMosquitto(root, running))
})
