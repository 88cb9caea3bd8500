/** The people of a facility (or, for the platform's administrator, everybody): invited, given other rights, and ended. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Invitation } from '../../../core/rest/users.ts'
import { allPages } from '../all-pages.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { InvitationBox } from './invitation-box.tsx'
import { NewUser } from './new-user.tsx'
import { UserRow } from './user-row.tsx'
import styles from './users.module.css'

const KEY = ['users']

export function UsersPage() {
  const say = useSay()
  const { call } = useServices()
  const client = useQueryClient()
  const [search, setSearch] = useSearchParams()
  const [isAdding, setAdding] = useState(search.has('role'))
  const [invitation, setInvitation] = useState<Invitation | null>(null)
  useEffect(() => {
    document.title = `${say('nav.users')} | ${say('brand')}`
  }, [say])
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => allPages(after => call('users', { query: { limit: 500, after } })),
  })
  const again = (): void => void client.invalidateQueries({ queryKey: KEY })
  const close = (): void => {
    setAdding(false)
    setSearch({}, { replace: true })
  }
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('nav.users')}</h1>
        {!isAdding && (
          <Button onPress={() => setAdding(true)}>
            <Icon name="plus" />
            {say('users.add')}
          </Button>
        )}
      </header>
      {invitation && <InvitationBox invitation={invitation} onClose={() => setInvitation(null)} />}
      {isAdding && (
        <NewUser
          onMade={made => {
            close()
            setInvitation(made)
            again()
          }}
          onClose={close}
        />
      )}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading />}
      <ul>
        {data?.map(user => (
          <UserRow key={user.user} user={user} onInvited={setInvitation} onChanged={again} />
        ))}
      </ul>
    </div>
  )
}
