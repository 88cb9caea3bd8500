/** What a file holds: how many rows can be taken, what is wrong with which line, and the rows as they would be taken. */
import { useEffect, useRef } from 'react'
import type { ImportColumn, ImportKind, ImportPreview } from '../../../core/rest/imports.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Refused } from '../people/form.tsx'
import { useSay } from '../services.ts'
import { columnWord, saveWrong, wrongsOf } from './errors.ts'
import { GoodRows } from './good-rows.tsx'
import styles from './import.module.css'
import type { Import } from './use-import.ts'
import { WrongRows } from './wrong-rows.tsx'

interface LookedProps {
  kind: ImportKind
  name: string
  looked: ImportPreview
  job: Import
}

export function Looked({ kind, name, looked, job }: LookedProps) {
  const say = useSay()
  const { rows, good, columns, unknown_columns: unknown, encoding } = looked
  const heading = useRef<HTMLHeadingElement>(null)
  // The field that was used is gone; reading goes on with what was found.
  useEffect(() => heading.current?.focus(), [])
  const wrong = rows - good
  const list = (texts: readonly string[]): string => texts.join(say('list.comma'))
  return (
    <div>
      <h2 className={styles.file} ref={heading} tabIndex={-1}>
        {name}
      </h2>
      <p className={styles.sum} data-testid="import-sum">
        <span>
          <b>{rows}</b> {say('import.rows')}
        </span>
        <span aria-hidden="true">=</span>
        <span>
          <b>{good}</b> {say('import.good')}
        </span>
        <span aria-hidden="true">+</span>
        <span data-wrong={wrong > 0 || undefined}>
          <b>{wrong}</b> {say('import.wrong')}
        </span>
      </p>
      <p className={styles.note}>
        {say('import.read', {
          encoding: encoding === 'shift_jis' ? 'Shift_JIS' : encoding.toUpperCase(),
          columns: list(columns.map(column => columnWord(column as ImportColumn, say))),
        })}
        {unknown.length > 0 && ` ${say('import.unknownColumns', { columns: list(unknown) })}`}
      </p>
      <div className={styles.actions}>
        <Button
          kind={wrong === 0 ? 'main' : 'plain'}
          isDisabled={wrong > 0 || good === 0}
          onPress={() => job.take.mutate('all')}
        >
          {say('import.takeAll', { count: rows })}
        </Button>
        {wrong > 0 && (
          <Button kind="main" isDisabled={good === 0} onPress={() => job.take.mutate('good')}>
            {say('import.takeGood', { count: good })}
          </Button>
        )}
        {wrong > 0 && (
          <Button onPress={() => saveWrong(name, looked, say)}>
            <Icon name="download" />
            {say('import.saveWrong')}
          </Button>
        )}
        <Button onPress={job.restart}>{say('import.other')}</Button>
      </div>
      {wrong > 0 && (
        <p className={styles.why}>{say(good > 0 ? 'import.whyNotAll' : 'import.whyNone', { count: wrong })}</p>
      )}
      <Refused error={job.take.error} conflict="changed" />
      {wrong > 0 && <WrongRows wrongs={wrongsOf(looked, say)} />}
      {good > 0 && <GoodRows kind={kind} looked={looked} />}
    </div>
  )
}
