/** An invitation as it is handed over: link and code, this once. */
import type { Invitation } from '../../../core/rest/users.ts'
import account from '../account/account.module.css'
import { whenShort } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import styles from './users.module.css'

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function InvitationBox({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const say = useSay()
  const language = useLanguage()
  const { clock } = useServices()
  const { user, code, url, expires } = invitation
  const time = whenShort(Date.parse(expires), clock.now(), ZONE, language)
  return (
    <div className={`${account.shown} ${styles.box}`} role="status">
      <p>{say('users.invitation', { user, time })}</p>
      <p className={account.label}>{say('users.link')}</p>
      <output className={`mono ${account.secret}`}>{new URL(url, location.origin).href}</output>
      <p className={account.label}>{say('users.code')}</p>
      <output className={`mono ${account.secret}`}>{code}</output>
      <Button kind="main" onPress={onClose}>
        {say('users.done')}
      </Button>
    </div>
  )
}
