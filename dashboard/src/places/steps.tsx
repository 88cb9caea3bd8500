/** Two buttons that move a unit or a room one place up or down the board. */
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './layout.module.css'

interface StepsProps {
  id: string
  name: string
  isFirst: boolean
  isLast: boolean
  isBusy: boolean
  onStep: (step: 1 | -1) => void
}

export function Steps({ id, name, isFirst, isLast, isBusy, onStep }: StepsProps) {
  const say = useSay()
  return (
    <span className={styles.steps}>
      <Button
        square
        kind="quiet"
        aria-label={say('layout.up', { name })}
        data-step={`${id} -1`}
        isDisabled={isFirst || isBusy}
        onPress={() => onStep(-1)}
      >
        <Icon name="down" className={styles.up} />
      </Button>
      <Button
        square
        kind="quiet"
        aria-label={say('layout.down', { name })}
        data-step={`${id} 1`}
        isDisabled={isLast || isBusy}
        onPress={() => onStep(1)}
      >
        <Icon name="down" />
      </Button>
    </span>
  )
}
