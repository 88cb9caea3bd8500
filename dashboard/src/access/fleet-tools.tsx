/** What can be done with the devices of a facility, as links in the head of their list. */
import { useSignedIn } from '../me.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { enrols, swaps } from '../roles.ts'
import { useSay } from '../services.ts'

/** @param isOwn false where a maker looks at a facility that is not its bench */
export function FleetTools({ facility, isOwn }: { facility: string; isOwn: boolean }) {
  const say = useSay()
  const { me } = useSignedIn()
  const query = `?facility=${facility}`
  const tools: { href: string; icon: IconName; text: string; isShown: boolean }[] = [
    { href: '/swap', icon: 'swap', text: say('tools.swap'), isShown: swaps(me.role) },
    { href: `/devices/-/enrol${query}`, icon: 'plus', text: say('tools.enrol'), isShown: enrols(me.role) && isOwn },
    { href: `/devices/-/knocks${query}`, icon: 'lock', text: say('tools.knocks'), isShown: enrols(me.role) && isOwn },
    { href: `/devices/-/labels${query}`, icon: 'table', text: say('tools.labels'), isShown: enrols(me.role) && isOwn },
  ]
  return tools
    .filter(({ isShown }) => isShown)
    .map(({ href, icon, text }) => (
      <ButtonLink key={href} href={href}>
        <Icon name={icon} />
        {text}
      </ButtonLink>
    ))
}
