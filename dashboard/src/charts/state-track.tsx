/** States over time: the body's height for a resident's states, on or off for switches, hatch where nothing was received. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { HEIGHTS, type PostureColors, paintHatch, readPostureColors } from '../board/tile-paint.ts'
import { span } from '../format.ts'
import { useSay, useServices } from '../services.ts'
import { GUTTER, MARGIN, type PlotColors, readPlotColors } from './plot.ts'
import { type Interval, totalMs } from './series.ts'
import type { Tick } from './ticks.ts'
import { TrackLabel } from './track-label.tsx'
import type { StateRun, StateTrack } from './tracks.ts'
import styles from './trend-stack.module.css'

const BODY_HEIGHT = 132
const SWITCH_HEIGHT = 40

interface Props {
  track: StateTrack
  width: number
  window: Interval
  nights: readonly Interval[]
  ticks: readonly Tick[]
  showDevice: boolean
}

const levelOf = (run: StateRun): number | null => (run.state ? (HEIGHTS[run.state] ?? null) : run.isOn ? 1 : 0.06)

export function StateTrackView({ track, width, window, nights, ticks, showDevice }: Props) {
  const say = useSay()
  const { theme } = useServices()
  const shown = useSyncExternalStore(theme.subscribe, theme.shown)
  const ref = useRef<HTMLCanvasElement>(null)
  const isBody = track.runs.some(run => run.state !== null)
  const height = isBody ? BODY_HEIGHT : SWITCH_HEIGHT
  // biome-ignore lint/correctness/useExhaustiveDependencies: draws again because the theme has changed
  useEffect(() => {
    const canvas = ref.current
    const context = canvas?.getContext('2d')
    if (!canvas || !context || width === 0) return
    const scale = globalThis.devicePixelRatio
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    context.setTransform(scale, 0, 0, scale, 0, 0)
    paintRuns(
      context,
      { track, window, nights, ticks, width, height },
      { ...readPostureColors(canvas), ...readPlotColors(canvas) },
    )
  }, [track, window, nights, ticks, width, height, shown])
  const levels = isBody ? levelsOf(track.runs) : []
  return (
    <>
      <TrackLabel track={track} showDevice={showDevice}>
        {track.silences.length > 0 && (
          <span>
            {say('trend.silent', { count: track.silences.length, total: span(totalMs(track.silences), say) })}
          </span>
        )}
        {track.runs.length === 0 && <span>{say('trend.noData')}</span>}
      </TrackLabel>
      <div className={styles.states}>
        <canvas ref={ref} className={isBody ? styles.body : styles.switch} />
        {levels.map(level => (
          <small key={level.text} className={styles.level} style={{ top: height - level.height * (height - 8) - 10 }}>
            {level.text}
          </small>
        ))}
      </div>
    </>
  )
}

/** Words at the left, one per height that occurs; where two heights would collide the higher stays. */
function levelsOf(runs: readonly StateRun[]): { text: string; height: number }[] {
  const found = new Map<number, string>()
  for (const run of runs)
    if (run.state && HEIGHTS[run.state] !== undefined && !found.has(HEIGHTS[run.state] as number))
      found.set(HEIGHTS[run.state] as number, run.text)
  const sorted = [...found].sort((a, b) => b[0] - a[0])
  return sorted
    .filter(([height], i) => i === 0 || (sorted[i - 1] as [number, string])[0] - height >= 0.115)
    .map(([height, text]) => ({ height, text }))
}

interface Picture extends Omit<Props, 'showDevice'> {
  height: number
}

function paintRuns(
  context: CanvasRenderingContext2D,
  { track, window, nights, ticks, width, height }: Picture,
  colors: PostureColors & PlotColors,
): void {
  const inner = width - GUTTER - MARGIN
  const x = (ms: number): number => GUTTER + ((ms - window.fromMs) / (window.toMs - window.fromMs)) * inner
  context.clearRect(0, 0, width, height)
  context.fillStyle = colors.shade
  for (const night of nights) context.fillRect(x(night.fromMs), 0, x(night.toMs) - x(night.fromMs), height)
  context.fillStyle = colors.grid
  for (const tick of ticks) context.fillRect(x(tick.ms), 0, 1, height)
  for (const silence of track.silences)
    paintHatch(
      context,
      x(silence.fromMs),
      0,
      Math.max(1, x(silence.toMs) - x(silence.fromMs)),
      height,
      colors.hatchA,
      colors.hatchLine,
      6,
    )
  for (const run of track.runs) {
    const level = levelOf(run)
    const from = x(run.fromMs)
    const wide = Math.max(1, x(run.toMs) - from)
    if (level === null) {
      paintHatch(context, from, height * 0.5, wide, height * 0.5, colors.hatchA, colors.hatchLine, 6)
      continue
    }
    const top = height - level * (height - 8) - 2
    context.fillStyle = (run.state && colors.fill[run.state]) || colors.fill.awake || colors.stroke
    context.fillRect(from, top, wide, height - top)
    context.fillStyle = colors.stroke
    context.fillRect(from, top, wide, 1.5)
  }
  context.fillStyle = colors.stroke
  context.fillRect(GUTTER, height - 1, inner, 1)
}
