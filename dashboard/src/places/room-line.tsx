/** One room with its beds; opened, everything about it can be changed. */
import type { Room } from '../../../core/rest/places.ts'
import { Button } from '../parts/button.tsx'
import { useSay } from '../services.ts'
import styles from './layout.module.css'
import { RoomEdit } from './room-edit.tsx'
import { Steps } from './steps.tsx'
import type { Places } from './use-places.ts'

interface RoomLineProps {
  places: Places
  room: Room
  isFirst: boolean
  isLast: boolean
  isOpen: boolean
  isBusy: boolean
  onOpen: (isOpen: boolean) => void
  onStep: (step: 1 | -1) => void
}

export function RoomLine({ places, room, isFirst, isLast, isOpen, isBusy, onOpen, onStep }: RoomLineProps) {
  const say = useSay()
  const beds = places.beds.filter(bed => bed.room === room.id && bed.closed === null)
  return (
    <li className={styles.room} data-room-line={room.label}>
      <b className={styles.number}>{room.label}</b>
      <span className={styles.beds}>
        {beds.length === 0
          ? say('layout.noBeds')
          : say('layout.bedsOf', { beds: beds.map(({ label }) => label).join(say('list.comma')) })}
      </span>
      <span className={styles.tools}>
        {room.closed === null && (
          <Steps id={room.id} name={room.label} isFirst={isFirst} isLast={isLast} isBusy={isBusy} onStep={onStep} />
        )}
        <Button
          aria-expanded={isOpen}
          aria-label={say(isOpen ? 'layout.doneWith' : 'layout.changeOf', { name: room.label })}
          onPress={() => onOpen(!isOpen)}
        >
          {say(isOpen ? 'layout.done' : 'layout.change')}
        </Button>
      </span>
      {isOpen && <RoomEdit places={places} room={room} />}
    </li>
  )
}
