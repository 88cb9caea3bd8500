/** The result of a verification in words: whether all holds, from where on it does not, and what the checkpoint said. */
import { hourMinuteSecond, numberText } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay } from '../services.ts'
import styles from './trust-side.module.css'
import type { Verified } from './use-audit.ts'

const SHOWN = 8

export function Verdict({ verified: { answer, atMs }, zone }: { verified: Verified; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  const { ok, size, checkpoint, findings, found, first_bad: firstBad, own_checkpoints: own } = answer
  const shown = findings.slice(0, SHOWN)
  return (
    <div className={styles.verdict} data-ok={ok}>
      <p className={styles.word}>
        <Icon name={ok ? 'check' : 'warning'} />
        <b>{say(ok ? 'audit.verdict.holds' : 'audit.verdict.broken')}</b>
      </p>
      <p>
        {say('audit.verdict.counts', {
          entries: numberText(size, 0, language),
          own,
          time: hourMinuteSecond(atMs, zone),
        })}
      </p>
      {firstBad !== null && <p className={styles.bad}>{say('audit.verdict.firstBad', { seq: firstBad })}</p>}
      {checkpoint ? (
        <p className={checkpoint.result === 'holds' ? undefined : styles.bad}>
          {say(`audit.checkpoint.${checkpoint.result}`, { size: numberText(checkpoint.size ?? 0, 0, language) })}
        </p>
      ) : (
        <p>{say('audit.verdict.noCheckpoint')}</p>
      )}
      {shown.length > 0 && (
        <ul>
          {shown.map(({ kind, seq }) => (
            <li key={`${kind} ${seq}`}>{say(`audit.finding.${kind}`, { seq: seq ?? '?' })}</li>
          ))}
        </ul>
      )}
      {found > shown.length && <p>{say('audit.verdict.more', { count: found - shown.length })}</p>}
    </div>
  )
}
