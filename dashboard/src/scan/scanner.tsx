/** The camera as a part of a page: opened by a press, closed by another, and honest where there is none. */
import { useEffect, useRef, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import { startCamera } from './camera.ts'
import styles from './scanner.module.css'

export function Scanner({ onCode }: { onCode: (text: string) => void }) {
  const say = useSay()
  const [isOpen, setOpen] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  // Browsers give cameras to pages that came safely only.
  if (!('mediaDevices' in navigator)) return <p className={styles.note}>{say('scan.insecure')}</p>
  if (isOpen)
    return (
      <Live
        onCode={onCode}
        onClose={failed => {
          setFailed(failed)
          setOpen(false)
        }}
      />
    )
  return (
    <div className={styles.closed}>
      {hasFailed && (
        <p className={styles.note} role="alert">
          {say('scan.noCamera')}
        </p>
      )}
      <Button kind="main" onPress={() => setOpen(true)}>
        <Icon name="camera" />
        {say('scan.camera')}
      </Button>
    </div>
  )
}

function Live({ onCode, onClose }: { onCode: (text: string) => void; onClose: (failed: boolean) => void }) {
  const say = useSay()
  const video = useRef<HTMLVideoElement>(null)
  const listeners = useRef({ onCode, onClose })
  useEffect(() => {
    listeners.current = { onCode, onClose }
  })
  useEffect(() => {
    let isGone = false
    let stop: (() => void) | undefined
    if (video.current)
      startCamera(video.current, text => listeners.current.onCode(text)).then(
        end => {
          if (isGone) end()
          else stop = end
        },
        () => isGone || listeners.current.onClose(true),
      )
    return () => {
      isGone = true
      stop?.()
    }
  }, [])
  return (
    <div className={styles.live}>
      <div className={styles.view}>
        <video ref={video} muted playsInline />
        <i className={styles.frame} />
      </div>
      <p className={styles.note}>{say('scan.aim')}</p>
      <Button onPress={() => onClose(false)}>{say('scan.stop')}</Button>
    </div>
  )
}
