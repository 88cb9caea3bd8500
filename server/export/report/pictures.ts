/** The pictures of a report as SVG: one among many, figures beside their limit, sizes of classes, before and after. */
import type { Ratio } from '../trial/policy.ts'
import { escaped } from './html.ts'
import type { Bin } from './risk.ts'

const WIDTH = 720

const svg = (height: number, body: string): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" xmlns="http://www.w3.org/2000/svg">${body}</svg>`
const round = (n: number): number => Math.round(n * 10) / 10
const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${more}>${escaped(words)}</text>`

/** More are not counted by eye. */
const MOST_PEOPLE = 60

/** So many people, one of them filled. */
export function oneAmong(people: number): string {
  const shown = Math.min(people, MOST_PEOPLE)
  const [columns, step] = [20, 34]
  const one = (n: number): string => {
    const [x, y] = [(n % columns) * step + 12, Math.floor(n / columns) * 44 + 8]
    return `<g class="${n === 0 ? 'one' : 'other'}" stroke-width="1.6"><circle cx="${x}" cy="${y}" r="5"/><path d="M${x - 8} ${y + 26}v-9a8 8 0 0 1 16 0v9z"/></g>`
  }
  return svg(Math.ceil(shown / columns) * 44, Array.from({ length: shown }, (_, n) => one(n)).join(''))
}

export interface LimitBar {
  name: string
  value: Ratio
  told: string
}

/** Each figure on the same scale as the limit. */
export function besideLimit(bars: readonly LimitBar[], limit: Ratio, limitTold: string): string {
  const share = ({ numerator, denominator }: Ratio): number => numerator / denominator
  const most = Math.max(share(limit) * 1.4, ...bars.map(({ value }) => share(value) * 1.1))
  const [left, right] = [0, WIDTH - 90]
  const at = (of: Ratio): number => left + (share(of) / most) * (right - left)
  const rows = bars.map(({ name, value, told }, i) => {
    const y = 26 + i * 52
    return `${text(left, y + 12, name)}<rect class="track" x="${left}" y="${y + 20}" width="${right - left}" height="16" rx="2"/><rect class="data" x="${left}" y="${y + 20}" width="${round(Math.max(2, at(value) - left))}" height="16" rx="2"/>${text(right + 12, y + 33, told)}`
  })
  const height = 26 + bars.length * 52
  const x = round(at(limit))
  return svg(
    height,
    `${rows.join('')}<line class="limit" x1="${x}" x2="${x}" y1="20" y2="${height - 8}"/>${text(x, 14, limitTold, 'text-anchor="middle" class="limit-text"')}`,
  )
}

/** Bars of counts, each with its number. */
export function classSizes(bins: readonly Bin[], nameOf: (bin: Bin) => string): string {
  const most = Math.max(1, ...bins.map(({ classes }) => classes))
  const [row, left, right] = [34, 110, WIDTH - 60]
  const rows = bins.map((bin, i) => {
    const width = round(((right - left) * bin.classes) / most)
    return `${text(0, i * row + 20, nameOf(bin))}<rect class="data" x="${left}" y="${i * row + 6}" width="${width}" height="20" rx="2"/>${text(left + width + 8, i * row + 21, String(bin.classes))}`
  })
  return svg(
    bins.length * row + 4,
    `${rows.join('')}<line class="grid" x1="${left}" x2="${left}" y1="0" y2="${bins.length * row}"/>`,
  )
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
  const [row, left, right] = [44, 110, WIDTH - 170]
  const at = ({ numerator, denominator }: Ratio): number => ((right - left) * numerator) / denominator
  const rows = bars.map(({ name, from, to, told }, i) => {
    const y = i * row + 8
    return `${text(0, y + 15, name)}<rect class="track" x="${left}" y="${y}" width="${right - left}" height="22" rx="2"/><rect class="data" x="${left}" y="${y}" width="${round(at(from))}" height="22"/><rect class="band" x="${round(left + at(from))}" y="${y}" width="${round(at(to) - at(from))}" height="22"/>${text(right + 12, y + 16, told)}`
  })
  return svg(bars.length * row, rows.join(''))
}
