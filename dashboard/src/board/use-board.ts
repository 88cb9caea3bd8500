/** The board's store as React hooks: each component hears of exactly what it draws. */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { BoardEventMessage } from '../../../core/live.ts'
import type { BoardCondition } from '../../../core/rest/board.ts'
import { useServices } from '../services.ts'
import { isNightShift } from '../theme.ts'
import type { Tallies } from './attention.ts'
import type { LinkKind, LinkState } from './link.ts'
import type { RoomView } from './room-view.ts'
import type { BoardFrame } from './store.ts'

function useTopic<T>(topic: string, get: () => T): T {
  const { store } = useServices()
  const subscribe = useCallback((listener: () => void) => store.subscribe(topic, listener), [store, topic])
  return useSyncExternalStore(subscribe, get)
}

export const useBoardFrame = (): BoardFrame | null => useTopic('frame', useServices().store.frame)
export const useTallies = (): Tallies => useTopic('rooms', useServices().store.tallies)
export const useEvents = (): readonly BoardEventMessage[] => useTopic('events', useServices().store.events)
/** What keeps the platform from measuring or delivering, oldest first. */
export function useTechnical(): readonly BoardCondition[] {
  const all = useTopic('conditions', useServices().store.conditions)
  return useMemo(() => all.filter(({ severity }) => severity === 'technical'), [all])
}
/** Changes twice a second. */
export const useLink = (): LinkState => useTopic('link', useServices().store.link)
/** Changes only when the picture's standing changes. */
export function useLinkKind(): LinkKind {
  const { store } = useServices()
  return useTopic('link', () => store.link().kind)
}
export function useValuesGone(): boolean {
  const { store } = useServices()
  return useTopic('link', () => store.link().valuesGone)
}
/** Server time of the last true picture, in whole seconds once it stopped; null while it is the present. */
export function useStoppedSince(): number | null {
  const { store } = useServices()
  return useTopic('link', () => {
    const { kind, asOfMs } = store.link()
    return kind === 'stopped' && asOfMs !== null ? Math.round(asOfMs / 1000) * 1000 : null
  })
}
/** Server minute since the epoch: what counts minutes draws again with it. */
export const useMinute = (): number => useTopic('minute', useServices().store.minute)
/** The facility's night shift, by the server's clock. */
export function useIsNight(): boolean {
  const { store, clock } = useServices()
  return useTopic('minute', () => isNightShift(clock.now(), store.frame()?.facility.zone ?? 'Asia/Tokyo'))
}
export function useRoom(id: string): RoomView | undefined {
  const { store } = useServices()
  return useTopic(`room ${id}`, () => store.room(id))
}
/** A figure computed from all rooms; `pick` must return a primitive. */
export function useRooms<T extends string | number | boolean>(pick: (rooms: readonly RoomView[]) => T): T {
  const { store } = useServices()
  return useTopic('rooms', () => pick((store.frame()?.order ?? []).flatMap(id => store.room(id) ?? [])))
}
