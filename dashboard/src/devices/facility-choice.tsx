/** For those who have no facility of their own: which one the page is about. */
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './fleet-page.module.css'
import { useFacilities } from './use-devices.ts'

export function FacilityChoice({ facility, onChange }: { facility: string; onChange: (facility: string) => void }) {
  const say = useSay()
  const { data } = useFacilities()
  return (
    <label className={styles.choice}>
      <span>{say('me.facility')}</span>
      <select value={facility} onChange={event => onChange(event.target.value)}>
        {data?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <Icon name="down" className={styles.arrow} />
    </label>
  )
}
