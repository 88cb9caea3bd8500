/** Paints posture strips and sparklines into a given canvas context; knows colours only by what it is handed. */
import type { PlaceState } from '../../../core/place-state.ts'

export interface PostureColors {
  fill: Partial<Record<PlaceState, string>>
  stroke: string
  hatchA: string
  hatchLine: string
  spark: string
}

/** How high the body is, 0–1; states that are not here are drawn as hatch. */
export const HEIGHTS: Partial<Record<PlaceState, number>> = {
  asleep: 0.2,
  dozing: 0.32,
  awake: 0.46,
  sitting_up: 0.62,
  bed_edge: 0.78,
  out_of_bed: 1,
  toilet: 1,
  away: 1,
}
const LEVELS: Partial<Record<PlaceState, string>> = {
  asleep: '--lv-sleep',
  dozing: '--lv-doze',
  awake: '--lv-wake',
  sitting_up: '--lv-sit',
  bed_edge: '--lv-edge',
  out_of_bed: '--lv-out',
  toilet: '--lv-out',
  away: '--lv-out',
}

export function readPostureColors(element: Element): PostureColors {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    fill: Object.fromEntries(Object.entries(LEVELS).map(([state, name]) => [state, read(name)])),
    stroke: read('--lv-stroke'),
    hatchA: read('--hatch-b'),
    hatchLine: read('--hatch-line'),
    spark: read('--ink-3'),
  }
}

/** A hatched rectangle: not the present state, or no data. */
export function paintHatch(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  ground: string,
  line: string,
  step = 5,
): void {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.fillStyle = ground
  context.fillRect(x, y, width, height)
  context.strokeStyle = line
  context.lineWidth = 1.5
  context.beginPath()
  // Counted from the canvas' own corner, so that neighbouring hatches meet.
  for (let c = Math.floor((x + y) / step) * step; c < x + y + width + height + step; c += step) {
    context.moveTo(c - y, y)
    context.lineTo(c - y - height, y + height)
  }
  context.stroke()
  context.restore()
}

/** One entry a minute, oldest first; null: nothing was known, left empty. */
export function paintPosture(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  states: readonly (PlaceState | null)[],
  colors: PostureColors,
): void {
  context.clearRect(0, 0, width, height)
  // Whole pixels, or the neighbours' edges show as seams.
  const x = (i: number): number => Math.round((i * width) / states.length)
  const top = (state: PlaceState): number => height - (HEIGHTS[state] ?? 0) * (height - 2) - 1
  for (let i = 0; i < states.length; i += 1) {
    const state = states[i]
    if (!state || state === 'not_installed') continue
    if (HEIGHTS[state] === undefined) {
      paintHatch(context, x(i), height * 0.35, x(i + 1) - x(i), height * 0.65, colors.hatchA, colors.hatchLine, 4)
      continue
    }
    context.fillStyle = colors.fill[state] ?? colors.stroke
    context.fillRect(x(i), top(state), x(i + 1) - x(i), height - top(state))
  }
  context.strokeStyle = colors.stroke
  context.lineWidth = 1.5
  context.beginPath()
  let isDown = false
  for (let i = 0; i < states.length; i += 1) {
    const state = states[i]
    if (!state || HEIGHTS[state] === undefined) {
      isDown = false
      continue
    }
    if (isDown) context.lineTo(x(i), top(state))
    else context.moveTo(x(i), top(state))
    context.lineTo(x(i + 1), top(state))
    isDown = true
  }
  context.stroke()
}

/** Half of the sparkline's scale, in the metric's own unit. */
const SPARK_REACH = 9
/** Fixed scale of ±9 around the median: a steady heart is a flat line. Gaps are not joined. */
export function paintSpark(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  values: readonly (number | null)[],
  color: string,
): void {
  context.clearRect(0, 0, width, height)
  const known = values.filter((value): value is number => value !== null).sort((a, b) => a - b)
  const middle = known[Math.floor(known.length / 2)]
  if (middle === undefined) return
  context.strokeStyle = color
  context.lineWidth = 1.5
  context.lineJoin = 'round'
  context.beginPath()
  const step = width / Math.max(1, values.length - 1)
  let isDown = false
  values.forEach((value, i) => {
    if (value === null) {
      isDown = false
      return
    }
    const y =
      height / 2 - (Math.max(-SPARK_REACH, Math.min(SPARK_REACH, value - middle)) / SPARK_REACH) * (height / 2 - 1)
    if (isDown) context.lineTo(i * step, y)
    else context.moveTo(i * step, y)
    isDown = true
  })
  context.stroke()
}
