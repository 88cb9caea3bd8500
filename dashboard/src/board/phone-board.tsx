/** The board on a phone: first the rooms to look at, then the others, in two columns; recent events below. */
import { useMemo } from 'react'
import { Link } from 'wouter'
import { hourMinute, span } from '../format.ts'
import { Glyph } from '../parts/glyph.tsx'
import { useSay, useServices } from '../services.ts'
import { byAttention, LOOKS, needsLook } from './attention.ts'
import { EventList, FrozenNote, Notice } from './event-column.tsx'
import { useVerdict } from './headline.tsx'
import { isPresent } from './link.ts'
import styles from './phone-board.module.css'
import type { BoardFrame } from './store.ts'
import { useIsNight, useLinkKind, useMinute, useRoom, useRooms, useStoppedSince, useTallies } from './use-board.ts'

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '))

export function PhoneBoard({ frame }: { frame: BoardFrame }) {
  const say = useSay()
  const isNow = isPresent(useLinkKind())
  const isNight = useIsNight()
  const verdict = useVerdict(frame.facility.zone, 0)
  const sums = useTallies()
  const firstText = useRooms(rooms =>
    rooms
      .filter(room => isNow && needsLook(room.state, isNight))
      .sort((a, b) => byAttention(a.state, b.state))
      .map(room => room.id)
      .join(' '),
  )
  const first = useMemo(() => words(firstText), [firstText])
  const others = frame.order.filter(id => !first.includes(id))
  return (
    <div className={styles.phone}>
      <h1 tabIndex={-1} data-kind={verdict.kind}>
        {verdict.head}
      </h1>
      {verdict.kind === 'calm' && <p className={styles.sub}>{verdict.sub}</p>}
      {isNow && (
        <p className={styles.sub}>
          {say('board.sums', { asleep: sums.asleep, awake: sums.awake, off: sums.offBed, unseen: sums.unseen })}
        </p>
      )}
      {first.length > 0 && <RoomList title={say('board.lookTitle')} ids={first} frame={frame} />}
      <RoomList title={say(first.length > 0 ? 'board.others' : 'board.allRooms')} ids={others} frame={frame} />
      <section>
        <h2>{say('events.title')}</h2>
        <FrozenNote zone={frame.facility.zone} />
        <div className={styles.events}>
          <EventList frame={frame} limit={8} />
        </div>
      </section>
      <Notice />
    </div>
  )
}

function RoomList({ title, ids, frame }: { title: string; ids: readonly string[]; frame: BoardFrame }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul className={styles.rooms}>
        {ids.map(id => (
          <PhoneRoom key={id} id={id} frame={frame} />
        ))}
      </ul>
    </section>
  )
}

function PhoneRoom({ id, frame }: { id: string; frame: BoardFrame }) {
  const say = useSay()
  const room = useRoom(id)
  const isNow = isPresent(useLinkKind())
  const stoppedSince = useStoppedSince()
  const { clock } = useServices()
  useMinute()
  if (!room) return null
  const isStopped = !isNow && room.state !== 'not_installed'
  const { zone } = frame.facility
  const isGone = room.state === 'stale' || room.state === 'offline'
  const time =
    room.sinceMs === null || room.state === 'not_installed'
      ? ''
      : isGone
        ? say('time.from', { time: hourMinute(room.sinceMs, zone) })
        : span(clock.now() - room.sinceMs, say)
  return (
    <li>
      <Link
        href={`/rooms/${id}`}
        className={styles.room}
        data-look={isNow ? LOOKS[room.state] : 'unseen'}
        data-room={room.label}
      >
        <b>{room.label}</b>
        <Glyph state={isStopped ? 'stale' : room.state} className={styles.glyph} />
        <span>
          {say(isStopped ? 'state.stale' : `state.${room.state}`)}
          <small>
            {isStopped
              ? say('tile.lastState', {
                  time: stoppedSince === null ? '' : hourMinute(stoppedSince, zone),
                  state: say(`state.${room.state}`),
                })
              : time}
          </small>
        </span>
      </Link>
    </li>
  )
}
