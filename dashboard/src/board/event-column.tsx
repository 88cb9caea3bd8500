/** What the devices reported lately, newest first; dated when the picture has stopped. It is no alarm list and offers no answer. */
import { useCatalogue } from '../catalogue.ts'
import { hourMinute, hourMinuteSecond, whenShort } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { Nothing } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import styles from './event-column.module.css'
import type { BoardFrame } from './store.ts'
import { useEvents, useLinkKind, useMinute, useStoppedSince } from './use-board.ts'

export function EventColumn({ frame }: { frame: BoardFrame }) {
  const say = useSay()
  return (
    <aside className={styles.column} aria-label={say('events.title')}>
      <h2>{say('events.title')}</h2>
      <FrozenNote zone={frame.facility.zone} />
      <EventList frame={frame} limit={40} />
      <Notice />
    </aside>
  )
}

export function Notice() {
  const say = useSay()
  return (
    <div className={styles.notice}>
      <p>{say('notice.supplementary')}</p>
      <p>{say('notice.guideValues')}</p>
    </div>
  )
}

export function FrozenNote({ zone }: { zone: string }) {
  const say = useSay()
  const sinceMs = useStoppedSince()
  if (useLinkKind() !== 'stopped' || sinceMs === null) return null
  return (
    <p className={styles.frozen}>
      <Icon name="lock" />
      {say('events.frozen', { time: hourMinuteSecond(sinceMs, zone) })}
    </p>
  )
}

/** `room`: only the events of one room. */
export function EventList({ frame, limit, room }: { frame: BoardFrame; limit: number; room?: string }) {
  const say = useSay()
  const language = useLanguage()
  const catalogue = useCatalogue()
  const { clock, store } = useServices()
  useMinute()
  const all = useEvents()
  const now = clock.now()
  const { zone } = frame.facility
  const events = all.filter(event => room === undefined || event.room === room).slice(0, limit)
  if (events.length === 0)
    return (
      <Nothing icon="check" head={say('events.none')} sub={say('events.noneAsOf', { time: hourMinute(now, zone) })} />
    )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keys
    <ol className={styles.list} tabIndex={0} aria-label={say('events.title')}>
      {events.map(event => (
        <li key={`${event.at} ${event.device} ${event.event}`} className={styles.event}>
          <time dateTime={event.at}>{whenShort(Date.parse(event.at), now, zone, language)}</time>
          {room === undefined && <b>{event.room === null ? '—' : (store.room(event.room)?.label ?? '—')}</b>}
          <span className={styles.text}>
            {catalogue.eventLabel(event.profile, event.event)}
            <small>
              {catalogue.deviceLabel(event.profile)}
              {event.late && (
                <span className={styles.late}>
                  <Icon name="clock" className={styles.lateIcon} />
                  {say('events.late')}
                </span>
              )}
            </small>
          </span>
        </li>
      ))}
    </ol>
  )
}
