/** One bed of a room: its name changed, closed, opened again. */
import { useState } from 'react'
import type { Bed } from '../../../core/rest/places.ts'
import { Button } from '../parts/button.tsx'
import { Line } from '../people/fields.tsx'
import { Form, Refused } from '../people/form.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './layout.module.css'
import { usePlacesChange } from './use-change.ts'

export function BedLine({ bed }: { bed: Bed }) {
  const say = useSay()
  const { call } = useServices()
  const [isOpen, setOpen] = useState(false)
  const [label, setLabel] = useState(bed.label)
  const params = { id: bed.id }
  const rename = usePlacesChange(
    () => call('changeBed', { params, body: { label: label.trim() } }),
    () => setOpen(false),
  )
  const close = usePlacesChange((closed: boolean) => call('changeBed', { params, body: { closed } }))
  if (isOpen)
    return (
      <li>
        <Form
          label={say('layout.renameOf', { name: bed.label })}
          submit={say('people.save')}
          isReady={label.trim() !== ''}
          isBusy={rename.isPending}
          error={rename.error}
          conflict="taken"
          onSubmit={() => rename.mutate(undefined)}
          onCancel={() => setOpen(false)}
        >
          <Line label={say('layout.bedName')} value={label} onChange={setLabel} maxLength={12} isRequired />
        </Form>
      </li>
    )
  return (
    <li className={styles.bed} data-closed={bed.closed === null ? undefined : ''} data-bed={bed.label}>
      <b>{bed.label}</b>
      <span>{bed.closed !== null && say('layout.closed')}</span>
      <span className={styles.tools}>
        <Button aria-label={say('layout.renameOf', { name: bed.label })} onPress={() => setOpen(true)}>
          {say('layout.rename')}
        </Button>
        <Button
          aria-label={say(bed.closed === null ? 'layout.closeOf' : 'layout.openOf', { name: bed.label })}
          isDisabled={close.isPending}
          onPress={() => close.mutate(bed.closed === null)}
        >
          {say(bed.closed === null ? 'layout.closeShort' : 'layout.openShort')}
        </Button>
      </span>
      <Refused error={close.error} conflict="inUse" />
    </li>
  )
}
