/** Making an API token: what for, what it may do, how long; then the token itself, this once. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Checkbox } from 'react-aria-components/Checkbox'
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup'
import { Label } from 'react-aria-components/Label'
import type { Role, TokenScope } from '../../../core/rest/route.ts'
import { scopesOf } from '../../../core/rest/scopes.ts'
import { newIdempotencyKey } from '../api.ts'
import fields from '../datasets/fields.module.css'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { useSay, useServices } from '../services.ts'
import { LineField } from '../sign-in/fields.tsx'
import signIn from '../sign-in/sign-in.module.css'
import styles from './account.module.css'

const DAYS = ['30', '90', '365'] as const

export function NewToken({ role, onMade, onClose }: { role: Role; onMade: () => void; onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly string[]>([])
  const [days, setDays] = useState<(typeof DAYS)[number]>('90')
  const [key] = useState(newIdempotencyKey)
  const make = useMutation({
    mutationFn: () =>
      call('createMyToken', {
        body: { name, scopes: scopes as TokenScope[], days: Number(days) },
        idempotencyKey: key,
      }),
    onSuccess: onMade,
  })
  if (make.data) return <Shown token={make.data.token} onClose={onClose} />
  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault()
        if (name.trim() !== '' && scopes.length > 0) make.mutate()
      }}
    >
      <div className={signIn.fields}>
        <LineField name="token-name" label={say('tokens.name')} value={name} onChange={setName} />
      </div>
      <CheckboxGroup className={fields.field ?? ''} value={[...scopes]} onChange={setScopes}>
        <Label>{say('tokens.scopes')}</Label>
        <div className={fields.checks}>
          {scopesOf(role).map(scope => (
            <Checkbox key={scope} value={scope} className={fields.check ?? ''}>
              <span className={fields.box}>
                <Icon name="check" className={fields.tick} />
              </span>
              <span>
                {say(`scope.${scope}`)}
                <small className="mono">{scope}</small>
              </span>
            </Checkbox>
          ))}
        </div>
      </CheckboxGroup>
      <div>
        <p className={styles.label}>{say('tokens.days')}</p>
        <Segments
          label={say('tokens.days')}
          value={days}
          options={DAYS.map(each => ({ id: each, text: say('tokens.daysOption', { days: each }) }))}
          onChange={setDays}
        />
      </div>
      {make.error && (
        <p className={signIn.error} role="alert">
          {errorText(make.error, say)}
        </p>
      )}
      <div className={styles.buttons}>
        <Button kind="main" type="submit" isDisabled={make.isPending || name.trim() === '' || scopes.length === 0}>
          {say('tokens.make')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}

function Shown({ token, onClose }: { token: string; onClose: () => void }) {
  const say = useSay()
  const [isCopied, setCopied] = useState(false)
  const copy = (): void => {
    // Without https there is no clipboard; the field below can be selected.
    void navigator.clipboard?.writeText(token).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <div className={styles.shown} role="status">
      <p>{say('tokens.once')}</p>
      <output className={`mono ${styles.secret}`}>{token}</output>
      <div className={styles.buttons}>
        {navigator.clipboard && (
          <Button onPress={copy}>
            <Icon name={isCopied ? 'check' : 'copy'} />
            {say(isCopied ? 'tokens.copied' : 'tokens.copy')}
          </Button>
        )}
        <Button kind="main" onPress={onClose}>
          {say('tokens.kept')}
        </Button>
      </div>
    </div>
  )
}
