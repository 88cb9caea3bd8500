/** What whoever comes in for the first time fills in: some fields, and a password of one's own. */
import { type FormEvent, type ReactNode, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { AppError } from '../../../core/errors.ts'
import { PASSWORD_MIN } from '../../../core/rest/account.ts'
import type { Me } from '../../../core/rest/session.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import { DoorFrame } from './door-frame.tsx'
import { NewPasswordField } from './fields.tsx'
import styles from './sign-in.module.css'

export interface DoorFormProps {
  title: string
  sub: string
  submit: string
  /** The other fields are filled in. */
  isReady: boolean
  send: (password: string) => Promise<Me>
  /** What a refusal with this code means here; null: what it means anywhere. */
  refusal: (code: string) => string | null
  onSignedIn: (me: Me) => void
  children: ReactNode
}

export function DoorForm({ title, sub, submit, isReady, send, refusal, onSignedIn, children }: DoorFormProps) {
  const say = useSay()
  const [, navigate] = useLocation()
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  const enter = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || !isReady) return
    if (password.length < PASSWORD_MIN) return setProblem(say('password.short'))
    setBusy(true)
    setProblem('')
    try {
      const me = await send(password)
      navigate('/', { replace: true })
      onSignedIn(me)
    } catch (error) {
      setProblem((error instanceof AppError && refusal(error.code)) || errorText(error, say))
    } finally {
      setBusy(false)
    }
  }
  return (
    <DoorFrame heading={title}>
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.what}>{sub}</p>
      <form className={styles.fields} onSubmit={event => void enter(event)}>
        {children}
        <NewPasswordField name="password" value={password} onChange={setPassword} />
        <p className={styles.error} role="alert">
          {problem}
        </p>
        <Button kind="main" type="submit" isDisabled={isBusy}>
          {isBusy ? say('signIn.busy') : submit}
        </Button>
      </form>
      <p className={styles.ways}>
        <Link href="/">{say('welcome.back')}</Link>
      </p>
    </DoorFrame>
  )
}
