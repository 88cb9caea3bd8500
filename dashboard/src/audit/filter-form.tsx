/** Narrows a question: by person, resident, facility and days. */
import { type FormEvent, useState } from 'react'
import { useFacilities } from '../devices/use-devices.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './audit-page.module.css'
import { type AuditFilters, TEXT_FILTERS } from './filters.ts'

export function FilterForm({ filters, onApply }: { filters: AuditFilters; onApply: (filters: AuditFilters) => void }) {
  const say = useSay()
  const [draft, setDraft] = useState(filters)
  const facilities = useFacilities()
  const isNarrowed = TEXT_FILTERS.some(name => filters[name] !== '')
  const apply = (event: FormEvent): void => {
    event.preventDefault()
    onApply(draft)
  }
  const text = (name: 'actor' | 'resident') => (
    <label className={styles.field}>
      <span>{say(`audit.filter.${name}`)}</span>
      <input
        type="text"
        value={draft[name]}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={event => setDraft({ ...draft, [name]: event.target.value.trim() })}
      />
    </label>
  )
  const date = (name: 'from' | 'to') => (
    <label className={styles.field}>
      <span>{say(`audit.filter.${name}`)}</span>
      <input type="date" value={draft[name]} onChange={event => setDraft({ ...draft, [name]: event.target.value })} />
    </label>
  )
  return (
    <form className={styles.filters} onSubmit={apply}>
      {text('actor')}
      {text('resident')}
      {(facilities.data?.items.length ?? 0) > 1 && (
        <label className={`${styles.field} ${styles.choice}`}>
          <span>{say('audit.filter.facility')}</span>
          <select value={draft.facility} onChange={event => setDraft({ ...draft, facility: event.target.value })}>
            <option value="">{say('audit.filter.every')}</option>
            {facilities.data?.items.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <Icon name="down" className={styles.arrow} />
        </label>
      )}
      {date('from')}
      {date('to')}
      <Button type="submit" kind="main">
        {say('audit.filter.apply')}
      </Button>
      {isNarrowed && (
        <Button
          kind="quiet"
          onPress={() =>
            onApply({ ...filters, actor: '', resident: '', facility: '', kind: '', subject: '', from: '', to: '' })
          }
        >
          {say('audit.filter.clear')}
        </Button>
      )}
      {filters.subject !== '' && (
        <p className={styles.about}>
          {say('audit.filter.about')} <span className="mono">{filters.subject}</span>
        </p>
      )}
    </form>
  )
}
