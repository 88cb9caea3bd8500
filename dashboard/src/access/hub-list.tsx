/** The devices for which a hub speaks: added one by one, taken away one by one. */
import type { DeviceAccess } from '../../../core/rest/credentials.ts'
import { useCatalogue } from '../catalogue.ts'
import { useDevices } from '../devices/use-devices.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import styles from './access.module.css'
import type { useAccess } from './use-access.ts'

export function HubList({ access, data }: { access: ReturnType<typeof useAccess>; data: DeviceAccess }) {
  const say = useSay()
  const catalogue = useCatalogue()
  const { data: devices } = useDevices(data.facility)
  const { setHub } = access
  const listed: readonly string[] = data.speaks_for
  const labelOf = (id: string): string => {
    const device = devices?.find(each => each.id === id)
    return device ? catalogue.deviceLabel(device.profile) : ''
  }
  const others = (devices ?? []).filter(({ id }) => id !== data.device && !listed.includes(id))
  return (
    <section className={styles.part}>
      <h2>{say('access.hub')}</h2>
      {data.hub !== null ? (
        <p className={styles.none}>{say('access.hubOf', { hub: data.hub })}</p>
      ) : (
        <>
          {listed.length === 0 && <p className={styles.none}>{say('access.hubNone')}</p>}
          <ul>
            {listed.map(id => (
              <li key={id} className={styles.listed}>
                <span className="mono">{id}</span>
                <span>{labelOf(id)}</span>
                <Button
                  square
                  kind="quiet"
                  isDisabled={setHub.isPending}
                  aria-label={say('access.hubRemove', { device: id })}
                  onPress={() => setHub.mutate(listed.filter(each => each !== id))}
                >
                  <Icon name="cross" />
                </Button>
              </li>
            ))}
          </ul>
          <label className={styles.choice}>
            <span>{say('access.hubAdd')}</span>
            <select
              value=""
              disabled={setHub.isPending}
              onChange={event => event.target.value !== '' && setHub.mutate([...listed, event.target.value])}
            >
              <option value="">—</option>
              {others.map(({ id, profile }) => (
                <option key={id} value={id}>{`${id} ${catalogue.deviceLabel(profile)}`}</option>
              ))}
            </select>
          </label>
        </>
      )}
      {setHub.error && (
        <p className={styles.error} role="alert">
          {errorText(setHub.error, say)}
        </p>
      )}
    </section>
  )
}
