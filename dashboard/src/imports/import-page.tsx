/** Residents or rooms from a CSV file: chosen, looked at row by row, then taken in one piece. */
import { useSearchParams } from 'wouter'
import { IMPORT_COLUMNS, IMPORT_KINDS, type ImportKind, MAX_IMPORT_ROWS } from '../../../core/rest/imports.ts'
import { refusalOf } from '../api.ts'
import type { MessageId } from '../language.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Nothing } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { PeopleFrame } from '../people/people-frame.tsx'
import { useSay } from '../services.ts'
import { saveCsv } from './csv-out.ts'
import { DropFile } from './drop-file.tsx'
import styles from './import.module.css'
import { Looked } from './looked.tsx'
import { Taken } from './taken.tsx'
import { useImport } from './use-import.ts'
import { Working } from './working.tsx'

export function ImportPage() {
  const say = useSay()
  const [search, setSearch] = useSearchParams()
  const kind = IMPORT_KINDS.find(each => each === search.get('kind')) ?? 'residents'
  return (
    <PeopleFrame tab="import">
      <div className={styles.kind}>
        <Segments
          label={say('import.kind')}
          value={kind}
          options={IMPORT_KINDS.map(id => ({ id, text: say(`import.kind.${id}`) }))}
          onChange={chosen => setSearch(chosen === 'residents' ? new URLSearchParams() : { kind: chosen })}
        />
      </div>
      <ImportOf key={kind} kind={kind} />
    </PeopleFrame>
  )
}

function ImportOf({ kind }: { kind: ImportKind }) {
  const say = useSay()
  const { facility } = useSignedIn()
  const job = useImport(facility ?? '', kind)
  const { look, take } = job
  const name = job.chosen()?.name ?? ''
  if (take.data && look.data) return <Taken kind={kind} name={name} looked={look.data} taken={take.data} job={job} />
  if (take.isPending)
    return (
      <Working
        text={say(`import.taking.${kind}`, { count: look.data?.good ?? 0 })}
        onCancel={() => {
          job.cancel()
          job.lookAgain()
        }}
      />
    )
  if (look.isPending)
    return (
      <Working
        text={say('import.looking', { name })}
        onCancel={() => {
          job.cancel()
          job.restart()
        }}
      />
    )
  if (look.data) return <Looked kind={kind} name={name} looked={look.data} job={job} />
  return (
    <div>
      {look.isSuccess && <Unfit word={job.chosen()?.isTooLarge ? 'import.file.too_large' : 'import.file.empty'} />}
      {look.error && <Refused error={look.error} onRetry={job.lookAgain} />}
      <DropFile onFile={job.choose}>{say(`import.drop.${kind}`, { rows: MAX_IMPORT_ROWS })}</DropFile>
      <section className={styles.about}>
        <h2>{say('import.columns')}</h2>
        <p>{say(`import.columnsSub.${kind}`)}</p>
        <ul className={styles.columns}>
          {IMPORT_COLUMNS[kind].map(column => (
            <li key={column}>{say(`import.column.${column}`)}</li>
          ))}
        </ul>
        <Button
          onPress={() => saveCsv(`${kind}.csv`, [IMPORT_COLUMNS[kind].map(column => say(`import.column.${column}`))])}
        >
          <Icon name="download" />
          {say('import.template')}
        </Button>
      </section>
    </div>
  )
}

function Refused({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const code = refusalOf(error)?.problem?.errors?.find(({ path }) => path === 'file')?.code
  return code ? <Unfit word={`import.file.${code}` as MessageId} /> : <Failure error={error} onRetry={onRetry} />
}

function Unfit({ word }: { word: MessageId }) {
  const say = useSay()
  return (
    <div role="alert">
      <Nothing icon="warning" head={say('import.unfit')} sub={say(word, { rows: MAX_IMPORT_ROWS })} />
    </div>
  )
}
