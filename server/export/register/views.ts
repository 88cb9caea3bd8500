/** What each earlier release says of whom, as views: who is in which class, in which group of the series, in which totals. Pure. */
import type { TrialInput } from '../trial/input.ts'

export type EarlierRelease = TrialInput['earlier'][number]

/** Statistics of one kind can be subtracted from each other, those of two kinds, or of two series, cannot. */
export type Compared = 'classes' | 'series' | 'totals'
export interface Comparison {
  compared: Compared
  labelOf: (member: Member) => string | null
}

type Member = EarlierRelease['members'][number]

const classes: Comparison = { compared: 'classes', labelOf: member => member.class }
const totals: Comparison = { compared: 'totals', labelOf: ({ subject }) => (subject === null ? null : 'in') }
const series = (key: string): Comparison => ({ compared: 'series', labelOf: ({ groups }) => groups[key] ?? null })

export const comparisons = { classes, totals, series }

/** Series that earlier releases have. */
export const seriesOf = (earlier: readonly EarlierRelease[]): string[] => [
  ...new Set(earlier.flatMap(({ members }) => members.flatMap(({ groups }) => Object.keys(groups)))),
]

/** What one release says: the same label for all whom it does not tell apart; who has no label is not in it. */
export interface View {
  labels: ReadonlyMap<string, string>
  /** Labels under which an erased person stood, of whom no more is known. */
  short: ReadonlySet<string>
}

/** A release that has not gone out yet. */
export interface NextRelease {
  trial: string
  product: EarlierRelease['product']
  /** Column → level of its hierarchy; null for a product without classes. */
  levels: Readonly<Record<string, number>> | null
  /** Whoever is in it. */
  members: ReadonlyMap<string, { class: string | null; groups: Readonly<Record<string, string>> }>
}

/** In a pseudonymised release everybody has a row: it tells apart whomever it holds (`toldApart`), and is no view. */
export const viewsOf = (earlier: readonly EarlierRelease[], { labelOf }: Comparison): View[] =>
  earlier
    .filter(({ product }) => product !== 'P2')
    .map(({ members }) => {
      const labels = new Map<string, string>()
      const short = new Set<string>()
      for (const member of members) {
        const label = labelOf(member)
        if (label === null) continue
        if (member.subject === null) short.add(label)
        else labels.set(member.subject, label)
      }
      return { labels, short }
    })

/** Those of whom a recipient of pseudonymised releases knows everything already. */
export const toldApart = (earlier: readonly EarlierRelease[]): Set<string> =>
  new Set(
    earlier.filter(({ product }) => product === 'P2').flatMap(({ members }) => members.flatMap(m => m.subject ?? [])),
  )

export function labelsOf({ product, members }: NextRelease, { labelOf }: Comparison): Map<string, string> {
  const labels = new Map<string, string>()
  if (product === 'P2') return labels
  for (const [subject, member] of members) {
    const label = labelOf({ subject, ...member })
    if (label !== null) labels.set(subject, label)
  }
  return labels
}
