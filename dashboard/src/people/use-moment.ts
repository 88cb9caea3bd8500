/** A field of day and time that begins with this moment: to the second as long as nobody changes it. */
import { useState } from 'react'
import { formatInZone } from '../../../core/time.ts'
import { useServices } from '../services.ts'
import { fieldTime, instantOf } from './when.ts'

export interface Moment {
  text: string
  setText: (text: string) => void
  /** The instant that is meant; null: nothing is filled in. */
  instant: () => string | null
  /** Nothing that has not happened yet. */
  isPast: boolean
}

export function useMoment(zone: string): Moment {
  const { clock } = useServices()
  const [first] = useState(() => fieldTime(clock.now(), zone))
  const [text, setText] = useState(first)
  const isUntouched = text === first
  const instant = (): string | null => (isUntouched ? formatInZone(clock.now(), zone) : instantOf(text, zone))
  const meant = instantOf(text, zone)
  return { text, setText, instant, isPast: isUntouched || (meant !== null && Date.parse(meant) <= clock.now()) }
}
