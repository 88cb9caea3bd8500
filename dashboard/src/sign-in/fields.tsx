/** Fields of coming in and of the own account: a line of text, and a password that can be shown and pasted. */
import { useState } from 'react'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { Text } from 'react-aria-components/Text'
import { TextField } from 'react-aria-components/TextField'
import { Button } from '../parts/button.tsx'
import { useSay } from '../services.ts'
import styles from './sign-in.module.css'

interface LineProps {
  name: string
  label: string
  hint?: string
  value: string
  onChange: (value: string) => void
  autoComplete?: string
}

export function LineField({ label, hint, autoComplete = 'off', ...field }: LineProps) {
  return (
    <TextField {...field} autoComplete={autoComplete} isRequired validationBehavior="aria">
      <Label>{label}</Label>
      <Input autoCapitalize="none" spellCheck="false" />
      {hint !== undefined && (
        <Text slot="description" className={styles.rule ?? ''}>
          {hint}
        </Text>
      )}
    </TextField>
  )
}

export function PasswordField({ label, hint, ...field }: LineProps) {
  const say = useSay()
  const [isShown, setShown] = useState(false)
  return (
    <div>
      <div className={styles.password}>
        <TextField {...field} type={isShown ? 'text' : 'password'} isRequired validationBehavior="aria">
          <Label>{label}</Label>
          <Input aria-describedby={hint === undefined ? undefined : `${field.name}-rule`} />
        </TextField>
        <Button onPress={() => setShown(!isShown)} aria-pressed={isShown}>
          {say(isShown ? 'signIn.hide' : 'signIn.show')}
        </Button>
      </div>
      {hint !== undefined && (
        <p id={`${field.name}-rule`} className={styles.rule}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** A password that somebody chooses now, with what it must be. */
export function NewPasswordField(field: Pick<LineProps, 'name' | 'value' | 'onChange'>) {
  const say = useSay()
  return (
    <PasswordField {...field} label={say('password.new')} hint={say('password.rule')} autoComplete="new-password" />
  )
}
