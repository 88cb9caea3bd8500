/** Ends the episodes that events began: when the resident is back, when their window has passed, when the device was taken away. */
import { hasReturned, RETURN_MS, type Transition } from '../../core/conditions.ts'
import type { PlaceState } from '../../core/place-state.ts'
import type { KnownDevice } from '../registry.ts'
import type { Book } from './book.ts'
import type { Every } from './every.ts'
import type { Standing } from './evidence.ts'

export interface Endings {
  start(): void
  stop(): void
}

export interface EndingsDeps {
  book: Pick<Book, 'active' | 'facilities' | 'clear'>
  standing(facility: string, device: string): Standing
  device(facility: string, device: string): KnownDevice | undefined
  /** What is seen now where the device stands. */
  placeState(device: KnownDevice): PlaceState
  clock(): number
  ticks: () => number
  every: Every
}

const LOOK_MS = 1_000

export function createEndings({ book, standing, device, placeState, clock, ticks, every }: EndingsDeps): Endings {
  /** Since when the resident has been back, by facility, subject, code and the transition that it would end. */
  const backSince = new Map<string, number>()
  let end = (): void => undefined

  return {
    start() {
      end = every(LOOK_MS, look)
    },
    stop: () => end(),
  }

  function look(): void {
    const stillBack = new Set<string>()
    // A copy: what is cleared leaves the list under way.
    for (const facility of book.facilities())
      for (const transition of [...book.active(facility)]) {
        const { subject, code, until, event, n } = transition
        if (!event) continue
        const key = `${facility}/${subject}/${code}/${n}`
        if (standing(facility, subject) === 'gone') book.clear(facility, subject, code, 'gone')
        else if (until !== null && clock() > until) book.clear(facility, subject, code, 'expired')
        else if (isBack(facility, transition)) {
          stillBack.add(key)
          if (!backSince.has(key)) backSince.set(key, ticks())
          if (ticks() - (backSince.get(key) ?? 0) >= RETURN_MS) book.clear(facility, subject, code, 'returned')
        }
      }
    for (const key of backSince.keys()) if (!stillBack.has(key)) backSince.delete(key)
  }

  function isBack(facility: string, { subject, code }: Transition): boolean {
    const known = device(facility, subject)
    const told = known?.profile.events[code as keyof typeof known.profile.events]?.state
    return known !== undefined && told !== undefined && hasReturned(told, placeState(known))
  }
}
