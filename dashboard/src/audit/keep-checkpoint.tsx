/** For those who have no audit page but may keep checkpoints: the newest one, on their own page. */
import { RULES } from '../../../core/rest/rules.ts'
import { pathOf } from '../api.ts'
import { useSignedIn } from '../me.ts'
import { DownloadLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { sectionsOf } from '../roles.ts'
import { useSay } from '../services.ts'

export function KeepCheckpoint({ className }: { className?: string | undefined }) {
  const say = useSay()
  const { me } = useSignedIn()
  const mayKeep = RULES.routes.auditCheckpoint[me.role] !== undefined
  if (!mayKeep || sectionsOf(me.role).includes('audit')) return null
  return (
    <section>
      <h2>{say('audit.keep.title')}</h2>
      <DownloadLink href={pathOf('auditCheckpoint')}>
        <Icon name="download" />
        {say('audit.keep.checkpoint')}
      </DownloadLink>
      <p className={className}>{say('audit.keep.sub')}</p>
    </section>
  )
}
