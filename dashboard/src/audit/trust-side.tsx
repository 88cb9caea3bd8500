/** Whether the trail can be trusted: verification with a checkpoint that was kept elsewhere, and checkpoints and exports to take along. */
import { useState } from 'react'
import { pathOf } from '../api.ts'
import { Button, DownloadLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import styles from './trust-side.module.css'
import { useVerify } from './use-audit.ts'
import { Verdict } from './verdict.tsx'

/** Notes are below a kilobyte; what is larger is another file. */
const MAX_CHARS = 10_000

export function TrustSide({ mayVerify, zone }: { mayVerify: boolean; zone: string }) {
  const say = useSay()
  return (
    <aside className={styles.side}>
      {mayVerify && <Verify zone={zone} />}
      <section>
        <h2>{say('audit.keep.title')}</h2>
        <p>{say('audit.keep.sub')}</p>
        <DownloadLink href={pathOf('auditCheckpoint')}>
          <Icon name="download" />
          {say('audit.keep.checkpoint')}
        </DownloadLink>
        {mayVerify && (
          <>
            <p>{say('audit.keep.exportSub')}</p>
            <DownloadLink href={pathOf('auditExport')}>
              <Icon name="download" />
              {say('audit.keep.export')}
            </DownloadLink>
          </>
        )}
      </section>
    </aside>
  )
}

function Verify({ zone }: { zone: string }) {
  const say = useSay()
  const [note, setNote] = useState('')
  const [isOver, setOver] = useState(false)
  const { mutate, cancel, isPending, data, error } = useVerify()
  const take = async (file: File | undefined): Promise<void> => {
    if (file) setNote((await file.text()).slice(0, MAX_CHARS))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the file button and the text field do the same by keys
    <section
      data-over={isOver ? '' : undefined}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        void take(event.dataTransfer.files[0])
      }}
    >
      <h2>{say('audit.verify.title')}</h2>
      <p>{say('audit.verify.sub')}</p>
      <label className={styles.note}>
        <span>{say('audit.verify.checkpoint')}</span>
        <textarea
          rows={6}
          className="mono"
          value={note}
          maxLength={MAX_CHARS}
          spellCheck={false}
          onChange={event => setNote(event.target.value)}
        />
      </label>
      <label className={styles.file}>
        <span>{say('audit.verify.file')}</span>
        <input
          type="file"
          accept=".checkpoint,.txt,text/plain"
          onChange={event => void take(event.target.files?.[0])}
        />
      </label>
      <div className={styles.actions}>
        <Button kind="main" isDisabled={isPending} onPress={() => mutate(note)}>
          {say(note.trim() === '' ? 'audit.verify.start' : 'audit.verify.startWith')}
        </Button>
        {isPending && <Button onPress={cancel}>{say('audit.verify.cancel')}</Button>}
      </div>
      <div role="status">
        {isPending && <p>{say('audit.verify.running')}</p>}
        {error && !isPending ? <Failure error={error} /> : null}
        {data && !isPending && <Verdict verified={data} zone={zone} />}
      </div>
    </section>
  )
}
