/** Beside the table: what was refused, what conflicts, what the store would not take; each dated when there is none. */
import type { LedgerDevices } from '../../../core/rest/ledger.ts'
import { useSignedIn } from '../me.ts'
import { useSay } from '../services.ts'
import { Conflicts } from './conflicts.tsx'
import { DeadLetters } from './dead-letters.tsx'
import { Refusals } from './refusals.tsx'
import styles from './side.module.css'

export function FleetSide({ ledger, zone }: { ledger: LedgerDevices; zone: string }) {
  const say = useSay()
  const { me } = useSignedIn()
  // The server says by what it gives how much may be seen; only staff, who see all counts, see no single message.
  const hasMessages = ledger.totals !== null && me.role !== 'staff'
  return (
    <aside className={styles.side} aria-label={say('fleet.side')}>
      <Refusals
        ledger={ledger}
        zone={zone}
        mayOpen={me.role === 'facility_admin' || (me.role === 'manufacturer' && hasMessages)}
      />
      {hasMessages && <Conflicts ledger={ledger} zone={zone} />}
      {hasMessages && (
        <DeadLetters
          facility={ledger.facility}
          zone={zone}
          asOf={ledger.as_of}
          mayReplay={me.role === 'facility_admin' || me.role === 'operator'}
        />
      )}
    </aside>
  )
}
