/** An invited person comes in: the code of the invitation (from the link, or typed) and a password of one's own. */
import { type FormEvent, useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { AppError } from '../../../core/errors.ts'
import { PASSWORD_MIN } from '../../../core/rest/account.ts'
import type { Me } from '../../../core/rest/session.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { DoorFrame } from './door-frame.tsx'
import { LineField, PasswordField } from './fields.tsx'
import styles from './sign-in.module.css'

export function Welcome({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const { call } = useServices()
  const [, navigate] = useLocation()
  const [code, setCode] = useState(() => decodeURIComponent(location.hash.slice(1)))
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  // The code stays neither in the address nor in the history of a shared tablet.
  useEffect(() => {
    if (location.hash !== '') history.replaceState(null, '', location.pathname)
  }, [])

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || code === '') return
    if (password.length < PASSWORD_MIN) return setProblem(say('password.short'))
    setBusy(true)
    setProblem('')
    try {
      const me = await call('acceptInvitation', { body: { code, password } })
      navigate('/', { replace: true })
      onSignedIn(me)
    } catch (error) {
      const isGone = error instanceof AppError && error.code === 'wrong_credentials'
      setProblem(isGone ? say('welcome.gone') : errorText(error, say))
    } finally {
      setBusy(false)
    }
  }
  return (
    <DoorFrame heading={say('welcome.title')}>
      <h2 className={styles.title}>{say('welcome.title')}</h2>
      <p className={styles.what}>{say('welcome.sub')}</p>
      <form className={styles.fields} onSubmit={event => void submit(event)}>
        <LineField
          name="code"
          label={say('welcome.code')}
          value={code}
          onChange={setCode}
          autoComplete="one-time-code"
        />
        <PasswordField
          name="password"
          label={say('password.new')}
          hint={say('password.rule')}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
        />
        <p className={styles.error} role="alert">
          {problem}
        </p>
        <Button kind="main" type="submit" isDisabled={isBusy}>
          {say(isBusy ? 'signIn.busy' : 'welcome.submit')}
        </Button>
      </form>
      <p className={styles.ways}>
        <Link href="/">{say('welcome.back')}</Link>
      </p>
    </DoorFrame>
  )
}
