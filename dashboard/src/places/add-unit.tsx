/** Adds a unit at the end of the board. */
import { useState } from 'react'
import { Line } from '../people/fields.tsx'
import { Form } from '../people/form.tsx'
import { useSay, useServices } from '../services.ts'
import { usePlacesChange } from './use-change.ts'

export function AddUnit({ facility, onClose }: { facility: string; onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const [label, setLabel] = useState('')
  const add = usePlacesChange(
    (_: undefined, idempotencyKey) =>
      call('createUnit', { body: { facility: facility as never, label: label.trim() }, idempotencyKey }),
    onClose,
  )
  return (
    <Form
      label={say('layout.addUnit')}
      submit={say('layout.add')}
      isReady={label.trim() !== ''}
      isBusy={add.isPending}
      error={add.error}
      conflict="taken"
      onSubmit={() => add.mutate(undefined)}
      onCancel={onClose}
    >
      <Line
        label={say('layout.unitName')}
        hint={say('layout.unitHint')}
        value={label}
        onChange={setLabel}
        maxLength={40}
        isRequired
      />
    </Form>
  )
}
