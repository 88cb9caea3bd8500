/** The first administrator comes in: the printed one-time code, a name and a password of one's own. */
import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { AppError } from '../../../core/errors.ts'
import { PASSWORD_MIN } from '../../../core/rest/account.ts'
import type { Me } from '../../../core/rest/session.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { DoorFrame } from './door-frame.tsx'
import { LineField, PasswordField } from './fields.tsx'
import styles from './sign-in.module.css'

export function FirstAdministrator({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const language = useLanguage()
  const { call } = useServices()
  const [, navigate] = useLocation()
  const [code, setCode] = useState('')
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || code === '' || user === '') return
    if (password.length < PASSWORD_MIN) return setProblem(say('password.short'))
    setBusy(true)
    setProblem('')
    try {
      await call('setup', { body: { code, user: user.trim(), password, language } })
      const me = await call('signIn', { body: { user: user.trim(), password } })
      navigate('/', { replace: true })
      onSignedIn(me)
    } catch (error) {
      const refused = error instanceof AppError ? error.code : ''
      if (refused === 'wrong_credentials') setProblem(say('setup.wrong'))
      else if (refused === 'not_ready') setProblem(say('setup.closed'))
      else setProblem(errorText(error, say))
    } finally {
      setBusy(false)
    }
  }
  return (
    <DoorFrame heading={say('setup.title')}>
      <h2 className={styles.title}>{say('setup.title')}</h2>
      <p className={styles.what}>{say('setup.sub')}</p>
      <form className={styles.fields} onSubmit={event => void submit(event)}>
        <LineField name="code" label={say('setup.code')} value={code} onChange={setCode} autoComplete="one-time-code" />
        <LineField
          name="user"
          label={say('setup.user')}
          hint={say('setup.userRule')}
          value={user}
          onChange={setUser}
          autoComplete="username"
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
          {say(isBusy ? 'signIn.busy' : 'setup.submit')}
        </Button>
      </form>
      <p className={styles.ways}>
        <Link href="/">{say('welcome.back')}</Link>
      </p>
    </DoorFrame>
  )
}
