/** The tiles, unit by unit, in the facility's own order: one tab stop, arrows move, Enter opens. Nothing ever changes its place. */
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useProfiles } from '../catalogue.ts'
import { Button } from '../parts/button.tsx'
import { Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { type Filter, passes } from './filter.ts'
import { isPresent } from './link.ts'
import type { BoardFrame } from './store.ts'
import { Tile } from './tile.tsx'
import styles from './tile-grid.module.css'
import { metricRoles } from './tile-values.ts'
import { useIsNight, useLinkKind, useRooms } from './use-board.ts'

export function TileGrid({ frame, filter }: { frame: BoardFrame; filter: Filter }) {
  const say = useSay()
  const { store } = useServices()
  const profiles = useProfiles()
  const roles = useMemo(() => metricRoles(profiles), [profiles])
  const isNow = isPresent(useLinkKind())
  const isNight = useIsNight()
  const [, navigate] = useLocation()
  const [stop, setStop] = useState<string | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const shownText = useRooms(rooms =>
    rooms
      .filter(room => passes(filter, room, { isNow, isNight }))
      .map(room => room.id)
      .join(' '),
  )
  const shown = useMemo(() => new Set(shownText === '' ? [] : shownText.split(' ')), [shownText])
  const tabStop = stop !== null && shown.has(stop) ? stop : frame.order.find(id => shown.has(id))
  const onFocus = useCallback((id: string) => setStop(id), [])
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = nextTile(box.current, event.key)
    if (!target) return
    event.preventDefault()
    target.focus()
  }
  if (shown.size === 0)
    return (
      <div className={styles.none}>
        <Nothing head={say('filter.none')} sub={say('filter.noneSub', { total: store.tallies().total })} />
        <Button onPress={() => navigate('/board')}>{say('filter.clear')}</Button>
      </div>
    )
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links inside take the keys; this hears the arrows for them
    <div
      ref={box}
      className={styles.units}
      data-filtered={filter.kind !== 'all' || undefined}
      data-many={frame.order.length > 24 || undefined}
      onKeyDown={onKeyDown}
    >
      {filter.kind !== 'all' && (
        <p className={styles.partial}>
          {say('filter.partial', { shown: shown.size, total: frame.order.length })}
          <Button onPress={() => navigate('/board')}>{say('filter.clear')}</Button>
        </p>
      )}
      {frame.units
        .filter(unit => unit.rooms.some(id => shown.has(id)))
        .map(unit => (
          <section key={unit.name} className={styles.section} style={{ flexGrow: Math.ceil(unit.rooms.length / 6) }}>
            <div className={styles.unit}>
              <h2>{unit.name}</h2>
              <small>{say('board.unit', { rooms: unit.rooms.length, watched: unit.watched })}</small>
            </div>
            <ul className={styles.grid}>
              {unit.rooms
                .filter(id => shown.has(id))
                .map(id => (
                  <Tile key={id} id={id} frame={frame} roles={roles} isTabStop={id === tabStop} onFocus={onFocus} />
                ))}
            </ul>
          </section>
        ))}
    </div>
  )
}

/** The tile that an arrow leads to: by place on the screen, so it also crosses units. */
function nextTile(box: HTMLElement | null, key: string): HTMLElement | null {
  if (!box || !['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key)) return null
  const tiles = [...box.querySelectorAll<HTMLElement>('a[data-room]')]
  const at = tiles.indexOf(document.activeElement as HTMLElement)
  const here = tiles[at]
  if (!here) return null
  if (key === 'Home') return tiles[0] ?? null
  if (key === 'End') return tiles.at(-1) ?? null
  if (key === 'ArrowLeft') return tiles[at - 1] ?? null
  if (key === 'ArrowRight') return tiles[at + 1] ?? null
  const { left, top } = here.getBoundingClientRect()
  const beyond = tiles
    .map(tile => ({ tile, box: tile.getBoundingClientRect() }))
    .filter(each => (key === 'ArrowDown' ? each.box.top > top + 4 : each.box.top < top - 4))
    .sort(
      (a, b) =>
        Math.abs(a.box.top - top) - Math.abs(b.box.top - top) ||
        Math.abs(a.box.left - left) - Math.abs(b.box.left - left),
    )
  return beyond[0]?.tile ?? null
}
