/** Changes of one room: its name and unit, its beds, and whether it is in use. */
import { useState } from 'react'
import type { Room } from '../../../core/rest/places.ts'
import { Button } from '../parts/button.tsx'
import { Line, Pick } from '../people/fields.tsx'
import { Form, Refused } from '../people/form.tsx'
import { useSay, useServices } from '../services.ts'
import { BedLine } from './bed-line.tsx'
import styles from './layout.module.css'
import { usePlacesChange } from './use-change.ts'
import type { Places } from './use-places.ts'

export function RoomEdit({ places, room }: { places: Places; room: Room }) {
  const say = useSay()
  const { call } = useServices()
  const [label, setLabel] = useState(room.label)
  const [unit, setUnit] = useState(room.unit)
  const params = { id: room.id }
  const save = usePlacesChange(() => call('changeRoom', { params, body: { label: label.trim(), unit } }))
  const close = usePlacesChange((closed: boolean) => call('changeRoom', { params, body: { closed } }))
  const beds = places.beds.filter(bed => bed.room === room.id)
  return (
    <div className={styles.edit}>
      <Form
        label={say('layout.changeOf', { name: room.label })}
        submit={say('people.save')}
        isReady={label.trim() !== '' && (label.trim() !== room.label || unit !== room.unit)}
        isBusy={save.isPending}
        error={save.error}
        conflict="taken"
        onSubmit={() => save.mutate(undefined)}
      >
        <Line label={say('layout.roomName')} value={label} onChange={setLabel} maxLength={12} isRequired />
        <Pick
          label={say('import.column.unit')}
          value={unit}
          onChange={setUnit}
          options={places.units.map(each => ({ id: each.label, text: each.label }))}
        />
      </Form>
      <div>
        <h3>{say('layout.beds')}</h3>
        <ul>
          {beds.map(bed => (
            <BedLine key={bed.id} bed={bed} />
          ))}
        </ul>
        <AddBed room={room} />
      </div>
      <div>
        <p className={styles.note}>{say(room.closed === null ? 'layout.closeSub' : 'layout.openSub')}</p>
        <Refused error={close.error} conflict="inUse" />
        <Button isDisabled={close.isPending} onPress={() => close.mutate(room.closed === null)}>
          {say(room.closed === null ? 'layout.close' : 'layout.open')}
        </Button>
      </div>
    </div>
  )
}

function AddBed({ room }: { room: Room }) {
  const say = useSay()
  const { call } = useServices()
  const [label, setLabel] = useState('')
  const add = usePlacesChange(
    (_: undefined, idempotencyKey) =>
      call('createBed', { body: { facility: room.facility, room: room.id, label: label.trim() }, idempotencyKey }),
    () => setLabel(''),
  )
  return (
    <Form
      label={say('layout.addBed')}
      submit={say('layout.addBed')}
      isReady={label.trim() !== ''}
      isBusy={add.isPending}
      error={add.error}
      conflict="taken"
      onSubmit={() => add.mutate(undefined)}
    >
      <Line
        label={say('layout.bedName')}
        hint={say('layout.bedHint')}
        value={label}
        onChange={setLabel}
        maxLength={12}
      />
    </Form>
  )
}
