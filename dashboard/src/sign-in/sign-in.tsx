/** Sign-in: language first, one generic refusal, the lock-out with its time, and beside it how to read the screens. */
import { type FormEvent, useEffect, useState } from 'react'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { TextField } from 'react-aria-components/TextField'
import { AppError } from '../../../core/errors.ts'
import { LANGUAGES } from '../../../core/profile.ts'
import type { Me } from '../../../core/rest/session.ts'
import { refusalOf } from '../api.ts'
import { running } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Mark } from '../parts/glyph.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { LANGUAGE_NAMES } from '../words/names.ts'
import { Legend } from './legend.tsx'
import styles from './sign-in.module.css'

export function SignIn({ wasSignedIn, onSignedIn }: { wasSignedIn: boolean; onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const language = useLanguage()
  const services = useServices()
  useEffect(() => {
    document.title = `${say('signIn.title')} | ${say('brand')}`
  }, [say])
  return (
    <div className={styles.page}>
      <main className={styles.form}>
        <fieldset className={styles.languages} aria-label={say('signIn.language')}>
          {LANGUAGES.map(each => (
            <button
              key={each}
              type="button"
              lang={each}
              aria-pressed={each === language}
              onClick={() => void services.language.keep(each)}
            >
              {LANGUAGE_NAMES[each]}
            </button>
          ))}
        </fieldset>
        <div className={styles.brand}>
          <Mark className={styles.mark} />
          <h1>{say('brand')}</h1>
        </div>
        <p className={styles.what}>{say('signIn.what')}</p>
        {wasSignedIn && (
          <p className={styles.ended} role="status">
            <Icon name="lock" />
            {say('signIn.ended')}
          </p>
        )}
        <Form onSignedIn={onSignedIn} />
        <p className={styles.help}>{say('signIn.help')}</p>
      </main>
      <Legend />
    </div>
  )
}

function Form({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  const say = useSay()
  const { call } = useServices()
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [isShown, setShown] = useState(false)
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
      <TextField
        name="user"
        value={user}
        onChange={setUser}
        autoComplete="username"
        isRequired
        validationBehavior="aria"
      >
        <Label>{say('signIn.user')}</Label>
        <Input autoCapitalize="none" spellCheck="false" />
      </TextField>
      <div className={styles.password}>
        <TextField
          name="password"
          type={isShown ? 'text' : 'password'}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          isRequired
          validationBehavior="aria"
        >
          <Label>{say('signIn.password')}</Label>
          <Input />
        </TextField>
        <Button onPress={() => setShown(!isShown)} aria-pressed={isShown}>
          {say(isShown ? 'signIn.hide' : 'signIn.show')}
        </Button>
      </div>
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
