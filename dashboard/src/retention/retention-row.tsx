/** One facility's retention: what is set, what is under way, what went last and why the rest stayed. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Retention } from '../../../core/rest/retention.ts'
import { dayText } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Failure } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { KeptLines } from './kept-lines.tsx'
import styles from './retention.module.css'
import { RetentionForm } from './retention-form.tsx'

export function RetentionRow({ item, onChanged }: { item: Retention; onChanged: () => void }) {
  const say = useSay()
  const language = useLanguage()
  const { call } = useServices()
  const [open, setOpen] = useState<'form' | 'sure' | null>(null)
  const params = { id: item.facility }
  const run = useMutation({ mutationFn: () => call('runRetention', { params }), onSettled: onChanged })
  const stop = useMutation({ mutationFn: () => call('cancelRetention', { params }), onSettled: onChanged })
  const last = item.runs[0]
  const close = (): void => setOpen(null)
  return (
    <li className={styles.row} aria-label={item.name}>
      <div className={styles.who}>
        <b>{item.name}</b>
        <small>{item.facility}</small>
      </div>
      <div>
        <b>{item.days === null ? say('retention.forever') : say('retention.days', { days: item.days })}</b>
        {item.changed !== null && (
          <small>
            {say('retention.changed', { time: dayText(item.changed, language), user: item.changed_by ?? '' })}
          </small>
        )}
      </div>
      <div className={styles.acts}>
        {item.running ? (
          <Button onPress={() => stop.mutate()} isDisabled={stop.isPending}>
            {say('retention.stop')}
          </Button>
        ) : (
          open === null && (
            <>
              <Button onPress={() => setOpen('form')}>{say('retention.change')}</Button>
              {item.days !== null && <Button onPress={() => setOpen('sure')}>{say('retention.run')}</Button>}
            </>
          )
        )}
      </div>
      <div className={styles.wide} aria-live="polite">
        {item.running ? (
          <p>
            {say('retention.running', {
              percent: Math.round(item.running.progress * 100),
              messages: item.running.messages,
            })}
          </p>
        ) : last ? (
          <>
            <p>
              {say(`retention.${last.outcome}`, {
                time: dayText(last.ended, language),
                day: dayText(last.before, language),
                messages: last.messages,
                code: last.failure ?? '',
              })}
            </p>
            <KeptLines kept={last.kept} />
          </>
        ) : (
          <p>{say('retention.never')}</p>
        )}
        {(run.error ?? stop.error) && <Failure error={run.error ?? stop.error} />}
      </div>
      {open === 'form' && (
        <RetentionForm
          item={item}
          onClose={close}
          onSaved={() => {
            close()
            onChanged()
          }}
        />
      )}
      {open === 'sure' && !item.running && (
        <div className={styles.wide} role="alert">
          <p>{say('retention.sure')}</p>
          <div className={styles.acts}>
            <Button
              kind="main"
              onPress={() => {
                close()
                run.mutate()
              }}
            >
              {say('retention.run')}
            </Button>
            <Button onPress={close}>{say('retention.cancel')}</Button>
          </div>
        </div>
      )}
    </li>
  )
}
