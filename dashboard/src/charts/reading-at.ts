/** What all tracks say at one moment, in words. */
import type { Language } from '../../../core/profile.ts'
import { day, hourMinute, hourMinuteSecond, numberText, unitText } from '../format.ts'
import type { Say } from '../language.ts'
import { pointAt } from './series.ts'
import type { Track } from './tracks.ts'

interface Context {
  zone: string
  language: Language
  say: Say
  /** Width of the window in ms; says how exact the time must be. */
  span: number
}
const DAY = 86_400_000

export function readingAt(
  tracks: readonly Track[],
  ms: number,
  { zone, language, say, span }: Context,
): { time: string; text: string } {
  const time =
    span > DAY
      ? `${day(ms, zone, language)} ${hourMinute(ms, zone)}`
      : span > 2 * 3_600_000
        ? hourMinute(ms, zone)
        : hourMinuteSecond(ms, zone)
  const parts = tracks.flatMap(track => {
    if (track.kind === 'state') {
      const run = track.runs.find(each => each.fromMs <= ms && ms < each.toMs)
      return run ? [run.text] : []
    }
    const point = pointAt(track.readings, ms, track.period ?? span / 200)
    if (!point || point[4] === null) return []
    const number = (value: number): string => numberText(value, track.digits, language)
    const range =
      point[2] !== null && point[3] !== null && point[2] !== point[3]
        ? ` (${number(point[2])}–${number(point[3])})`
        : ''
    return [`${track.label} ${number(point[4])}${range} ${unitText(track.unit, say)}`.trim()]
  })
  return { time, text: parts.length > 0 ? parts.join(say('list.wide')) : say('trend.nothingHere') }
}
