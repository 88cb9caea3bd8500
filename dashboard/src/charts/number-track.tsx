/** One metric: its name with the figures of the range, its chart, and the silences in words. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { numberText, span, unitText } from '../format.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { createPlot, readPlotColors } from './plot.ts'
import { type Interval, totalMs } from './series.ts'
import type { Tick } from './ticks.ts'
import { TrackLabel } from './track-label.tsx'
import type { NumberTrack } from './tracks.ts'
import styles from './trend-stack.module.css'

const HEIGHT = 132

interface Props {
  track: NumberTrack
  width: number
  window: Interval
  nights: readonly Interval[]
  ticks: readonly Tick[]
  showDevice: boolean
}

export function NumberTrackView({ track, width, window, nights, ticks, showDevice }: Props) {
  const say = useSay()
  const language = useLanguage()
  const { theme } = useServices()
  const shown = useSyncExternalStore(theme.subscribe, theme.shown)
  const box = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: draws again because the theme has changed
  useEffect(() => {
    const element = box.current
    if (!element || width === 0) return
    const input = {
      window,
      columns: track.columns,
      isOnDemand: track.period === null,
      digits: track.digits,
      silences: track.silences,
      nights,
      ticks,
    }
    return createPlot(element, input, readPlotColors(element), width, HEIGHT).stop
  }, [track, window, nights, ticks, width, shown])
  const figure = (value: number): string => numberText(value, track.digits, language)
  const { summary } = track
  return (
    <>
      <TrackLabel track={track} showDevice={showDevice}>
        {track.unit && <span>{unitText(track.unit, say)}</span>}
        <span>
          {summary
            ? say('trend.summary', { min: figure(summary.min), max: figure(summary.max), mean: figure(summary.mean) })
            : say('trend.noData')}
        </span>
        {track.silences.length > 0 && (
          <span>
            {say('trend.silent', { count: track.silences.length, total: span(totalMs(track.silences), say) })}
          </span>
        )}
      </TrackLabel>
      <div ref={box} className={styles.plot} aria-hidden="true" />
    </>
  )
}
