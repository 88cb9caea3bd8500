/** The two small drawings of a tile, on their own canvas: 30 minutes of posture, and a sparkline on a fixed scale so that calm is flat. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { PLACE_STATES } from '../../../core/place-state.ts'
import { useServices } from '../services.ts'
import styles from './tile.module.css'
import { type PostureColors, paintPosture, paintSpark, readPostureColors } from './tile-paint.ts'

/** Sizes a canvas to its box and paints it again when box, theme or data change. */
function useCanvas(
  paint: (context: CanvasRenderingContext2D, width: number, height: number, colors: PostureColors) => void,
  data: unknown,
) {
  const ref = useRef<HTMLCanvasElement>(null)
  const { theme } = useServices()
  const shown = useSyncExternalStore(theme.subscribe, theme.shown)
  // biome-ignore lint/correctness/useExhaustiveDependencies: paints again because data or theme have changed
  useEffect(() => {
    const canvas = ref.current
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    const draw = (): void => {
      const { clientWidth: width, clientHeight: height } = canvas
      if (width === 0 || height === 0) return
      const scale = window.devicePixelRatio
      canvas.width = Math.round(width * scale)
      canvas.height = Math.round(height * scale)
      context.setTransform(scale, 0, 0, scale, 0, 0)
      paint(context, width, height, readPostureColors(canvas))
    }
    draw()
    const observer = new ResizeObserver(draw)
    observer.observe(canvas)
    return () => observer.disconnect()
  }, [data, shown])
  return ref
}

export function PostureStrip({ states }: { states: readonly (number | null)[] }) {
  const ref = useCanvas(
    (context, width, height, colors) =>
      paintPosture(
        context,
        width,
        height,
        states.map(index => (index === null ? null : (PLACE_STATES[index] ?? null))),
        colors,
      ),
    states,
  )
  return <canvas ref={ref} className={styles.strip} />
}

export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const ref = useCanvas(
    (context, width, height, colors) => paintSpark(context, width, height, values, colors.spark),
    values,
  )
  return <canvas ref={ref} className={styles.spark} />
}
