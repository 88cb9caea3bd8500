/** The door to uPlot: one metric as a mean line on its min–max band; gaps, silences, nights and marks as they were handed in. */
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { paintHatch } from '../board/tile-paint.ts'
import type { Columns, Interval } from './series.ts'
import type { Tick } from './ticks.ts'

/** Width of the figures at the left, and room at the right, in CSS pixels: the same for every track of a stack. */
export const GUTTER = 64
export const MARGIN = 14
const FONT = '12px system-ui, sans-serif'

export interface PlotColors {
  data: string
  band: string
  grid: string
  text: string
  shade: string
  hatchA: string
  hatchLine: string
  edge: string
}
export interface PlotInput {
  window: Interval
  columns: Columns
  /** Every point stands alone: no line between them. */
  isOnDemand: boolean
  digits: number
  silences: readonly Interval[]
  nights: readonly Interval[]
  ticks: readonly Tick[]
}

export function readPlotColors(element: Element): PlotColors {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    data: read('--data'),
    band: read('--band'),
    grid: read('--grid'),
    text: read('--ink-2'),
    shade: read('--sunk'),
    hatchA: read('--hatch-a'),
    hatchLine: read('--hatch-line'),
    edge: read('--edge'),
  }
}

/** Draws into `element` until `stop`. */
export function createPlot(element: HTMLElement, input: PlotInput, colors: PlotColors, width: number, height: number) {
  const { columns, window } = input
  const plot = new UPlot(
    {
      width,
      height,
      padding: [6, MARGIN, 6, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: () => [window.fromMs / 1000, window.toMs / 1000] },
        y: { range: (_, low, high) => padded(low, high, input.digits) },
      },
      axes: [
        { show: false },
        {
          size: GUTTER,
          font: FONT,
          stroke: colors.text,
          grid: { stroke: colors.grid, width: 1 },
          ticks: { show: false },
          gap: 6,
          space: 26,
          values: (_, splits) =>
            splits.map(value => value.toLocaleString('en', { maximumFractionDigits: Math.max(1, input.digits) })),
        },
      ],
      series: [
        {},
        { stroke: 'transparent', points: { show: false } },
        { stroke: 'transparent', points: { show: false } },
        {
          stroke: colors.data,
          width: 1.8,
          points: { show: input.isOnDemand || undefined, size: 6, fill: colors.data },
          ...(input.isOnDemand ? { paths: () => null } : {}),
        },
      ],
      bands: input.isOnDemand ? [] : [{ series: [2, 1], fill: colors.band }],
      hooks: {
        drawClear: [self => paintGround(self, input, colors)],
        drawAxes: [self => paintSilences(self, input, colors)],
      },
    },
    [columns.x, columns.min, columns.max, columns.mean],
    element,
  )
  return {
    resize: (nextWidth: number): void => plot.setSize({ width: nextWidth, height }),
    stop: (): void => plot.destroy(),
  }
}

/** A steady value is a calm line: the scale never shrinks below a few units. */
function padded(low: number | null, high: number | null, digits: number): [number, number] {
  if (low === null || high === null) return [0, 1]
  const least = 4 * 10 ** -digits
  const reach = Math.max(high - low, least)
  const middle = (low + high) / 2
  return [middle - reach * 0.6, middle + reach * 0.6]
}

function paintGround(self: UPlot, { nights, ticks }: PlotInput, colors: PlotColors): void {
  const { ctx } = self
  const { top, height } = self.bbox
  const x = (ms: number): number => self.valToPos(ms / 1000, 'x', true)
  ctx.save()
  ctx.fillStyle = colors.shade
  for (const night of nights) ctx.fillRect(x(night.fromMs), top, x(night.toMs) - x(night.fromMs), height)
  ctx.strokeStyle = colors.grid
  ctx.lineWidth = UPlot.pxRatio
  ctx.beginPath()
  for (const tick of ticks) {
    ctx.moveTo(x(tick.ms), top)
    ctx.lineTo(x(tick.ms), top + height)
  }
  ctx.stroke()
  ctx.restore()
}

/** Over the grid: where nothing was received there is nothing to measure by. */
function paintSilences(self: UPlot, { silences }: PlotInput, colors: PlotColors): void {
  const { ctx } = self
  const { left, top, width, height } = self.bbox
  const x = (ms: number): number => self.valToPos(ms / 1000, 'x', true)
  for (const silence of silences) {
    const from = Math.max(left, x(silence.fromMs))
    const to = Math.min(left + width, x(silence.toMs))
    paintHatch(ctx, from, top, Math.max(1, to - from), height, colors.hatchA, colors.hatchLine, 6 * UPlot.pxRatio)
  }
  ctx.save()
  ctx.strokeStyle = colors.edge
  ctx.lineWidth = UPlot.pxRatio
  ctx.beginPath()
  ctx.moveTo(left, top + height)
  ctx.lineTo(left + width, top + height)
  ctx.stroke()
  ctx.restore()
}
