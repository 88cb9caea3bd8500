/** Own API tokens: listed with their last use, ended at once, and made here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Role } from '../../../core/rest/route.ts'
import { ago, day } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import styles from './account.module.css'
import { NewToken } from './new-token.tsx'

const KEY = ['my-tokens']
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function TokensSection({ role }: { role: Role }) {
  const say = useSay()
  const language = useLanguage()
  const { call, clock } = useServices()
  const client = useQueryClient()
  const [isMaking, setMaking] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => call('myTokens', { query: { limit: 100 } }),
  })
  const again = () => client.invalidateQueries({ queryKey: KEY })
  const end = useMutation({ mutationFn: (id: string) => call('revokeMyToken', { params: { id } }), onSettled: again })
  return (
    <section aria-labelledby="me-tokens">
      <h2 id="me-tokens">{say('tokens.title')}</h2>
      <p className={styles.sub}>{say('tokens.sub')}</p>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && !isMaking && <p className={styles.none}>{say('tokens.none')}</p>}
      <ul className={styles.rows}>
        {data?.items.map(token => (
          <li key={token.id} className={styles.row}>
            <div>
              <b>{token.name}</b>
              <small>{token.scopes.map(scope => say(`scope.${scope}`)).join(' / ')}</small>
              <small>
                {say('tokens.expires', { time: day(Date.parse(token.expires), ZONE, language) })}
                {' · '}
                {token.seen === null
                  ? say('tokens.unused')
                  : say('sessions.seen', { ago: ago(clock.now() - Date.parse(token.seen), say) })}
              </small>
            </div>
            <Button onPress={() => end.mutate(token.id)} isDisabled={end.isPending}>
              {say('tokens.end')}
            </Button>
          </li>
        ))}
      </ul>
      {isMaking ? (
        <NewToken role={role} onMade={() => void again()} onClose={() => setMaking(false)} />
      ) : (
        <Button onPress={() => setMaking(true)}>
          <Icon name="plus" />
          {say('tokens.new')}
        </Button>
      )}
    </section>
  )
}
