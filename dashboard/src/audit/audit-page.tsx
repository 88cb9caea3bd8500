/** The audit trail as an auditor reads it: saved questions, filters, entries, and whether the trail holds. */
import { useEffect } from 'react'
import { useSearchParams } from 'wouter'
import { zoneName } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import styles from './audit-page.module.css'
import { EntryTable } from './entry-table.tsx'
import { FilterForm } from './filter-form.tsx'
import { type AuditFilters, filtersOf, searchOf } from './filters.ts'
import { Questions } from './questions.tsx'
import { TrustSide } from './trust-side.tsx'
import { useEntries } from './use-audit.ts'

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function AuditPage() {
  const say = useSay()
  const { me } = useSignedIn()
  const [search, setSearch] = useSearchParams()
  const filters = filtersOf(search)
  const { data, error, isPending, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useEntries(filters)
  useEffect(() => {
    document.title = `${say('nav.audit')} | ${say('brand')}`
  }, [say])
  const choose = (chosen: AuditFilters): void => setSearch(searchOf(chosen))
  const entries = data?.pages.flatMap(page => page.items) ?? []
  const needsResident = filters.question === 'resident' && filters.resident === ''
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('audit.title')}</h1>
        <p>{say(me.role === 'auditor' ? 'audit.sub' : 'audit.subOwn', { zone: zoneName(ZONE, Date.now()) })}</p>
      </header>
      <Questions
        chosen={filters.question}
        onChoose={question =>
          choose({ ...filters, question, resident: question === 'resident' ? filters.resident : '' })
        }
      />
      <div className={styles.columns}>
        <div className={styles.main}>
          <FilterForm key={search.toString()} filters={filters} onApply={choose} />
          {needsResident ? (
            <Nothing icon="user" head={say('audit.needsResident')} sub={say('audit.needsResidentSub')} />
          ) : error && !data ? (
            <Failure error={error} onRetry={() => void refetch()} />
          ) : isPending ? (
            <Loading />
          ) : entries.length === 0 ? (
            <Nothing
              icon="filter"
              head={say('audit.none')}
              sub={say(search.size > 0 ? 'audit.noneFiltered' : 'audit.noneAtAll')}
            />
          ) : (
            <>
              <EntryTable entries={entries} zone={ZONE} filters={filters} onNarrow={choose} />
              <p className={styles.more}>
                <span>{say(hasNextPage ? 'audit.shownMore' : 'audit.shownAll', { count: entries.length })}</span>
                {hasNextPage && (
                  <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
                    {say('audit.older')}
                  </Button>
                )}
              </p>
              {error && <Failure error={error} onRetry={() => void fetchNextPage()} />}
            </>
          )}
        </div>
        <TrustSide mayVerify={me.role === 'auditor'} zone={ZONE} />
      </div>
    </div>
  )
}
