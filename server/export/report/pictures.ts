/** The pictures of a report as SVG that keeps its letters' size on every screen: one among many, figures beside their limit, classes, before and after. */
import type { Ratio } from '../trial/policy.ts'
import { escaped } from './html.ts'
import type { Bin } from './risk.ts'

/** Widths are shares of the page, heights are pixels. */
const svg = (height: number, body: string): string =>
  `<svg width="100%" height="${height}" xmlns="http://www.w3.org/2000/svg">${body}</svg>`
const percent = (share: number): string => `${Math.round(share * 1_000) / 10}%`
const left = (y: number, words: string): string => `<text x="0" y="${y}">${escaped(words)}</text>`
const right = (y: number, words: string): string => `<text x="100%" y="${y}" text-anchor="end">${escaped(words)}</text>`
const bar = (name: string, y: number, from: number, to: number): string =>
  `<rect class="${name}" x="${percent(from)}" y="${y}" width="${percent(to - from)}" height="16"/>`
const shareOf = ({ numerator, denominator }: Ratio): number => numerator / Math.max(1, denominator)

/** More are not counted by eye. */
const MOST_PEOPLE = 60

/** So many people, one of them filled; as one drawing of many, which a narrow page breaks into lines. */
export function oneAmong(people: number): string {
  const one = (n: number): string =>
    `<svg class="${n === 0 ? 'one' : 'other'}" width="30" height="44" stroke-width="1.6" aria-hidden="true"><circle cx="13" cy="8" r="5"/><path d="M5 36v-11a8 8 0 0 1 16 0v11z"/></svg>`
  return Array.from({ length: Math.min(people, MOST_PEOPLE) }, (_, n) => one(n)).join('')
}

export interface LimitBar {
  name: string
  value: Ratio
  told: string
}

/** Each figure on the same scale as the limit. */
export function besideLimit(bars: readonly LimitBar[], limit: Ratio, limitTold: string): string {
  const most = Math.max(shareOf(limit) * 1.4, ...bars.map(({ value }) => shareOf(value) * 1.1))
  const rows = bars.map(({ name, value, told }, i) => {
    const y = 44 + i * 48
    return left(y, name) + right(y, told) + bar('track', y + 8, 0, 1) + bar('data', y + 8, 0, shareOf(value) / most)
  })
  const height = 30 + bars.length * 48
  const x = percent(shareOf(limit) / most)
  // Broken where the names stand.
  const marks = bars.map((_, i) => `<line class="limit" x1="${x}" x2="${x}" y1="${48 + i * 48}" y2="${72 + i * 48}"/>`)
  return svg(
    height,
    `${rows.join('')}${marks.join('')}<text class="limit-text" x="${x}" y="14" text-anchor="middle">${escaped(limitTold)}</text><line class="limit" x1="${x}" x2="${x}" y1="20" y2="28"/>`,
  )
}

/** Bars of counts, each with its number. */
export function classSizes(bins: readonly Bin[], nameOf: (bin: Bin) => string): string {
  const most = Math.max(1, ...bins.map(({ classes }) => classes))
  const rows = bins.map((bin, i) => {
    const y = 16 + i * 40
    return (
      left(y, nameOf(bin)) +
      right(y, String(bin.classes)) +
      bar('track', y + 6, 0, 1) +
      bar('data', y + 6, 0, bin.classes / most)
    )
  })
  return svg(bins.length * 40 + 4, rows.join(''))
}

export interface ShareBar {
  name: string
  /** Equal where the share is told exactly. */
  from: Ratio
  to: Ratio
  told: string
}

/** Shares of the whole; what lies between two shares is drawn lighter. */
export function shares(bars: readonly ShareBar[]): string {
  const rows = bars.map(({ name, from, to, told }, i) => {
    const y = 16 + i * 40
    const [low, high] = [shareOf(from), shareOf(to)]
    return (
      left(y, name) +
      right(y, told) +
      bar('track', y + 6, 0, 1) +
      bar('data', y + 6, 0, low) +
      bar('band', y + 6, low, high)
    )
  })
  return svg(bars.length * 40 + 4, rows.join(''))
}
