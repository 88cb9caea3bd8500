/** Adding a user: id, role, and where; the address may say role and place (`?role=&facility=&maker=`). Nobody types another's password. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { LANGUAGES, type Language } from '../../../core/profile.ts'
import { ROLES } from '../../../core/rest/route.ts'
import type { Invitation } from '../../../core/rest/users.ts'
import account from '../account/account.module.css'
import { newIdempotencyKey } from '../api.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { LineField } from '../sign-in/fields.tsx'
import signIn from '../sign-in/sign-in.module.css'
import { LANGUAGE_NAMES } from '../words/names.ts'
import { isWhole, type Rights, RightsFields, rightsOf } from './rights-fields.tsx'
import styles from './users.module.css'

/** Where there is one facility nobody has to choose it. */
const alone = (facilities: readonly string[]): readonly string[] => (facilities.length === 1 ? facilities : [])

export function NewUser({ onMade, onClose }: { onMade: (invitation: Invitation | null) => void; onClose: () => void }) {
  const say = useSay()
  const { me } = useSignedIn()
  const { call } = useServices()
  const [search] = useSearchParams()
  const [user, setUser] = useState('')
  const [rights, setRights] = useState<Rights>({
    role: ROLES.find(each => each === search.get('role')) ?? null,
    facilities: search.getAll('facility').length > 0 ? search.getAll('facility') : alone(me.facilities),
    maker: search.get('maker') ?? '',
  })
  const [language, setLanguage] = useState<Language>(useLanguage())
  const [key] = useState(newIdempotencyKey)
  const add = useMutation({
    mutationFn: () => {
      const { maker, ...given } = rightsOf(rights)
      return call('createUser', {
        body: { user: user.trim(), ...given, ...(maker === null ? {} : { maker }), language } as never,
        idempotencyKey: key,
      })
    },
    onSuccess: made => onMade(made.invitation),
  })
  const isReady = user.trim() !== '' && isWhole(rights)
  return (
    <form
      className={`${account.form} ${styles.box}`}
      onSubmit={event => {
        event.preventDefault()
        if (isReady) add.mutate()
      }}
    >
      <div className={signIn.fields}>
        <LineField
          name="new-user"
          label={say('users.user')}
          hint={say('setup.userRule')}
          value={user}
          onChange={setUser}
        />
      </div>
      <RightsFields rights={rights} onChange={setRights} />
      <div>
        <p className={account.label}>{say('me.language')}</p>
        <Segments
          label={say('me.language')}
          value={language}
          options={LANGUAGES.map(each => ({ id: each, text: LANGUAGE_NAMES[each] }))}
          onChange={setLanguage}
        />
      </div>
      {add.error && (
        <p className={styles.problem} role="alert">
          {errorText(add.error, say)}
        </p>
      )}
      <div className={account.buttons}>
        <Button kind="main" type="submit" isDisabled={!isReady || add.isPending}>
          {say('users.make')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}
