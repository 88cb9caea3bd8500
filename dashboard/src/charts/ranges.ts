/** The ranges that a trend can show, ending now. */
import { useState } from 'react'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import type { Interval } from './series.ts'

const HOUR = 3_600_000
export const RANGES = ['1h', '8h', '24h', '7d', '30d'] as const
export type Range = (typeof RANGES)[number]
export const RANGE_MS: Record<Range, number> = {
  '1h': HOUR,
  '8h': 8 * HOUR,
  '24h': 24 * HOUR,
  '7d': 168 * HOUR,
  '30d': 720 * HOUR,
}

/** The window follows the present in steps that one can see. */
export function useWindow(): { range: Range; setRange: (range: Range) => void; window: Interval } {
  const { clock } = useServices()
  const [range, setRange] = useState<Range>('24h')
  useNow(10_000)
  const step = Math.max(15_000, RANGE_MS[range] / 1_440)
  const toMs = Math.ceil(clock.now() / step) * step
  return { range, setRange, window: { fromMs: toMs - RANGE_MS[range], toMs } }
}
