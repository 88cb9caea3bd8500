/** The first administrator comes in: the printed one-time code, a name and a password of one's own. */
import { useState } from 'react'
import type { Me } from '../../../core/rest/session.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { DoorForm } from './door-form.tsx'
import { LineField } from './fields.tsx'

export function FirstAdministrator({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const language = useLanguage()
  const { call } = useServices()
  const [code, setCode] = useState('')
  const [user, setUser] = useState('')
  const send = async (password: string): Promise<Me> => {
    await call('setup', { body: { code, user: user.trim(), password, language } })
    return call('signIn', { body: { user: user.trim(), password } })
  }
  const refusal = (refused: string): string | null => {
    if (refused === 'wrong_credentials') return say('setup.wrong')
    return refused === 'not_ready' ? say('setup.closed') : null
  }
  return (
    <DoorForm
      title={say('setup.title')}
      sub={say('setup.sub')}
      submit={say('setup.submit')}
      isReady={code !== '' && user !== ''}
      send={send}
      refusal={refusal}
      onSignedIn={onSignedIn}
    >
      <LineField name="code" label={say('setup.code')} value={code} onChange={setCode} autoComplete="one-time-code" />
      <LineField
        name="user"
        label={say('setup.user')}
        hint={say('setup.userRule')}
        value={user}
        onChange={setUser}
        autoComplete="username"
      />
    </DoorForm>
  )
}
