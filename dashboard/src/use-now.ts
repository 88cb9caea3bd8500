/** The server's time as React state, and questions to the window that change with it. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useServices } from './services.ts'

/** Draws again every `stepMs`; always the time of the drawing, never of the last step. */
export function useNow(stepMs = 1_000): number {
  const { clock } = useServices()
  const [, setStep] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setStep(step => step + 1), stepMs)
    return () => clearInterval(timer)
  }, [stepMs])
  return clock.now()
}

/** Follows a media query. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    listener => {
      const media = window.matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    () => window.matchMedia(query).matches,
  )
}
export const PHONE = '(max-width: 719px)'
