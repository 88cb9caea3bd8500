/** Keeps the board of one facility true: snapshot first, then frames; a new snapshot after a reconnection, a new layout, a sleep, and every five minutes. */
import type { Board } from '../../../core/rest/board.ts'
import type { Live } from '../live.ts'
import { LIVE_MS, SLEEP_GAP_MS } from './link.ts'
import type { BoardStore } from './store.ts'

const TICK_MS = 500
const RESNAPSHOT_MS = 5 * 60_000
const RETRY_MS = 3_000
const RESUME_GRACE_MS = 8_000

export interface BoardSessionDeps {
  facility: string
  store: BoardStore
  live: Live
  fetchBoard: (facility: string) => Promise<Board>
  /** The last failure of a snapshot; null when it worked. */
  onProblem: (error: unknown) => void
  /** Wall clock of the browser, ms: goes on while the computer sleeps. */
  wallNow: () => number
}

export function startBoardSession(deps: BoardSessionDeps) {
  const { facility, store, live } = deps
  let stopped = false
  let isFetching = false
  let lastSnapshot = 0
  let lastTry = 0
  let lastTick = deps.wallNow()
  let resumedAt = 0

  const snapshot = async (): Promise<void> => {
    if (isFetching || stopped) return
    isFetching = true
    lastTry = deps.wallNow()
    try {
      const board = await deps.fetchBoard(facility)
      if (stopped) return
      store.applySnapshot(board)
      lastSnapshot = deps.wallNow()
      deps.onProblem(null)
    } catch (error) {
      if (!stopped) deps.onProblem(error)
    } finally {
      isFetching = false
    }
  }
  const resume = (): void => {
    resumedAt = deps.wallNow()
    store.setResuming(true)
    live.reconnect()
    void snapshot()
  }
  const tick = (): void => {
    const now = deps.wallNow()
    const gap = now - lastTick
    lastTick = now
    if (gap > SLEEP_GAP_MS) resume()
    else if (resumedAt > 0 && now - resumedAt > RESUME_GRACE_MS) {
      resumedAt = 0
      store.setResuming(false)
    } else store.tick()
    const isLive = store.link().kind === 'live'
    const due = isLive
      ? now - lastSnapshot > RESNAPSHOT_MS
      : store.frame() === null || now - lastSnapshot > RESNAPSHOT_MS
    if (due && now - lastTry > RETRY_MS) void snapshot()
  }
  const onVisible = (): void => {
    if (document.visibilityState === 'visible' && store.link().ageMs > LIVE_MS && store.frame()) resume()
  }
  const timer = setInterval(tick, TICK_MS)
  document.addEventListener('visibilitychange', onVisible)
  window.addEventListener('pageshow', onVisible)
  live.watch(facility)
  void snapshot()
  return {
    snapshot,
    /** The socket is there (again): what was missed meanwhile comes by snapshot. */
    onConnected: (): void => void snapshot(),
    stop: (): void => {
      stopped = true
      clearInterval(timer)
      document.removeEventListener('visibilitychange', onVisible)
      window.removeEventListener('pageshow', onVisible)
    },
  }
}
export type BoardSession = ReturnType<typeof startBoardSession>
