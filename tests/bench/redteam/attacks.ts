/** All attacks, in the order of their numbers. */
import type { Attack } from './attack.ts'
import { crossRelease } from './cross-release.ts'
import { dates } from './dates.ts'
import { differences } from './differencing.ts'
import { downcoding } from './downcoding.ts'
import { eventKnowledge } from './event-knowledge.ts'
import { fingerprints } from './fingerprint.ts'
import { inferences } from './inference.ts'
import { identifiers, report } from './leaks.ts'
import { homogeneity, linkage } from './linkage.ts'
import { logMatching } from './log-matching.ts'
import { memberships } from './membership.ts'
import { pseudonyms } from './pseudonyms.ts'
import { orphans, sideChannels } from './side-channels.ts'
import { smallNumbers } from './small.ts'

export const attacks: readonly Attack[] = [
  ...[linkage, ...logMatching, ...crossRelease, ...eventKnowledge, ...dates, downcoding, ...memberships],
  ...[...inferences, homogeneity, ...pseudonyms, sideChannels, orphans, identifiers, ...fingerprints],
  ...[smallNumbers, report, ...differences],
]
