/** The versions of an entry, oldest first: who wrote each, why it was corrected, and what that changed. */
import { dated } from '../parts/moment.ts'
import { useSay } from '../services.ts'
import styles from './trials.module.css'

export interface Version {
  version: number
  recorded: string
  by: string
  correction: string | null
  /** What it says, each with its label; of every version the same labels in the same order. */
  facts: readonly (readonly [label: string, text: string])[]
}

export function Versions({ versions, zone }: { versions: readonly Version[]; zone: string }) {
  const say = useSay()
  return (
    <ol className={styles.versions} aria-label={say('trial.history')}>
      {versions.map(({ version, recorded, by, correction, facts }, i) => {
        const before = versions[i - 1]?.facts
        const changed = before ? facts.filter(([, text], n) => text !== before[n]?.[1]) : []
        return (
          <li key={version}>
            <p>
              <b>{say(before ? 'trial.correctedBy' : 'trial.recordedBy', { by })}</b>
              <small>{dated(recorded, zone)}</small>
            </p>
            {correction !== null && <p>{correction}</p>}
            {changed.map(([label, text]) => (
              <p key={label}>
                {label}: <del>{before?.find(([name]) => name === label)?.[1]}</del> → <ins>{text}</ins>
              </p>
            ))}
          </li>
        )
      })}
    </ol>
  )
}
