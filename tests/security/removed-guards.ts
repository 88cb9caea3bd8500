/** Removes each guard in turn and shows that an attack then succeeds. */
import { expect, it } from 'vitest'
import { ATTACKS } from './attacks.ts'
import { afterRevocation, afterRotation, afterUnlisting, revokedMeanwhile } from './lifecycle.ts'
import { type Guard, mutate } from './mutants.ts'
import { type AttackedBroker, createWorld, type World } from './world.ts'

const ENDINGS: Partial<Record<Guard['caughtBy'], (world: World) => Promise<string | null>>> = {
  revoke: afterRevocation,
  rotate: afterRotation,
  hub: afterUnlisting,
  race: revokedMeanwhile,
}

/** @param start with the sources in this folder */
export function removedGuards(guards: readonly Guard[], start: (root: string) => Promise<AttackedBroker>): void {
  it.each(guards.map(guard => [guard.name, guard] as const))('without "%s" an attack succeeds', async (_, guard) => {
    const { root, remove } = await mutate(guard)
    const broker = await start(root)
    try {
      const world = await createWorld(broker)
      expect(await firstBreach(world, guard)).not.toBeNull()
    } finally {
      await broker.stop()
      await remove()
    }
  })
}

async function firstBreach(world: World, { caughtBy }: Guard): Promise<string | null> {
  const ending = ENDINGS[caughtBy]
  if (ending) return ending(world)
  for (const attack of ATTACKS.filter(({ kind }) => kind === caughtBy))
    for (const loot of [world.device, world.hub]) {
      const breach = await attack.run(world, loot)
      if (breach !== null) return breach
    }
  return null
}
