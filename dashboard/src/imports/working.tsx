/** While a file is looked at or taken: what goes on, for how long already, and calling it off. */
import { useState } from 'react'
import { running } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './import.module.css'

export function Working({ text, onCancel }: { text: string; onCancel: () => void }) {
  const say = useSay()
  const now = useNow(500)
  const [since] = useState(now)
  return (
    <div className={styles.working}>
      <p role="status">{text}</p>
      <div className={styles.bar} role="progressbar" aria-label={text}>
        <i />
      </div>
      <p className={styles.note}>{running(now - since)}</p>
      <Button onPress={onCancel}>{say('import.cancel')}</Button>
    </div>
  )
}
