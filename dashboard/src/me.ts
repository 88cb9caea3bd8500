/** Who is signed in, and which of their facilities is on the screen. */
import { createContext, useContext } from 'react'
import type { Me } from '../../core/rest/session.ts'
import { boardFacility } from './roles.ts'

export interface SignedIn {
  me: Me
  /** Facility of the live board; null for roles without one. */
  facility: string | null
  chooseFacility: (facility: string) => void
}
const STORED = 'mimamori.facility'
const SignedInContext = createContext<SignedIn | null>(null)
export const SignedInProvider = SignedInContext.Provider
export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext)
  if (!signedIn) throw new Error('A screen was drawn without a session')
  return signedIn
}
export const storedFacility = (me: Me): string | null => boardFacility(me, localStorage.getItem(STORED))
export const keepFacility = (facility: string): void => localStorage.setItem(STORED, facility)
