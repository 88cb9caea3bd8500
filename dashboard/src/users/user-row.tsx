/** One user in the list: role, places, state, and what can be done about the account. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Invitation, User } from '../../../core/rest/users.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { EditRights } from './edit-rights.tsx'
import { isInFacility } from './rights-fields.tsx'
import styles from './users.module.css'

interface UserRowProps {
  user: User
  onInvited: (invitation: Invitation) => void
  onChanged: () => void
}

export function UserRow({ user, onInvited, onChanged }: UserRowProps) {
  const say = useSay()
  const { me } = useSignedIn()
  const { call } = useServices()
  const [isAsking, setAsking] = useState(false)
  const [isEditing, setEditing] = useState(false)
  const params = { user: user.user }
  const act = useMutation({
    mutationFn: async (what: 'invite' | 'signOut' | 'end' | 'reopen') => {
      if (what === 'invite') onInvited(await call('inviteUser', { params }))
      else if (what === 'signOut') await call('endUserSessions', { params })
      else await call('editUser', { params, version: user.version, body: { disabled: what === 'end' } })
    },
    onSettled: () => {
      setAsking(false)
      onChanged()
    },
  })
  // Nobody changes the own rights; who works elsewhere too, or as something else, is the platform's to change.
  const mayAct =
    user.user !== me.user &&
    (me.role === 'platform_admin' ||
      (isInFacility(user.role) && user.facilities.every(facility => me.facilities.includes(facility))))
  const where = user.maker ?? user.facilities.join(', ')
  return (
    <li className={styles.user} data-user={user.user}>
      <div className={styles.who}>
        <b>{user.user}</b>
        <small>{[say(`role.${user.role}`), where].filter(Boolean).join(' · ')}</small>
      </div>
      <span className={styles.state} data-state={user.state}>
        {say(`users.state.${user.state}`)}
      </span>
      {mayAct && !isAsking && !isEditing && (
        <div className={styles.acts}>
          <Button onPress={() => setEditing(true)}>{say('users.edit')}</Button>
          {user.state !== 'disabled' && (
            <Button onPress={() => act.mutate('invite')} isDisabled={act.isPending}>
              {say('users.invite')}
            </Button>
          )}
          {user.state === 'active' && (
            <Button onPress={() => act.mutate('signOut')} isDisabled={act.isPending}>
              {say('users.signOut')}
            </Button>
          )}
          {user.state === 'disabled' ? (
            <Button onPress={() => act.mutate('reopen')} isDisabled={act.isPending}>
              {say('users.reopen')}
            </Button>
          ) : (
            <Button onPress={() => setAsking(true)}>{say('users.end')}</Button>
          )}
        </div>
      )}
      {isEditing && <EditRights user={user} onClose={() => setEditing(false)} onChanged={onChanged} />}
      {isAsking && (
        <div className={styles.ask} role="alert">
          <p>{say('users.endAsk', { user: user.user })}</p>
          <div className={styles.acts}>
            <Button kind="main" onPress={() => act.mutate('end')} isDisabled={act.isPending}>
              {say('users.end')}
            </Button>
            <Button onPress={() => setAsking(false)}>{say('tokens.cancel')}</Button>
          </div>
        </div>
      )}
      {act.error && (
        <p className={styles.problem} role="alert">
          {errorText(act.error, say)}
        </p>
      )}
    </li>
  )
}
