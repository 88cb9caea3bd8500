/** One unit as a ruled heading with its rooms under it; closed rooms wait at its end. */
import { useState } from 'react'
import type { Room, Unit } from '../../../core/rest/places.ts'
import { Button } from '../parts/button.tsx'
import { Line } from '../people/fields.tsx'
import { Form, Refused } from '../people/form.tsx'
import { useSay, useServices } from '../services.ts'
import { AddRoom } from './add-room.tsx'
import styles from './layout.module.css'
import { orderOf, type UnitOrder, withRoomMoved, withUnitMoved } from './order.ts'
import { RoomLine } from './room-line.tsx'
import { Steps } from './steps.tsx'
import { usePlacesChange } from './use-change.ts'
import type { Places } from './use-places.ts'

interface UnitBlockProps {
  facility: string
  places: Places
  unit: Unit
  isFirst: boolean
  isLast: boolean
  /** Names the button whose press has moved something. */
  onMoved: (step: string) => void
}

export function UnitBlock({ facility, places, unit, isFirst, isLast, onMoved }: UnitBlockProps) {
  const say = useSay()
  const { call } = useServices()
  const [open, setOpen] = useState<'rename' | 'add' | string | null>(null)
  const arrange = usePlacesChange((units: UnitOrder[]) =>
    call('arrange', { params: { id: facility }, body: { units } }),
  )
  const rooms = places.rooms.filter(room => room.unit_id === unit.id)
  const inUse = rooms.filter(({ closed }) => closed === null)
  const closed = rooms.filter(room => room.closed !== null)
  const line = (room: Room, at: number) => (
    <RoomLine
      key={room.id}
      places={places}
      room={room}
      isFirst={at === 0}
      isLast={at === inUse.length - 1}
      isOpen={open === room.id}
      isBusy={arrange.isPending}
      onOpen={isOpen => setOpen(isOpen ? room.id : null)}
      onStep={step => {
        arrange.mutate(withRoomMoved(places, room, step), { onSuccess: () => onMoved(`${room.id} ${step}`) })
      }}
    />
  )
  return (
    <section className={styles.unit} aria-label={unit.label} data-unit={unit.label}>
      {open === 'rename' ? (
        <Rename unit={unit} onClose={() => setOpen(null)} />
      ) : (
        <header>
          <h2>{unit.label}</h2>
          <small>{say('layout.roomCount', { count: inUse.length })}</small>
          <span className={styles.tools}>
            <Steps
              id={unit.id}
              name={unit.label}
              isFirst={isFirst}
              isLast={isLast}
              isBusy={arrange.isPending}
              onStep={step =>
                arrange.mutate(withUnitMoved(orderOf(places), unit.id, step), {
                  onSuccess: () => onMoved(`${unit.id} ${step}`),
                })
              }
            />
            <Button onPress={() => setOpen('rename')}>{say('layout.rename')}</Button>
            <Button onPress={() => setOpen('add')}>{say('layout.addRoom')}</Button>
          </span>
        </header>
      )}
      <Refused error={arrange.error} />
      {open === 'add' && <AddRoom facility={facility} unit={unit.label} onClose={() => setOpen(null)} />}
      {inUse.length === 0 && open !== 'add' && <p className={styles.none}>{say('layout.noRooms')}</p>}
      <ul>{inUse.map(line)}</ul>
      {closed.length > 0 && (
        <details className={styles.closed}>
          <summary>{say('layout.closedRooms', { count: closed.length })}</summary>
          <ul>{closed.map(line)}</ul>
        </details>
      )}
    </section>
  )
}

function Rename({ unit, onClose }: { unit: Unit; onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const [label, setLabel] = useState(unit.label)
  const rename = usePlacesChange(
    (_: undefined) => call('changeUnit', { params: { id: unit.id }, body: { label: label.trim() } }),
    onClose,
  )
  return (
    <Form
      label={say('layout.rename')}
      submit={say('people.save')}
      isReady={label.trim() !== ''}
      isBusy={rename.isPending}
      error={rename.error}
      conflict="taken"
      onSubmit={() => rename.mutate(undefined)}
      onCancel={onClose}
    >
      <Line label={say('layout.unitName')} value={label} onChange={setLabel} maxLength={40} isRequired />
    </Form>
  )
}
