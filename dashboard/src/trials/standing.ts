/** Where a trial stands, from its protocols and its period. */
import type { Trial } from '../../../core/rest/trials.ts'

/** `unlocked`: the newest version of the protocol waits for its lock, and nobody can be enrolled until then. */
type TrialStanding = 'planned' | 'unlocked' | 'open' | 'over'

/** @param today the calendar day, `2026-11-25` */
export function trialStanding({ protocols, to }: Trial, today: string): TrialStanding {
  const newest = protocols.at(-1)
  if (!newest) return 'planned'
  if (newest.locked === null) return 'unlocked'
  return today > to ? 'over' : 'open'
}
/** Once any version was locked the design stays as it is. */
export const isFixed = ({ protocols }: Trial): boolean => protocols.some(({ locked }) => locked !== null)
