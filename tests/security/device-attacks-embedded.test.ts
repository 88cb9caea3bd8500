/** The embedded broker under attack, and without each of its guards. */
import { describe } from 'vitest'
import { startAttackedEmbedded } from './attacked-embedded.ts'
import { deviceAttacks } from './device-attacks.ts'
import { EMBEDDED_GUARDS } from './mutants.ts'
import { removedGuards } from './removed-guards.ts'

describe('the embedded broker under attack', () => {
  deviceAttacks('embedded', startAttackedEmbedded)
})
describe('the embedded broker without a guard', () => removedGuards(EMBEDDED_GUARDS, startAttackedEmbedded))
