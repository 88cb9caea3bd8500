/** Where one is signed in, and signing out there. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ago } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './account.module.css'
import { agentName } from './agent.ts'

export const SESSIONS_KEY = ['my-sessions']

export function SessionsSection() {
  const say = useSay()
  const { call, clock } = useServices()
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: SESSIONS_KEY,
    queryFn: () => call('mySessions', { query: { limit: 100 } }),
  })
  const onSuccess = () => client.invalidateQueries({ queryKey: SESSIONS_KEY })
  const end = useMutation({
    mutationFn: (id: string) => call('endMySession', { params: { id } }),
    onSettled: onSuccess,
  })
  const endOthers = useMutation({ mutationFn: () => call('endMyOtherSessions'), onSettled: onSuccess })
  const others = data?.items.filter(session => !session.current) ?? []
  return (
    <section aria-labelledby="me-sessions">
      <h2 id="me-sessions">{say('sessions.title')}</h2>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading />}
      <ul className={styles.rows}>
        {data?.items.map(session => (
          <li key={session.id} className={styles.row}>
            <div>
              <b>{agentName(session.agent) ?? say('sessions.unknown')}</b>
              <small>
                {session.current
                  ? say('sessions.current')
                  : say('sessions.seen', { ago: ago(clock.now() - Date.parse(session.seen), say) })}
              </small>
            </div>
            {!session.current && (
              <Button onPress={() => end.mutate(session.id)} isDisabled={end.isPending}>
                {say('sessions.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <Button onPress={() => endOthers.mutate()} isDisabled={endOthers.isPending}>
          {say('sessions.endOthers')}
        </Button>
      )}
    </section>
  )
}
