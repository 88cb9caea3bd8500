/** One room on the desktop board: number, state, time in it, values, and what of them is not the present. */
import { memo } from 'react'
import { Link } from 'wouter'
import { ago, hourMinute, span, valueText } from '../format.ts'
import { Glyph } from '../parts/glyph.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { LONG_OUT_MS, LOOKS } from './attention.ts'
import { isPresent } from './link.ts'
import type { RoomView } from './room-view.ts'
import type { BoardFrame } from './store.ts'
import styles from './tile.module.css'
import { PostureStrip, Sparkline } from './tile-canvas.tsx'
import { type MetricRoles, type TileValue, tileValues } from './tile-values.ts'
import { useLinkKind, useMinute, useRoom, useStoppedSince, useValuesGone } from './use-board.ts'

interface TileProps {
  id: string
  frame: BoardFrame
  roles: MetricRoles
  isTabStop: boolean
  onFocus: (id: string) => void
}

export const Tile = memo(function Tile({ id, frame, roles, isTabStop, onFocus }: TileProps) {
  const room = useRoom(id)
  const kind = useLinkKind()
  if (!room) return null
  const isNow = isPresent(kind)
  const look = isNow ? LOOKS[room.state] : 'unseen'
  return (
    <li className={styles.cell}>
      <Link
        href={`/rooms/${room.id}`}
        className={styles.tile}
        data-look={look}
        data-room={room.label}
        tabIndex={isTabStop ? 0 : -1}
        onFocus={() => onFocus(id)}
      >
        {isNow ? (
          <Present room={room} frame={frame} roles={roles} />
        ) : (
          <Stopped room={room} frame={frame} roles={roles} />
        )}
      </Link>
    </li>
  )
})

interface Inside {
  room: RoomView
  frame: BoardFrame
  roles: MetricRoles
}

function Present({ room, frame, roles }: Inside) {
  const say = useSay()
  const { clock } = useServices()
  useMinute()
  const now = clock.now()
  const { zone } = frame.facility
  const elapsed = room.sinceMs === null ? null : now - room.sinceMs
  const isGone = room.state === 'stale' || room.state === 'offline'
  const isLongOut = !room.absent && room.state === 'out_of_bed' && elapsed !== null && elapsed >= LONG_OUT_MS
  return (
    <>
      <span className={styles.head}>
        <b className={styles.number}>{room.label}</b>
        {elapsed !== null && room.state !== 'not_installed' && (
          <span className={styles.time}>
            {isLongOut && <Icon name="clock" className={styles.timeIcon} />}
            {isGone ? say('time.from', { time: hourMinute(room.sinceMs as number, zone) }) : span(elapsed, say)}
          </span>
        )}
      </span>
      <span className={styles.state}>
        <Glyph state={room.state} className={styles.glyph} />
        <b className={styles.word}>{say(`state.${room.state}`)}</b>
      </span>
      <Values room={room} frame={frame} roles={roles} />
      <LastRow room={room} elapsedMs={elapsed} />
    </>
  )
}

function Values({ room, frame, roles }: Inside) {
  const say = useSay()
  const language = useLanguage()
  if (room.absent) return <span className={styles.note}>{say('tile.absent')}</span>
  if (room.state === 'not_installed') return <span className={styles.note}>{say('tile.noSensor')}</span>
  if (room.state === 'unclear') return <span className={styles.note}>{say('tile.unreadable')}</span>
  if (room.state === 'offline') return <span className={styles.note}>{say('tile.nothingComes')}</span>
  const values = tileValues(room, frame.layout, roles)
  if (values.length === 0)
    return (
      <span className={styles.note}>
        {say(LOOKS[room.state] === 'up' || room.state === 'away' ? 'tile.offBed' : 'tile.noValue')}
      </span>
    )
  const [first, second] = values
  const text = (each: TileValue) => (
    <span className={styles.value}>
      <i>{each.name[language]}</i>
      <b>{valueText(each.value, each.digits, language)}</b>
    </span>
  )
  return (
    <span className={styles.values} data-old={room.state === 'stale' || undefined}>
      {first && text(first)}
      <Sparkline values={room.recentValues} />
      {second && text(second)}
    </span>
  )
}

/** One of: age of the values, a suspect clock, battery, the last 30 minutes. Never two. */
function LastRow({ room, elapsedMs }: { room: RoomView; elapsedMs: number | null }) {
  const say = useSay()
  if (room.state === 'not_installed' || room.state === 'unclear' || room.state === 'offline')
    return <span className={styles.last} />
  const note = lastNote(room, elapsedMs)
  if (!note)
    return (
      <span className={styles.last}>
        <PostureStrip states={room.recentStates} />
      </span>
    )
  return (
    <span className={styles.last}>
      <Icon name={note.icon} className={styles.lastIcon} />
      {say(note.word, note.ageMs === undefined ? {} : { ago: ago(note.ageMs, say) })}
    </span>
  )
}

interface LastNote {
  icon: IconName
  word: 'tile.valueAge' | 'tile.partlyOld' | 'tile.clockSuspect' | 'tile.batteryLow'
  ageMs?: number
}
function lastNote(room: RoomView, elapsedMs: number | null): LastNote | null {
  if (room.state === 'stale') return { icon: 'clock', word: 'tile.valueAge', ageMs: elapsedMs ?? 0 }
  if (room.freshness === 'stale' || room.freshness === 'lost') return { icon: 'clock', word: 'tile.partlyOld' }
  if (room.clockSuspect) return { icon: 'warning', word: 'tile.clockSuspect' }
  if (room.batteryLow) return { icon: 'battery', word: 'tile.batteryLow' }
  if (room.freshness === 'ageing' && room.ageS !== null)
    return { icon: 'clock', word: 'tile.valueAge', ageMs: room.ageS * 1000 }
  return null
}

/** The link has stopped: what is shown is what was last known, and says so. */
function Stopped({ room, frame, roles }: Inside) {
  const say = useSay()
  const language = useLanguage()
  const gone = useValuesGone()
  const sinceMs = useStoppedSince()
  if (room.state === 'not_installed')
    return (
      <>
        <span className={styles.head}>
          <b className={styles.number}>{room.label}</b>
        </span>
        <span className={styles.state}>
          <Glyph state="not_installed" className={styles.glyph} />
          <b className={styles.word}>{say('state.not_installed')}</b>
        </span>
        <span className={styles.note}>{say('tile.noSensor')}</span>
        <span className={styles.last} />
      </>
    )
  // A room that had already gone silent is dated by its own silence.
  const lastMs = room.state === 'stale' || room.state === 'offline' ? (room.sinceMs ?? sinceMs) : sinceMs
  const last = lastMs === null ? '' : hourMinute(lastMs, frame.facility.zone)
  const values = tileValues(room, frame.layout, roles)
  return (
    <>
      <span className={styles.head}>
        <b className={styles.number}>{room.label}</b>
      </span>
      <span className={styles.state}>
        <Glyph state="stale" className={styles.glyph} />
        <b className={styles.word}>{say('state.stale')}</b>
      </span>
      <span className={styles.values} data-old={!gone || undefined}>
        {values.map(each => (
          <span key={each.column} className={styles.value}>
            <i>{each.name[language]}</i>
            <b>{gone ? '—' : valueText(each.value, each.digits, language)}</b>
          </span>
        ))}
      </span>
      <span className={styles.last}>{say('tile.lastState', { time: last, state: say(`state.${room.state}`) })}</span>
    </>
  )
}
