/** Entries, newest first; j and k go through them, Enter opens one. */
import { type KeyboardEvent, useState } from 'react'
import type { AuditEntryView } from '../../../core/rest/audit.ts'
import { whenLong } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import { EntryDetail } from './entry-detail.tsx'
import styles from './entry-table.module.css'
import type { AuditFilters } from './filters.ts'
import { actionWord, kindWord, subjectWord } from './words-of.ts'

const COLUMNS = ['time', 'who', 'what', 'about', 'purpose'] as const

interface EntryTableProps {
  entries: readonly AuditEntryView[]
  zone: string
  filters: AuditFilters
  onNarrow: (filters: AuditFilters) => void
}

export function EntryTable({ entries, zone, filters, onNarrow }: EntryTableProps) {
  const say = useSay()
  const [open, setOpen] = useState<number | null>(null)
  const step = (event: KeyboardEvent<HTMLElement>): void => {
    if ((event.key !== 'j' && event.key !== 'k') || event.ctrlKey || event.metaKey || event.altKey) return
    const doors = [...event.currentTarget.querySelectorAll<HTMLElement>('button[aria-expanded]')]
    const at = doors.indexOf(document.activeElement as HTMLElement)
    doors[Math.min(doors.length - 1, Math.max(0, at + (event.key === 'j' ? 1 : -1)))]?.focus()
  }
  return (
    <table className={styles.table} onKeyDown={step} aria-describedby="audit-keys">
      <caption id="audit-keys" className={styles.keys}>
        {say('audit.keys')}
      </caption>
      <thead>
        <tr>
          {COLUMNS.map(column => (
            <th key={column} scope="col" data-column={column}>
              {say(`audit.col.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map(entry => (
          <Row
            key={entry.seq}
            entry={entry}
            zone={zone}
            isOpen={open === entry.seq}
            onToggle={() => setOpen(open === entry.seq ? null : entry.seq)}
            filters={filters}
            onNarrow={onNarrow}
          />
        ))}
      </tbody>
    </table>
  )
}

interface RowProps extends Omit<EntryTableProps, 'entries'> {
  entry: AuditEntryView
  isOpen: boolean
  onToggle: () => void
}
function Row({ entry, zone, isOpen, onToggle, filters, onNarrow }: RowProps) {
  const say = useSay()
  const language = useLanguage()
  const { seq, at, actor, action, result, subject, facility, purpose } = entry
  const detail = `audit-${seq}`
  return (
    <>
      <tr data-seq={seq} data-refused={result === 'refused' ? '' : undefined} data-open={isOpen ? '' : undefined}>
        <td data-column="time">
          <button
            type="button"
            className={styles.door}
            aria-expanded={isOpen}
            aria-controls={detail}
            onClick={onToggle}
          >
            <time dateTime={at}>{whenLong(Date.parse(at), zone, language)}</time>
            <small>{say('audit.number', { seq })}</small>
          </button>
        </td>
        <td data-column="who">
          <b>{actor.id === '' ? say('audit.nobody') : actor.id}</b>
          <small>{actor.role === null ? say(`audit.actor.${actor.kind}`) : say(`role.${actor.role}`)}</small>
        </td>
        <td data-column="what">
          <b>{actionWord(action, say)}</b>
          {result === 'refused' && <small className={styles.refused}>{say('audit.refused')}</small>}
        </td>
        <td data-column="about">
          <span className="mono">{subjectWord(subject, say)}</span>
          <small>
            {kindWord(subject.kind, say)}
            {facility !== null && facility !== subject.id && ` · ${facility}`}
          </small>
        </td>
        <td data-column="purpose">{say(`audit.purpose.${purpose}`)}</td>
      </tr>
      {isOpen && (
        <tr className={styles.opened}>
          <td colSpan={COLUMNS.length} id={detail}>
            <EntryDetail entry={entry} filters={filters} onNarrow={onNarrow} />
          </td>
        </tr>
      )}
    </>
  )
}
