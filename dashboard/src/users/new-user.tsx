/** Adding a user: id, role, and the facilities or the maker that the role works for. Nobody types another's password. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { LANGUAGES, type Language } from '../../../core/profile.ts'
import { ROLES, type Role } from '../../../core/rest/route.ts'
import type { Invitation } from '../../../core/rest/users.ts'
import account from '../account/account.module.css'
import { newIdempotencyKey } from '../api.ts'
import { Checks, Choice } from '../datasets/fields.tsx'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { LineField } from '../sign-in/fields.tsx'
import signIn from '../sign-in/sign-in.module.css'
import { LANGUAGE_NAMES } from '../words/names.ts'
import styles from './users.module.css'

/** Roles that work inside facilities; a facility's administrator appoints only these. */
const IN_FACILITIES: readonly Role[] = ['staff', 'display', 'facility_admin']

export function NewUser({ onMade, onClose }: { onMade: (invitation: Invitation | null) => void; onClose: () => void }) {
  const say = useSay()
  const { me } = useSignedIn()
  const { call } = useServices()
  const [user, setUser] = useState('')
  const [role, setRole] = useState<Role | null>(null)
  const [facilities, setFacilities] = useState<readonly string[]>(me.facilities.length === 1 ? me.facilities : [])
  const [maker, setMaker] = useState('')
  const [language, setLanguage] = useState<Language>(useLanguage())
  const [key] = useState(newIdempotencyKey)
  const known = useQuery({ queryKey: ['facilities'], queryFn: () => call('facilities', { query: { limit: 500 } }) })
  const inFacility = role !== null && IN_FACILITIES.includes(role)
  const add = useMutation({
    mutationFn: () =>
      call('createUser', {
        body: {
          user: user.trim(),
          role: role ?? 'staff',
          facilities: inFacility ? [...facilities] : [],
          ...(role === 'manufacturer' ? { maker: maker.trim() } : {}),
          language,
        },
        idempotencyKey: key,
      }),
    onSuccess: made => onMade(made.invitation),
  })
  const isReady =
    user.trim() !== '' &&
    role !== null &&
    (!inFacility || facilities.length > 0) &&
    (role !== 'manufacturer' || maker.trim() !== '')
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
      <Choice
        label={say('users.role')}
        placeholder={say('users.rolePlaceholder')}
        value={role}
        options={(me.role === 'platform_admin' ? ROLES : IN_FACILITIES).map(each => ({
          id: each,
          text: say(`role.${each}`),
        }))}
        isInvalid={false}
        onChange={chosen => setRole(chosen as Role)}
      />
      {inFacility && (
        <Checks
          label={say('users.facilities')}
          hint={say('users.facilitiesHint')}
          value={facilities}
          options={(known.data?.items ?? [])
            .filter(facility => facility.bench_of === null)
            .map(({ id, name }) => ({ id, text: name, note: id }))}
          isInvalid={false}
          onChange={setFacilities}
        />
      )}
      {role === 'manufacturer' && (
        <div className={signIn.fields}>
          <LineField name="maker" label={say('users.maker')} value={maker} onChange={setMaker} />
        </div>
      )}
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
