/** Adds a room to a unit, with its beds if it has several; the form stays open for the next one. */
import { useState } from 'react'
import { Line } from '../people/fields.tsx'
import { Form } from '../people/form.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './layout.module.css'
import { usePlacesChange } from './use-change.ts'

export function AddRoom({ facility, unit, onClose }: { facility: string; unit: string; onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const [label, setLabel] = useState('')
  const [added, setAdded] = useState<string | null>(null)
  const add = usePlacesChange(
    (_: undefined, idempotencyKey) =>
      call('createRoom', { body: { facility: facility as never, label: label.trim(), unit }, idempotencyKey }),
    () => {
      setAdded(label.trim())
      setLabel('')
    },
  )
  return (
    <>
      <Form
        label={say('layout.addRoom')}
        submit={say('layout.add')}
        isReady={label.trim() !== ''}
        isBusy={add.isPending}
        error={add.error}
        conflict="taken"
        onSubmit={() => add.mutate(undefined)}
        onCancel={onClose}
      >
        <Line
          label={say('layout.roomName')}
          hint={say('layout.roomHint')}
          value={label}
          onChange={setLabel}
          maxLength={12}
          isRequired
        />
      </Form>
      <p className={styles.told} role="status">
        {added !== null && say('layout.added', { name: added })}
      </p>
    </>
  )
}
