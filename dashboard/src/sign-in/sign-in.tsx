/** Sign-in: one generic refusal, the lock-out with its time, and the ways in for those who have no password yet. */
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { Link } from 'wouter'
import { AppError } from '../../../core/errors.ts'
import type { Me } from '../../../core/rest/session.ts'
import { refusalOf } from '../api.ts'
import { running } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { DoorFrame } from './door-frame.tsx'
import { LineField, PasswordField } from './fields.tsx'
import styles from './sign-in.module.css'

export function SignIn({ wasSignedIn, onSignedIn }: { wasSignedIn: boolean; onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const { call } = useServices()
  const { data: setup } = useQuery({ queryKey: ['setup'], queryFn: () => call('setupState'), retry: false })
  return (
    <DoorFrame heading={say('signIn.title')}>
      <p className={styles.what}>{say('signIn.what')}</p>
      {wasSignedIn && (
        <p className={styles.ended} role="status">
          <Icon name="lock" />
          {say('signIn.ended')}
        </p>
      )}
      <Form onSignedIn={onSignedIn} />
      <p className={styles.help}>{say('signIn.help')}</p>
      <p className={styles.ways}>
        <Link href="/welcome">{say('signIn.invited')}</Link>
        {setup?.open && <Link href="/setup">{say('signIn.setup')}</Link>}
      </p>
    </DoorFrame>
  )
}

function Form({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const { call } = useServices()
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [lockedUntil, setLockedUntil] = useState(0)
  const left = useCountdown(lockedUntil)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || left > 0 || user === '' || password === '') return
    setBusy(true)
    setError(null)
    try {
      onSignedIn(await call('signIn', { body: { user: user.trim(), password } }))
    } catch (caught) {
      setError(caught)
      const wait = refusalOf(caught)?.retryAfterS
      if (caught instanceof AppError && caught.code === 'too_many_attempts')
        setLockedUntil(Date.now() + (wait ?? 60) * 1000)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={styles.fields} onSubmit={event => void submit(event)}>
      <LineField name="user" label={say('signIn.user')} value={user} onChange={setUser} autoComplete="username" />
      <PasswordField
        name="password"
        label={say('signIn.password')}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
      />
      <p className={styles.error} role="alert">
        {left > 0 ? say('signIn.locked', { time: running(left) }) : error ? errorText(error, say) : ''}
      </p>
      <Button kind="main" type="submit" isDisabled={isBusy || left > 0}>
        {say(isBusy ? 'signIn.busy' : 'signIn.submit')}
      </Button>
    </form>
  )
}

/** Milliseconds until then, counted down each second; 0 when past. */
function useCountdown(untilMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  const isRunning = untilMs > now
  useEffect(() => {
    setNow(Date.now())
    if (untilMs <= Date.now()) return
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [untilMs])
  return isRunning ? Math.max(0, untilMs - now) : 0
}
