/** The embedded broker under attack. */
import { describe, expect, it } from 'vitest'
import { startAttackedEmbedded } from './attacked-embedded.ts'
import { connect, poll } from './attacks.ts'
import { deviceAttacks } from './device-attacks.ts'
import { createWorld } from './world.ts'

describe('the embedded broker under attack', () => {
  deviceAttacks('embedded', startAttackedEmbedded)

  it('a credential that is revoked while it signs in is refused', async () => {
    const broker = await startAttackedEmbedded()
    const world = await createWorld(broker)
    const held = broker.holdSignIns?.()
    const signing = connect(broker, world.device.signIn)
    const outcome = signing.then(
      () => 'admitted',
      () => 'refused',
    )
    await poll(() => held?.waiting() === 1)
    await broker.enrolment.revoke(world.facility, world.device.device)
    held?.release()
    expect(await outcome).toBe('refused')
    await broker.stop()
  })
})
