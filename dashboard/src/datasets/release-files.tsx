/** The released files: size, SHA-256, expiring link; and the command by which their recipient checks them without us. */
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Dataset } from '../../../core/rest/datasets.ts'
import { numberText, whenLong, zoneName } from '../format.ts'
import { Button, DownloadLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import styles from './datasets.module.css'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone
/** Links expire: ask again before they do. */
const REFRESH_MS = 4 * 60_000

export function ReleaseFiles({ dataset }: { dataset: string }) {
  const say = useSay()
  const { call } = useServices()
  const { data, error, refetch } = useQuery({
    queryKey: ['dataset', dataset],
    queryFn: () => call('dataset', { params: { id: dataset } }),
    refetchInterval: REFRESH_MS,
  })
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Loading />
  return (
    <section className={styles.section} data-testid="files">
      <h2>
        {say('files.title')} <span className="mono">{data.id}</span>
      </h2>
      <p className={styles.cells}>{say('files.cells', data.cells)}</p>
      <Files dataset={data} />
      <Verify dataset={data} />
    </section>
  )
}

function Files({ dataset }: { dataset: Dataset }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <ul className={styles.files}>
      {dataset.files.map(file => (
        <li key={file.name}>
          <div>
            <b className="mono">{file.name}</b>
            <small>
              {say('files.bytes', { count: numberText(file.bytes, 0, language) })} {say('list.dot')}{' '}
              {say('files.until', {
                time: `${whenLong(Date.parse(file.expires), BROWSER_ZONE, language)} ${zoneName(BROWSER_ZONE, Date.parse(file.expires))}`,
              })}
            </small>
            <small className={styles.hash}>
              {say('files.sha')} <span className="mono">{file.sha256}</span>
            </small>
          </div>
          <DownloadLink href={file.url} kind="main">
            <Icon name="download" />
            {say('files.download')}
          </DownloadLink>
        </li>
      ))}
    </ul>
  )
}

function Verify({ dataset }: { dataset: Dataset }) {
  const say = useSay()
  const line = useRef<HTMLElement>(null)
  const [isCopied, setCopied] = useState(false)
  const name = dataset.files.find(file => file.name.endsWith('.zip'))?.name ?? dataset.files[0]?.name ?? ''
  const command = `npm run verify -- ${name} --key ${dataset.public_key}`
  const copy = async (): Promise<void> => {
    // Over plain http there is no clipboard: the line is selected for the reader's own keys.
    if (!navigator.clipboard) return void (line.current && getSelection()?.selectAllChildren(line.current))
    await navigator.clipboard.writeText(command)
    setCopied(true)
  }
  return (
    <div className={styles.verify}>
      <h3>{say('verify.title')}</h3>
      <p className={styles.hint}>{say('verify.hint', { key: dataset.key_id })}</p>
      <pre>
        <code ref={line}>{command}</code>
      </pre>
      <Button onPress={() => void copy()}>
        <Icon name={isCopied ? 'check' : 'copy'} />
        {say(isCopied ? 'verify.copied' : 'verify.copy')}
      </Button>
      <p className={styles.hint}>
        {say('verify.manifest')} <span className="mono">{dataset.manifest_sha256}</span>
      </p>
    </div>
  )
}
