/** Contents that came under a number already used: when, of what, and what was kept aside for whoever may see it. */
import { useId, useState } from 'react'
import type { Conflict } from '../../../core/rest/kept.ts'
import type { LedgerDevices } from '../../../core/rest/ledger.ts'
import { hourMinute, numberText } from '../format.ts'
import { Failure } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import { Payload } from './payload.tsx'
import styles from './side.module.css'
import { SideHead } from './side-head.tsx'
import { useConflicts } from './use-ledger.ts'

const SHOWN = 5

export function Conflicts({ ledger, zone }: { ledger: LedgerDevices; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  const { data, error, refetch } = useConflicts(ledger.facility, ledger.from)
  const count = ledger.totals?.conflicting ?? 0
  const items = data?.items.filter(item => item.kind === 'conflicting') ?? []
  return (
    <section>
      <SideHead title={say('conflicts.title')} sub={say('conflicts.sub', { count: numberText(count, 0, language) })} />
      {error && !data && <Failure error={error} onRetry={() => void refetch()} />}
      {data && items.length === 0 && (
        <p className={styles.none}>
          {say('conflicts.none')} {say('events.noneAsOf', { time: hourMinute(Date.parse(ledger.as_of), zone) })}
        </p>
      )}
      <ul>
        {items.slice(0, SHOWN).map(item => (
          <Item key={item.id} item={item} zone={zone} />
        ))}
      </ul>
      {count > SHOWN && <p className={styles.note}>{say('balance.red.more', { count: count - SHOWN })}</p>}
    </section>
  )
}

function Item({ item, zone }: { item: Conflict; zone: string }) {
  const say = useSay()
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  return (
    <li className={styles.group}>
      <time>{hourMinute(Date.parse(item.at), zone)}</time>
      <div>
        <span className="mono">{item.device}</span>
        <small>{say('conflicts.number', { boot: item.boot, seq: item.seq })}</small>
        {item.payload && (
          <button
            type="button"
            className={styles.open}
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            {say(isOpen ? 'refusals.close' : 'conflicts.open')}
          </button>
        )}
      </div>
      <div id={id} className={styles.opened}>
        {isOpen && item.payload && <Payload payload={item.payload} />}
      </div>
    </li>
  )
}
