/** What was taken of a file, what was left, and where to go from here. */
import { useEffect, useRef } from 'react'
import type { ImportKind, ImportPreview } from '../../../core/rest/imports.ts'
import type { Answer } from '../api.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import { saveWrong } from './errors.ts'
import styles from './import.module.css'
import type { Import } from './use-import.ts'

interface TakenProps {
  kind: ImportKind
  name: string
  looked: ImportPreview
  taken: Answer<'applyImport'>
  job: Import
}

export function Taken({ kind, name, looked, taken, job }: TakenProps) {
  const say = useSay()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const left = taken.left_out
  return (
    <div className={styles.taken}>
      <h2 ref={heading} tabIndex={-1}>
        {say(`import.taken.${kind}`, { count: taken.created })}
      </h2>
      {left > 0 && <p>{say('import.left', { count: left })}</p>}
      <div className={styles.actions}>
        <ButtonLink href={kind === 'rooms' ? '/places' : '/residents'} kind="main">
          {say(`import.see.${kind}`)}
        </ButtonLink>
        {left > 0 && (
          <Button onPress={() => saveWrong(name, looked, say)}>
            <Icon name="download" />
            {say('import.saveWrong')}
          </Button>
        )}
        <Button onPress={job.restart}>{say('import.other')}</Button>
      </div>
    </div>
  )
}
