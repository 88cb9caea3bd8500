/** A fresh credential: shown this once, to be copied, saved in the form that `npm run sim` reads, or tried with one line. */
import { useState } from 'react'
import type { DeviceCredential } from '../../../core/rest/devices.ts'
import { deviceTopic } from '../../../core/topics.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './access.module.css'

interface ShownOnceProps {
  credential: DeviceCredential
  broker: { port: number; tls: boolean }
  onDone: () => void
}

export function ShownOnce({ credential, broker, onDone }: ShownOnceProps) {
  const say = useSay()
  const { client_id, username, password } = credential
  const lines: [string, string][] = [
    [say('access.clientId'), client_id],
    [say('access.user'), username],
    [say('access.password'), password],
  ]
  const file = JSON.stringify([{ ...credential, spare: false }], null, 1)
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([`${file}\n`], { type: 'application/json' }))
    const link = Object.assign(document.createElement('a'), { href: url, download: `${client_id}.json` })
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <section className={styles.once} aria-labelledby="once" role="status">
      <h2 id="once">{say('once.title')}</h2>
      <p>{say('once.sub')}</p>
      <dl className={styles.secret}>
        {lines.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="mono">{text}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.row}>
        <Copy text={`${client_id}\n${username}\n${password}`} />
        <Button onPress={save}>
          <Icon name="download" />
          {say('once.download')}
        </Button>
      </div>
      <h3>{say('once.try')}</h3>
      <pre className={styles.line}>{tryLine(credential, broker)}</pre>
      <div className={styles.row}>
        <Copy text={tryLine(credential, broker)} />
        <Button kind="main" onPress={onDone}>
          {say('once.done')}
        </Button>
      </div>
    </section>
  )
}

function Copy({ text }: { text: string }) {
  const say = useSay()
  const [isCopied, setCopied] = useState(false)
  // Plain http has no clipboard: the text can be marked by hand.
  if (!('clipboard' in navigator)) return null
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <Button onPress={() => void copy().catch(() => setCopied(false))}>
      <Icon name={isCopied ? 'check' : 'copy'} />
      {say(isCopied ? 'once.copied' : 'once.copy')}
    </Button>
  )
}

/** A status, which every device type may send. */
function tryLine(
  { facility, device, client_id, username, password }: DeviceCredential,
  broker: ShownOnceProps['broker'],
) {
  const where = `-h ${window.location.hostname} -p ${broker.port}${broker.tls ? ' --tls-use-os-certs' : ''}`
  const who = `-i ${client_id} -u ${username} -P ${password}`
  const what = `-q 1 -r -t ${deviceTopic(facility, device, 'status')} -m '{"v":1,"state":"online"}'`
  return `mosquitto_pub ${where} ${who} ${what}`
}
