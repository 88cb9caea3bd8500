/** Changing what somebody may do; it holds from the next second on, in open screens too. */
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { User } from '../../../core/rest/users.ts'
import account from '../account/account.module.css'
import { refusalOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { isWhole, type Rights, RightsFields, rightsOf } from './rights-fields.tsx'
import styles from './users.module.css'

interface EditRightsProps {
  user: User
  onClose: () => void
  onChanged: () => void
}

export function EditRights({ user, onClose, onChanged }: EditRightsProps) {
  const say = useSay()
  const { call } = useServices()
  const [rights, setRights] = useState<Rights>({
    role: user.role,
    facilities: user.facilities,
    maker: user.maker ?? '',
  })
  const save = useMutation({
    mutationFn: () =>
      call('editUser', { params: { user: user.user }, version: user.version, body: rightsOf(rights) as never }),
    onSuccess: onClose,
    onSettled: onChanged,
  })
  const isReady = isWhole(rights) && !save.isPending
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) save.mutate()
  }
  return (
    <form
      className={`${account.form} ${styles.edit}`}
      onSubmit={submit}
      aria-label={say('users.editOf', { user: user.user })}
    >
      <RightsFields rights={rights} onChange={setRights} />
      <p className={account.sub}>{say('users.editHint')}</p>
      {save.error && (
        <p className={styles.problem} role="alert">
          {refusalOf(save.error)?.problem?.code === 'precondition_failed'
            ? say('users.changedMeanwhile')
            : errorText(save.error, say)}
        </p>
      )}
      <div className={account.buttons}>
        <Button kind="main" type="submit" isDisabled={!isReady}>
          {say('trial.save')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}
