/** Choosing or dropping a file of which only the SHA-256 is wanted: the file itself stays where it is. */
import { useEffect, useId, useRef, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import { hashFile } from './file-hash.ts'
import styles from './trials.module.css'

interface HashedFileProps {
  label: string
  hint: string
  /** Null while there is none. */
  onHash: (sha256: string | null) => void
}

export function HashedFile({ label, hint, onHash }: HashedFileProps) {
  const say = useSay()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const running = useRef<AbortController>(null)
  const [share, setShare] = useState<number | null>(null)
  const [found, setFound] = useState<{ name: string; sha256: string } | null>(null)
  const [isLost, setLost] = useState(false)
  useEffect(() => () => running.current?.abort(), [])

  const read = async (file: File | undefined): Promise<void> => {
    running.current?.abort()
    setFound(null)
    setLost(false)
    onHash(null)
    if (!file) return
    const stop = new AbortController()
    running.current = stop
    setShare(0)
    try {
      const sha256 = await hashFile(file, bytes => setShare(bytes / file.size), stop.signal)
      if (sha256 === null || running.current !== stop) return
      setFound({ name: file.name, sha256 })
      onHash(sha256)
    } catch {
      // Moved or changed while it was read.
      setLost(true)
    }
    setShare(null)
  }
  const cancel = (): void => {
    running.current?.abort()
    setShare(null)
    if (input.current) input.current.value = ''
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the field inside takes a file from the keyboard
    <div
      className={styles.drop}
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault()
        void read(event.dataTransfer.files[0])
      }}
    >
      <b id={`${id}-label`}>{label}</b>
      {/* The browser's own button speaks the browser's language, not the page's. */}
      <input
        ref={input}
        id={id}
        type="file"
        className="hidden-text"
        aria-labelledby={`${id}-label`}
        aria-describedby={`${id}-hint`}
        onChange={event => void read(event.target.files?.[0])}
      />
      <label htmlFor={id} aria-hidden="true">
        <Icon name="plus" />
        {say('trial.chooseFile')}
      </label>
      <small id={`${id}-hint`}>{hint}</small>
      {share !== null && (
        <div className={styles.reading}>
          <progress aria-label={say('trial.reading')} value={share} max={1} />
          <span>{Math.floor(share * 100)} %</span>
          <Button onPress={cancel}>{say('tokens.cancel')}</Button>
        </div>
      )}
      {isLost && (
        <p className={styles.error} role="alert">
          {say('trial.fileLost')}
        </p>
      )}
      <div aria-live="polite">
        {found && (
          <p className={styles.hash}>
            <b>{found.name}</b>
            <span>{say('files.sha')}</span>
            <output className="mono">{found.sha256}</output>
          </p>
        )}
      </div>
    </div>
  )
}
