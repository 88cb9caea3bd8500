/** Mosquitto's accounts are those of the registry again after either was away, and after somebody bent them. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { type AttackedMosquitto, startAttackedMosquitto } from './attacked-mosquitto.ts'
import { MOSQUITTO_GUARDS, mutate } from './mutants.ts'
import { afterAbsence, afterBending, afterLoss, afterStaleFile } from './reconcile.ts'
import { createWorld } from './world.ts'

describeWith(mosquitto, "Mosquitto's accounts compared with the registry", () => {
  let broker: AttackedMosquitto
  beforeAll(async () => {
    broker = await startAttackedMosquitto()
  })
  afterAll(() => broker?.stop())

  it.each([
    ['a credential that the broker brings back from an earlier day is closed and refused', afterStaleFile],
    [
      'a credential that was revoked while the broker was away is refused when it is back, and that is said',
      afterAbsence,
    ],
    ['what was bent by hand is mended, strangers go, and nobody else is disturbed', afterBending],
    ['an account that the broker has lost is told, and a new credential cures it', afterLoss],
  ])('%s', async (_, attack) => {
    expect(await attack(await createWorld(broker), broker)).toBeNull()
  })

  const endings = { stale: afterStaleFile, bent: afterBending }
  const guards = MOSQUITTO_GUARDS.flatMap(guard =>
    guard.caughtBy === 'stale' || guard.caughtBy === 'bent' ? [{ guard, attack: endings[guard.caughtBy] }] : [],
  )
  it.each(guards.map(each => [each.guard.name, each] as const))('without "%s" an attack succeeds', async (_, each) => {
    const { root, remove } = await mutate(each.guard)
    const mutant = await startAttackedMosquitto(root)
    try {
      expect(await each.attack(await createWorld(mutant), mutant)).not.toBeNull()
    } finally {
      await mutant.stop()
      await remove()
    }
  })
})
