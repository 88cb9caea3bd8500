/** What each earlier release says of whom, as views: who is in which class, in which group of the series, in which totals. Pure. */
import type { TrialInput } from '../trial/input.ts'

export type EarlierRelease = TrialInput['earlier'][number]

/** Statistics of one kind can be subtracted from each other, those of two kinds cannot. */
export const COMPARED = ['classes', 'series', 'totals'] as const
export type Compared = (typeof COMPARED)[number]

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
  members: ReadonlyMap<string, { class: string | null; group: string | null }>
}

type Member = EarlierRelease['members'][number]

const labelOf = ({ class: inClass, group, subject }: Member, compared: Compared): string | null => {
  if (compared === 'classes') return inClass
  if (compared === 'series') return group
  return subject === null ? null : 'in'
}

/** In a pseudonymised release everybody has a row: it tells apart whomever it holds (`toldApart`), and is no view. */
export const viewsOf = (earlier: readonly EarlierRelease[], compared: Compared): View[] =>
  earlier
    .filter(({ product }) => product !== 'P2')
    .map(({ members }) => {
      const labels = new Map<string, string>()
      const short = new Set<string>()
      for (const member of members) {
        const label = labelOf(member, compared)
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

export function labelsOf({ product, members }: NextRelease, compared: Compared): Map<string, string> {
  const labels = new Map<string, string>()
  if (product === 'P2') return labels
  for (const [subject, { class: inClass, group }] of members) {
    const label = labelOf({ subject, class: inClass, group }, compared)
    if (label !== null) labels.set(subject, label)
  }
  return labels
}
