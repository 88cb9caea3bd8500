/** Which of the own facilities in a trial the page is about; nothing to choose where there is one. */
import { useFacilities } from '../devices/use-devices.ts'
import { Pick } from '../parts/form.tsx'
import { useSay } from '../services.ts'
import styles from './trials.module.css'

interface SitePickProps {
  sites: readonly string[]
  site: string
  onChange: (site: string) => void
}
export function SitePick({ sites, site, onChange }: SitePickProps) {
  const say = useSay()
  const { data } = useFacilities()
  if (sites.length < 2) return null
  return (
    <div className={styles.sitePick}>
      <Pick
        label={say('me.facility')}
        value={site}
        onChange={onChange}
        options={sites.map(id => ({ id, text: data?.items.find(each => each.id === id)?.name ?? id }))}
      />
    </div>
  )
}
