/** What an auditor asked, as it stands in the address: kept by a reload, sent by a link. */
import { AUDIT_QUESTIONS, type AuditQuestion } from '../../../core/rest/audit.ts'

export interface AuditFilters {
  question: AuditQuestion | null
  actor: string
  resident: string
  facility: string
  kind: string
  subject: string
  /** Calendar days in the reader's zone, both included; empty: open. */
  from: string
  to: string
}
export const TEXT_FILTERS = ['actor', 'resident', 'facility', 'kind', 'subject', 'from', 'to'] as const

export function filtersOf(search: URLSearchParams): AuditFilters {
  const text = (name: string): string => search.get(name) ?? ''
  return {
    question: AUDIT_QUESTIONS.find(each => each === search.get('question')) ?? null,
    actor: text('actor'),
    resident: text('resident'),
    facility: text('facility'),
    kind: text('kind'),
    subject: text('subject'),
    from: text('from'),
    to: text('to'),
  }
}

export function searchOf(filters: AuditFilters): URLSearchParams {
  const search = new URLSearchParams()
  if (filters.question) search.set('question', filters.question)
  for (const name of TEXT_FILTERS) if (filters[name] !== '') search.set(name, filters[name])
  return search
}

/** As the route takes it. */
export const queryOf = ({ question, actor, resident, facility, kind, subject, from, to }: AuditFilters) => ({
  question: question ?? undefined,
  actor: actor || undefined,
  resident: resident || undefined,
  facility: facility || undefined,
  subject_kind: kind || undefined,
  subject: subject || undefined,
  from: startOf(from, 0),
  to: startOf(to, 1),
})

/** Midnight of a day in the reader's zone, so many days later; undefined for no day. */
function startOf(day: string, later: number): string | undefined {
  const [year, month, date] = day.split('-').map(Number)
  if (year === undefined || month === undefined || date === undefined) return undefined
  const start = new Date(year, month - 1, date + later)
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString()
}
