/** Where a file is chosen or dropped. */
import { type ReactNode, useId, useState } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './import.module.css'

export function DropFile({ onFile, children }: { onFile: (file: File) => void; children: ReactNode }) {
  const say = useSay()
  const id = useId()
  const [isOver, setOver] = useState(false)
  const take = (file: File | undefined): void => {
    if (file) onFile(file)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the file button does the same by keys
    <div
      className={styles.drop}
      data-over={isOver ? '' : undefined}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer.files[0])
      }}
    >
      <Icon name="table" className={styles.dropIcon} />
      <label className={styles.choose}>
        <span>{say('import.choose')}</span>
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          aria-describedby={id}
          onChange={event => {
            take(event.target.files?.[0])
            // The same file, mended, can be chosen again.
            event.target.value = ''
          }}
        />
      </label>
      <p id={id}>{children}</p>
    </div>
  )
}
