/** Changing the own password. */
import { type FormEvent, useState } from 'react'
import { AppError } from '../../../core/errors.ts'
import { PASSWORD_MIN } from '../../../core/rest/account.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { NewPasswordField, PasswordField } from '../sign-in/fields.tsx'
import signIn from '../sign-in/sign-in.module.css'
import styles from './account.module.css'

export function PasswordSection({ user, onChanged }: { user: string; onChanged: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const [isDone, setDone] = useState(false)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || current === '') return
    setDone(false)
    if (next.length < PASSWORD_MIN) return setProblem(say('password.short'))
    setBusy(true)
    setProblem('')
    try {
      await call('changePassword', { body: { current, next } })
      setCurrent('')
      setNext('')
      setDone(true)
      onChanged()
    } catch (error) {
      const isWrong = error instanceof AppError && error.code === 'bad_request'
      setProblem(isWrong ? say('password.wrongCurrent') : errorText(error, say))
    } finally {
      setBusy(false)
    }
  }
  return (
    <section aria-labelledby="me-password">
      <h2 id="me-password">{say('password.change')}</h2>
      <form className={`${signIn.fields} ${styles.narrow}`} onSubmit={event => void submit(event)}>
        {/* Tells password keepers whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={user} readOnly hidden />
        <PasswordField
          name="current"
          label={say('password.current')}
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
        />
        <NewPasswordField name="next" value={next} onChange={setNext} />
        {problem !== '' && (
          <p className={signIn.error} role="alert">
            {problem}
          </p>
        )}
        {isDone && <p role="status">{say('password.changed')}</p>}
        <Button type="submit" isDisabled={isBusy}>
          {say(isBusy ? 'signIn.busy' : 'password.change')}
        </Button>
      </form>
    </section>
  )
}
