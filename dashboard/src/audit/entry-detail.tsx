/** One entry in full: what was before and after, from where, and ways on to what belongs to it. */
import type { ReactNode } from 'react'
import type { AuditEntryView } from '../../../core/rest/audit.ts'
import { pathOf } from '../api.ts'
import { useSignedIn } from '../me.ts'
import { Button, DownloadLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './entry-table.module.css'
import type { AuditFilters } from './filters.ts'

const EMPTY: AuditFilters = {
  question: null,
  actor: '',
  resident: '',
  facility: '',
  kind: '',
  subject: '',
  from: '',
  to: '',
}

interface EntryDetailProps {
  entry: AuditEntryView
  filters: AuditFilters
  onNarrow: (filters: AuditFilters) => void
}

export function EntryDetail({ entry, filters, onNarrow }: EntryDetailProps) {
  const say = useSay()
  const { me } = useSignedIn()
  const { seq, at, actor, address, subject, resident, correlation, personal } = entry
  const days = { from: filters.from, to: filters.to }
  return (
    <div className={styles.detail}>
      <dl>
        <Fact name={say('audit.detail.utc')}>{at}</Fact>
        <Fact name={say('audit.detail.action')}>{entry.action}</Fact>
        {resident !== null && <Fact name={say('audit.kind.resident')}>{resident}</Fact>}
        {actor.via !== undefined && <Fact name={say('audit.actor.token')}>{actor.via}</Fact>}
        {address !== null && <Fact name={say('audit.detail.address')}>{address}</Fact>}
        {correlation !== null && <Fact name={say('audit.detail.correlation')}>{correlation}</Fact>}
      </dl>
      <Change title={say('audit.detail.old')} value={entry.old} />
      <Change title={say('audit.detail.new')} value={entry.new} />
      {personal?.state === 'open' && (
        <>
          <Change title={say('audit.detail.personalOld')} value={personal.old} />
          <Change title={say('audit.detail.personalNew')} value={personal.new} />
        </>
      )}
      {personal && personal.state !== 'open' && (
        <p className={styles.sealed}>
          <Icon name="lock" className={styles.lock} />
          {say(`audit.personal.${personal.state}`)}
        </p>
      )}
      <div className={styles.ways}>
        {actor.id !== '' && (
          <Button onPress={() => onNarrow({ ...EMPTY, ...days, actor: actor.id })}>
            {say('audit.way.actor', { who: actor.id })}
          </Button>
        )}
        {subject.id !== '' && (
          <Button onPress={() => onNarrow({ ...EMPTY, ...days, kind: subject.kind, subject: subject.id })}>
            {say('audit.way.subject')}
          </Button>
        )}
        {resident !== null && (
          <Button onPress={() => onNarrow({ ...EMPTY, ...days, question: 'resident', resident })}>
            {say('audit.question.resident')}
          </Button>
        )}
        {me.role === 'auditor' && (
          <DownloadLink href={pathOf('auditProof', { seq: String(seq) })}>
            <Icon name="download" />
            {say('audit.way.proof')}
          </DownloadLink>
        )}
      </div>
    </div>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd className="mono">{children}</dd>
  </div>
)

function Change({ title, value }: { title: string; value: unknown }) {
  if (value === null || value === undefined) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long value scrolls, also by keys
    <section className={styles.change} tabIndex={0} aria-label={title}>
      <h2>{title}</h2>
      <pre className="mono">{JSON.stringify(value, null, 1)}</pre>
    </section>
  )
}
