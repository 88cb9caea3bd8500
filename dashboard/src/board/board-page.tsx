/** The staff board: headline, tiles by unit in their fixed places, recent events; or its wall and phone forms. */
import { lazy, Suspense, useEffect } from 'react'
import { useSearchParams } from 'wouter'
import { useSignedIn } from '../me.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices, useValue } from '../services.ts'
import { PHONE, useMedia } from '../use-now.ts'
import styles from './board-page.module.css'
import { EventColumn, Notice } from './event-column.tsx'
import { parseFilter } from './filter.ts'
import { Headline } from './headline.tsx'
import { keepRooms } from './known-rooms.ts'
import { Skeleton } from './skeleton.tsx'
import { TileGrid } from './tile-grid.tsx'
import { useBoardFrame } from './use-board.ts'

const PhoneBoard = lazy(() => import('./phone-board.tsx').then(module => ({ default: module.PhoneBoard })))

export function BoardPage() {
  const say = useSay()
  const services = useServices()
  const problem = useValue(services.boardProblem)
  const frame = useBoardFrame()
  const isPhone = useMedia(PHONE)
  const { facility } = useSignedIn()
  const [search] = useSearchParams()
  useEffect(() => {
    document.title = `${say('nav.board')} | ${say('brand')}`
  }, [say])
  useEffect(() => {
    if (frame) keepRooms(frame, id => services.store.room(id)?.label ?? id)
  }, [frame, services.store])
  if (!frame)
    return (
      <div className={styles.page}>
        <div className={styles.board}>
          <div className={styles.waiting}>
            <h1 tabIndex={-1}>{problem ? say('board.notSeen') : say('board.loading')}</h1>
            {problem !== null && <Failure error={problem} onRetry={services.retryBoard} />}
          </div>
          <Skeleton facility={facility} />
        </div>
        {!isPhone && (
          <aside className={styles.waitingSide}>
            <Notice />
          </aside>
        )}
      </div>
    )
  if (frame.order.length === 0)
    return (
      <div className={styles.waiting}>
        <h1 tabIndex={-1}>{say('nav.board')}</h1>
        <Nothing icon="board" head={say('board.empty')} sub={say('board.emptyWho')} />
      </div>
    )
  if (isPhone)
    return (
      <Suspense fallback={<Loading />}>
        <PhoneBoard frame={frame} />
      </Suspense>
    )
  return (
    <div className={styles.page}>
      <div className={styles.board}>
        <Headline frame={frame} filter={parseFilter(search)} />
        <TileGrid frame={frame} filter={parseFilter(search)} />
      </div>
      <EventColumn frame={frame} />
    </div>
  )
}
