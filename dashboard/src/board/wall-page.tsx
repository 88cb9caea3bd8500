/** The board on a wall, to be read from five metres: no buttons, no names, hours rounded, one sentence at the side. */
import { type CSSProperties, useEffect, useMemo } from 'react'
import { useCatalogue, useProfiles } from '../catalogue.ts'
import { hourMinute, hourMinuteSecond, shortSpan, valueText } from '../format.ts'
import { StopBar } from '../frame/stop-bar.tsx'
import { Glyph, Mark } from '../parts/glyph.tsx'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { LONG_OUT_MS, LOOKS } from './attention.ts'
import { Notice } from './event-column.tsx'
import { Sums, useVerdict, VerdictWords } from './headline.tsx'
import { isPresent } from './link.ts'
import type { BoardFrame } from './store.ts'
import { type MetricRoles, metricRoles, tileValues, wallName } from './tile-values.ts'
import { useBoardFrame, useEvents, useLinkKind, useMinute, useRoom, useStoppedSince } from './use-board.ts'
import styles from './wall-page.module.css'

export function WallPage() {
  const say = useSay()
  const frame = useBoardFrame()
  useEffect(() => {
    document.title = `${say('nav.board')} | ${say('brand')}`
  }, [say])
  return (
    <div className={styles.wall} data-view="wall">
      <WallBar frame={frame} />
      <div className={styles.stop}>
        <StopBar />
      </div>
      {frame ? (
        <>
          <WallTiles frame={frame} />
          <Side frame={frame} />
        </>
      ) : (
        <main className={styles.tiles}>
          <h1 className={styles.loading}>{say('board.loading')}</h1>
        </main>
      )}
    </div>
  )
}

function WallBar({ frame }: { frame: BoardFrame | null }) {
  const say = useSay()
  const now = useNow(500)
  const kind = useLinkKind()
  return (
    <header className={styles.bar}>
      <Mark className={styles.mark} />
      {frame && <b className={styles.facility}>{frame.facility.name}</b>}
      {frame && (
        <span className={styles.clock}>
          <b>{hourMinute(now, frame.facility.zone)}</b>:{String(Math.floor(now / 1000) % 60).padStart(2, '0')}
        </span>
      )}
      <span className={styles.link} data-testid="link" data-kind={kind}>
        {kind === 'live' ? (
          <span className={styles.dot} />
        ) : (
          <Icon name={kind === 'stopped' ? 'linkOff' : 'clock'} className={styles.linkIcon} />
        )}
        {say(`link.${kind}`)}
      </span>
      <span className={styles.gap} />
      {isPresent(kind) && <Sums className={styles.sums} />}
    </header>
  )
}

/** Columns and rows so that every room fits without scrolling. */
function shape(frame: BoardFrame): { columns: number; rows: number } {
  const total = frame.order.length
  const columns = total <= 24 ? 6 : total <= 40 ? 8 : total <= 60 ? 10 : 12
  return { columns, rows: frame.units.reduce((sum, unit) => sum + Math.ceil(unit.rooms.length / columns), 0) }
}

function WallTiles({ frame }: { frame: BoardFrame }) {
  const profiles = useProfiles()
  const roles = useMemo(() => metricRoles(profiles), [profiles])
  const { columns } = shape(frame)
  const rows = frame.units
    .flatMap(unit => [
      '38px',
      ...Array.from({ length: Math.ceil(unit.rooms.length / columns) }, () => 'minmax(0, 1fr)'),
    ])
    .join(' ')
  return (
    <main
      className={styles.tiles}
      data-dense={columns > 6 || undefined}
      style={{ '--columns': columns, '--rows': rows } as CSSProperties}
    >
      {frame.units.map(unit => (
        <section key={unit.name} className={styles.unit}>
          <h2>{unit.name}</h2>
          {unit.rooms.map(id => (
            <WallTile key={id} id={id} frame={frame} roles={roles} />
          ))}
        </section>
      ))}
    </main>
  )
}

function WallTile({ id, frame, roles }: { id: string; frame: BoardFrame; roles: MetricRoles }) {
  const say = useSay()
  const language = useLanguage()
  const { clock } = useServices()
  const room = useRoom(id)
  const isNow = isPresent(useLinkKind())
  useMinute()
  if (!room) return null
  const isStopped = !isNow && room.state !== 'not_installed'
  const state = isStopped ? 'stale' : room.state
  const elapsed = room.sinceMs === null ? null : clock.now() - room.sinceMs
  const isGone = state === 'stale' || state === 'offline'
  const values = isStopped || LOOKS[room.state] === 'unseen' ? [] : tileValues(room, frame.layout, roles)
  return (
    <div className={styles.tile} data-look={isNow ? LOOKS[state] : 'unseen'} data-room={room.label}>
      <span className={styles.first}>
        <b>{room.label}</b>
        <Glyph state={state} className={styles.glyph} />
      </span>
      <b className={styles.word}>{say(`state.${state}`)}</b>
      <span className={styles.third}>
        {!isStopped && elapsed !== null && room.state !== 'not_installed' && (
          <span className={styles.time}>
            {room.state === 'out_of_bed' && elapsed >= LONG_OUT_MS && (
              <Icon name="clock" className={styles.clockMark} />
            )}
            {isGone
              ? say('time.from', { time: hourMinute(room.sinceMs as number, frame.facility.zone) })
              : shortSpan(elapsed, say)}
          </span>
        )}
        {values.map(each => (
          <span key={each.column} className={styles.value}>
            <i>{wallName(each.name, language)}</i>
            {valueText(each.value, each.digits, language)}
          </span>
        ))}
      </span>
    </div>
  )
}

function Side({ frame }: { frame: BoardFrame }) {
  const say = useSay()
  const catalogue = useCatalogue()
  const { store } = useServices()
  const verdict = useVerdict(frame.facility.zone, 8)
  const stoppedSince = useStoppedSince()
  const events = useEvents().slice(0, 7)
  return (
    <aside className={styles.side} aria-label={say('events.title')}>
      {stoppedSince !== null && (
        <p className={styles.asOf}>
          {say('events.frozen', { time: hourMinuteSecond(stoppedSince, frame.facility.zone) })}
        </p>
      )}
      <h1 className={styles.verdict} data-kind={verdict.kind}>
        {verdict.kind === 'look' && <b>{verdict.count}</b>}
        {verdict.kind === 'look' ? say('wall.look') : verdict.head}
      </h1>
      <VerdictWords verdict={verdict} className={styles.names} />
      <h2>{say('events.title')}</h2>
      <ol className={styles.events}>
        {events.map(event => (
          <li key={`${event.at} ${event.device} ${event.event}`}>
            <time dateTime={event.at}>{hourMinute(Date.parse(event.at), frame.facility.zone)}</time>
            <b>{event.room === null ? '—' : (store.room(event.room)?.label ?? '—')}</b>
            <span>{catalogue.eventLabel(event.profile, event.event)}</span>
          </li>
        ))}
      </ol>
      <Notice />
    </aside>
  )
}
