/** How long each facility keeps its measurements: set with a look at what it would mean, carried out by night or at once, and what went. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Retention } from '../../../core/rest/retention.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './retention.module.css'
import { RetentionRow } from './retention-row.tsx'

const KEY = ['retention']
const RUNNING_MS = 2_000
const IDLE_MS = 60_000

export function RetentionPage() {
  const say = useSay()
  const { call } = useServices()
  const client = useQueryClient()
  useEffect(() => {
    document.title = `${say('nav.retention')} | ${say('brand')}`
  }, [say])
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const all: Retention[] = []
      for (let after: string | null | undefined; after !== null; ) {
        const page = await call('retention', { query: { limit: 500, ...(after === undefined ? {} : { after }) } })
        all.push(...page.items)
        after = page.next
      }
      return all
    },
    refetchInterval: ({ state }) => (state.data?.some(({ running }) => running) ? RUNNING_MS : IDLE_MS),
  })
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('nav.retention')}</h1>
        <p>{say('retention.sub')}</p>
      </header>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data?.length === 0 && <Nothing head={say('retention.none')} />}
      <ul>
        {data?.map(item => (
          <RetentionRow
            key={item.facility}
            item={item}
            onChanged={() => void client.invalidateQueries({ queryKey: KEY })}
          />
        ))}
      </ul>
    </div>
  )
}
