/** The versions of a trial's protocol by their hashes: registering one, locking it, and seeing whether a file is one of them. */
import { type FormEvent, useState } from 'react'
import type { Trial } from '../../../core/rest/trials.ts'
import { zoneName } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Line } from '../parts/form.tsx'
import { dated } from '../parts/moment.ts'
import { errorText, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { HashedFile } from './hashed-file.tsx'
import styles from './trials.module.css'
import { useTrialCommand } from './use-trials.ts'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function Protocols({ trial }: { trial: Trial }) {
  const say = useSay()
  const { me } = useSignedIn()
  const isMaker = me.role === 'manufacturer'
  const newest = trial.protocols.at(-1)
  const when = (time: string): string => `${dated(time, BROWSER_ZONE)} ${zoneName(BROWSER_ZONE, Date.parse(time))}`
  return (
    <section className={styles.section}>
      <h2>{say('trial.protocol')}</h2>
      {!newest && (
        <Nothing
          icon="table"
          head={say('trial.noProtocol')}
          sub={say(isMaker ? 'trial.noProtocolMaker' : 'trial.noProtocolSite')}
        />
      )}
      <ol className={styles.protocols}>
        {trial.protocols.map(({ version, sha256, recorded, locked }) => (
          <li key={version}>
            <p>
              <b>{say('trial.protocolOf', { version })}</b>
              <small>
                {locked
                  ? say('trial.locked', { time: when(locked) })
                  : say('trial.notLocked', { time: when(recorded) })}
              </small>
            </p>
            <p className={styles.hash}>
              <span>{say('files.sha')}</span>
              <span className="mono">{sha256}</span>
            </p>
          </li>
        ))}
      </ol>
      {isMaker && newest && newest.locked === null && <Lock trial={trial} version={newest.version} />}
      {isMaker && (!newest || newest.locked !== null) && (
        <AddProtocol key={trial.protocols.length} trial={trial} isFirst={!newest} />
      )}
      {newest && <CheckFile trial={trial} />}
    </section>
  )
}

function Lock({ trial, version }: { trial: Trial; version: string }) {
  const say = useSay()
  const { call } = useServices()
  const [isSure, setSure] = useState(false)
  const lock = useTrialCommand((_: undefined, idempotencyKey) =>
    call('lockProtocol', { params: { id: trial.id }, body: { protocol: version }, idempotencyKey }),
  )
  return (
    <div className={styles.ask}>
      <p>{say(isSure ? 'trial.lockAsk' : 'trial.lockWhy', { version })}</p>
      <div className={styles.actions}>
        {isSure ? (
          <>
            <Button kind="main" isDisabled={lock.isPending} onPress={() => lock.mutate(undefined)}>
              {say('trial.lockYes')}
            </Button>
            <Button onPress={() => setSure(false)}>{say('tokens.cancel')}</Button>
          </>
        ) : (
          <Button kind="main" onPress={() => setSure(true)}>
            {say('trial.lock', { version })}
          </Button>
        )}
      </div>
      {lock.error && (
        <p className={styles.error} role="alert">
          {errorText(lock.error, say)}
        </p>
      )}
    </div>
  )
}

function AddProtocol({ trial, isFirst }: { trial: Trial; isFirst: boolean }) {
  const say = useSay()
  const { call } = useServices()
  const [isOpen, setOpen] = useState(isFirst)
  const [version, setVersion] = useState('')
  const [sha256, setSha256] = useState<string | null>(null)
  const isTaken = trial.protocols.some(known => known.version === version.trim())
  const add = useTrialCommand((_: undefined, idempotencyKey) =>
    call('addProtocol', {
      params: { id: trial.id },
      body: { version: version.trim(), sha256: sha256 ?? '' },
      idempotencyKey,
    }),
  )
  const isReady = version.trim() !== '' && sha256 !== null && !isTaken
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) add.mutate(undefined)
  }
  if (!isOpen)
    return (
      <div className={styles.actions}>
        <Button onPress={() => setOpen(true)}>{say('trial.amend')}</Button>
      </div>
    )
  return (
    <form className={styles.box} onSubmit={submit}>
      <h3>{say(isFirst ? 'trial.addProtocol' : 'trial.amend')}</h3>
      {!isFirst && <p>{say('trial.amendWhy')}</p>}
      <Line
        label={say('trial.protocolVersion')}
        hint={isTaken ? say('trial.versionTaken') : undefined}
        value={version}
        onChange={setVersion}
        maxLength={40}
        isName
      />
      <HashedFile label={say('trial.protocolFile')} hint={say('trial.protocolFileHint')} onHash={setSha256} />
      {add.error && (
        <p className={styles.error} role="alert">
          {errorText(add.error, say)}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={!isReady || add.isPending}>
          {say('trial.register')}
        </Button>
        {!isFirst && <Button onPress={() => setOpen(false)}>{say('tokens.cancel')}</Button>}
      </div>
    </form>
  )
}

function CheckFile({ trial }: { trial: Trial }) {
  const say = useSay()
  const [sha256, setSha256] = useState<string | null>(null)
  const match = trial.protocols.find(protocol => protocol.sha256 === sha256)
  return (
    <details className={styles.check}>
      <summary>{say('trial.checkFile')}</summary>
      <HashedFile label={say('trial.checkWhich')} hint={say('trial.protocolFileHint')} onHash={setSha256} />
      <p role="status">
        {sha256 !== null && <b>{match ? say('trial.checkIs', { version: match.version }) : say('trial.checkIsNot')}</b>}
      </p>
    </details>
  )
}
