/** What can be done with one device, as links in the head of its page. */
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { useSignedIn } from '../me.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { enrols, swaps } from '../roles.ts'
import { useSay } from '../services.ts'

export function DeviceTools({ device }: { device: DeviceDetail }) {
  const say = useSay()
  const { me } = useSignedIn()
  // A maker keeps the credentials of its bench alone, where it sees values.
  const mayKeep = enrols(me.role) && device.newest !== undefined
  return (
    <>
      {swaps(me.role) && (
        <ButtonLink href={`/swap?device=${device.facility}.${device.id}`}>
          <Icon name="swap" />
          {say('tools.swap')}
        </ButtonLink>
      )}
      {mayKeep && (
        <ButtonLink href={`/devices/${device.id}/access?facility=${device.facility}`}>
          <Icon name="key" />
          {say('access.open')}
        </ButtonLink>
      )}
    </>
  )
}
