/** Why measurements that are due have stayed, one line each. */
import type { RetentionKeptView } from '../../../core/rest/retention.ts'
import { dayText } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import styles from './retention.module.css'

export function KeptLines({ kept }: { kept: readonly RetentionKeptView[] }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <ul className={styles.kept}>
      {kept.map(({ reason, id, devices, from, to }) => (
        <li key={`${reason} ${id} ${from}`}>
          {say(`retention.kept.${reason}`, {
            id: id ?? '',
            devices,
            from: dayText(from, language),
            to: dayText(to, language),
          })}
        </li>
      ))}
    </ul>
  )
}
