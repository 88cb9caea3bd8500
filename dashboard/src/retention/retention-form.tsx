/** Sets how many days a facility keeps, after a look at how much would go. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { TextField } from 'react-aria-components/TextField'
import type { Retention, RetentionPreview } from '../../../core/rest/retention.ts'
import { dayText } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Failure } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { KeptLines } from './kept-lines.tsx'
import styles from './retention.module.css'

export function RetentionForm({
  item,
  onClose,
  onSaved,
}: {
  item: Retention
  onClose: () => void
  onSaved: () => void
}) {
  const say = useSay()
  const { call } = useServices()
  const [text, setText] = useState(item.days === null ? '' : String(item.days))
  const days = text.trim() === '' ? null : Number(text)
  const isWrong = days !== null && !(Number.isInteger(days) && days >= 30)
  const params = { id: item.facility }
  const preview = useMutation({
    mutationFn: () => call('previewRetention', { params, query: { days: days ?? undefined } }),
  })
  const save = useMutation({ mutationFn: () => call('setRetention', { params, body: { days } }), onSuccess: onSaved })
  const change = (next: string): void => {
    setText(next)
    preview.reset()
  }
  return (
    <form
      className={styles.wide}
      onSubmit={event => {
        event.preventDefault()
        if (!isWrong) save.mutate()
      }}
    >
      <TextField value={text} onChange={change} isInvalid={isWrong} validationBehavior="aria">
        <Label>{say('retention.field')}</Label>
        <Input inputMode="numeric" className={styles.days ?? ''} />
      </TextField>
      <p>{say('retention.night')}</p>
      {preview.data && <Preview found={preview.data} />}
      {(preview.error ?? save.error) && <Failure error={preview.error ?? save.error} />}
      <div className={styles.acts}>
        {days !== null && (
          <Button onPress={() => preview.mutate()} isDisabled={isWrong || preview.isPending}>
            {say('retention.preview')}
          </Button>
        )}
        <Button kind="main" type="submit" isDisabled={isWrong || save.isPending}>
          {say('retention.save')}
        </Button>
        <Button onPress={onClose}>{say('retention.cancel')}</Button>
      </div>
    </form>
  )
}

function Preview({ found }: { found: RetentionPreview }) {
  const say = useSay()
  const day = dayText(found.before, useLanguage())
  const messages = found.would_remove.telemetry + found.would_remove.events
  const kept = found.would_keep.telemetry + found.would_keep.events
  return (
    <div role="status">
      <p>
        <b>{messages === 0 ? say('retention.wouldNothing', { day }) : say('retention.would', { day, messages })}</b>
      </p>
      {kept > 0 && <p>{say('retention.wouldKeep', { messages: kept })}</p>}
      <KeptLines kept={found.kept} />
    </div>
  )
}
