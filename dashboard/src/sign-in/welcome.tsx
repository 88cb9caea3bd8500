/** An invited person comes in: the code of the invitation (from the link, or typed) and a password of one's own. */
import { useEffect, useState } from 'react'
import type { Me } from '../../../core/rest/session.ts'
import { useSay, useServices } from '../services.ts'
import { DoorForm } from './door-form.tsx'
import { LineField } from './fields.tsx'

export function Welcome({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const { call } = useServices()
  const [code, setCode] = useState(() => decodeURIComponent(location.hash.slice(1)))
  // The code stays neither in the address nor in the history of a shared tablet.
  useEffect(() => {
    if (location.hash !== '') history.replaceState(null, '', location.pathname)
  }, [])
  return (
    <DoorForm
      title={say('welcome.title')}
      sub={say('welcome.sub')}
      submit={say('welcome.submit')}
      isReady={code !== ''}
      send={password => call('acceptInvitation', { body: { code, password } })}
      refusal={refused => (refused === 'wrong_credentials' ? say('welcome.gone') : null)}
      onSignedIn={onSignedIn}
    >
      <LineField name="code" label={say('welcome.code')} value={code} onChange={setCode} autoComplete="one-time-code" />
    </DoorForm>
  )
}
