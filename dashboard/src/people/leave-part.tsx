/** The resident has left: stay and absence end, devices of the room go on for nobody. */
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { useSay, useServices } from '../services.ts'
import { Line } from './fields.tsx'
import { Form } from './form.tsx'
import styles from './people.module.css'
import type { PartOf } from './resident-page.tsx'
import { useMoment } from './use-moment.ts'
import { useChange } from './use-people.ts'

export function LeavePart(part: PartOf) {
  const say = useSay()
  const [isOpen, setOpen] = useState(false)
  if (isOpen) return <Leave {...part} onClose={() => setOpen(false)} />
  return (
    <div className={styles.end}>
      <p>{say('people.leaveSub')}</p>
      <Button onPress={() => setOpen(true)}>{say('people.leave')}</Button>
    </div>
  )
}

function Leave({ resident, zone, onClose }: PartOf & { onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const at = useMoment(zone)
  const leave = useChange(
    (_: undefined, idempotencyKey) =>
      call('leaveResident', { params: { id: resident.id }, body: { at: at.instant() ?? '' }, idempotencyKey }),
    onClose,
  )
  return (
    <Form
      label={say('people.leave')}
      submit={say('people.leaveDo')}
      isReady={at.isPast}
      isBusy={leave.isPending}
      error={leave.error}
      conflict="leave"
      onSubmit={() => leave.mutate(undefined)}
      onCancel={onClose}
    >
      <p>{say('people.leaveAsk')}</p>
      <Line
        type="datetime-local"
        label={say('people.leaveAt')}
        value={at.text}
        onChange={at.setText}
        isInvalid={!at.isPast}
        {...(!at.isPast && { hint: say('people.notYet') })}
      />
    </Form>
  )
}
