/** Whether a consent holds now. */
import type { Consent } from '../../../core/rest/consents.ts'

export const CONSENT_STATES = ['valid', 'later', 'ended', 'withdrawn'] as const
export type ConsentState = (typeof CONSENT_STATES)[number]

export function stateOf({ from, to, withdrawn }: Consent, nowMs: number): ConsentState {
  if (withdrawn !== null) return 'withdrawn'
  if (Date.parse(from) > nowMs) return 'later'
  return to !== null && Date.parse(to) <= nowMs ? 'ended' : 'valid'
}
