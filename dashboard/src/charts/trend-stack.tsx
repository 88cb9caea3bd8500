/** Several tracks on one time axis: events, states, numbers; one cursor for all, by pointer or by keys, read out above the data. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react'
import { day, hourMinute } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import { NumberTrackView } from './number-track.tsx'
import { GUTTER, MARGIN } from './plot.ts'
import { readingAt } from './reading-at.ts'
import type { Interval } from './series.ts'
import { StateTrackView } from './state-track.tsx'
import { nightsOf, type Tick, ticksOf } from './ticks.ts'
import type { Track } from './tracks.ts'
import styles from './trend-stack.module.css'
import { useWidth } from './use-width.ts'

export interface StackEvent {
  key: string
  atMs: number
  text: string
}
export interface TrendStackProps {
  window: Interval
  zone: string
  tracks: readonly Track[]
  events: readonly StackEvent[]
  /** The window has moved and its data are on the way. */
  isOld: boolean
  /** Names of devices beside the labels, where several share the stack. */
  showDevice: boolean
}

export function TrendStack({ window, zone, tracks, events, isOld, showDevice }: TrendStackProps) {
  const say = useSay()
  const language = useLanguage()
  const plotArea = useRef<HTMLDivElement>(null)
  const width = useWidth(plotArea)
  const [cursorMs, setCursorMs] = useState<number | null>(null)
  const ticks = useMemo(
    () => ticksOf(window, zone, Math.max(2, Math.floor((width - GUTTER) / 84))),
    [window, zone, width],
  )
  const nights = useMemo(() => nightsOf(window, zone), [window, zone])
  const inner = Math.max(1, width - GUTTER - MARGIN)
  const toX = (ms: number): number => GUTTER + ((ms - window.fromMs) / (window.toMs - window.fromMs)) * inner
  const span = window.toMs - window.fromMs
  const pointerAt = (event: PointerEvent): void => {
    const left = plotArea.current?.getBoundingClientRect().left ?? 0
    const share = (event.clientX - left - GUTTER) / inner
    setCursorMs(share < 0 || share > 1 ? null : window.fromMs + share * span)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = KEY_STEPS[event.key]
    if (step === undefined && event.key !== 'Escape') return
    event.preventDefault()
    setCursorMs(before =>
      step === undefined ? null : Math.min(window.toMs, Math.max(window.fromMs, (before ?? window.toMs) + step * span)),
    )
  }
  const reading = cursorMs === null ? null : readingAt(tracks, cursorMs, { zone, language, say, span })
  return (
    <div className={styles.stack} data-old={isOld || undefined} aria-busy={isOld}>
      {/* The cursor for keys and readers; the tracks below hold links, so they cannot be it themselves. */}
      <div
        className={styles.readout}
        role="slider"
        tabIndex={0}
        aria-label={say('trend.cursor')}
        aria-valuemin={window.fromMs}
        aria-valuemax={window.toMs}
        aria-valuenow={Math.round(cursorMs ?? window.toMs)}
        aria-valuetext={reading ? `${reading.time} ${reading.text}` : say('trend.noCursor')}
        onKeyDown={onKeyDown}
      >
        {reading ? (
          <>
            <b>{reading.time}</b>
            <span>{reading.text}</span>
          </>
        ) : (
          <span className={styles.hint}>{say('trend.hint')}</span>
        )}
      </div>
      <div
        className={styles.tracks}
        onPointerMove={pointerAt}
        onPointerDown={pointerAt}
        onPointerLeave={() => setCursorMs(null)}
      >
        {events.length > 0 && (
          <div className={styles.row}>
            <div className={styles.label}>
              <b>{say('trend.events')}</b>
            </div>
            <div className={styles.marks}>
              {events.map(event => (
                <i key={event.key} className={styles.mark} style={{ left: toX(event.atMs) }} title={event.text} />
              ))}
            </div>
          </div>
        )}
        {tracks.map(track => (
          <div key={track.key} className={styles.row}>
            {track.kind === 'number' ? (
              <NumberTrackView
                track={track}
                width={width}
                window={window}
                nights={nights}
                ticks={ticks}
                showDevice={showDevice}
              />
            ) : (
              <StateTrackView
                track={track}
                width={width}
                window={window}
                nights={nights}
                ticks={ticks}
                showDevice={showDevice}
              />
            )}
          </div>
        ))}
        <div className={styles.row}>
          <div className={styles.label} />
          <div ref={plotArea} className={styles.axis}>
            {ticks.map((tick, i) => (
              <span key={tick.ms} className={styles.tick} style={{ left: toX(tick.ms) }}>
                {tickText(tick, zone, language)}
                {tick.isDay && !tick.isDayStep && i > 0 && <small>{day(tick.ms, zone, language)}</small>}
                {i === 0 && !tick.isDayStep && <small>{day(tick.ms, zone, language)}</small>}
              </span>
            ))}
            {cursorMs !== null && <i className={styles.cursor} style={{ left: toX(cursorMs) }} />}
          </div>
        </div>
      </div>
    </div>
  )
}

/** Share of the window that a key moves the cursor. */
const KEY_STEPS: Record<string, number> = {
  ArrowLeft: -1 / 240,
  ArrowRight: 1 / 240,
  ArrowDown: -1 / 240,
  ArrowUp: 1 / 240,
  PageDown: -0.1,
  PageUp: 0.1,
  Home: -1,
  End: 1,
}

const tickText = (tick: Tick, zone: string, language: 'ja' | 'ko' | 'en'): string =>
  tick.isDayStep ? day(tick.ms, zone, language) : hourMinute(tick.ms, zone)
