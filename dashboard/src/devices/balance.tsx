/** The 24-hour balance as two equations: what became of everything that came, and what came of everything that was expected; what does not hold is named. */
import type { LedgerDevices, LedgerSums } from '../../../core/rest/ledger.ts'
import { hourMinute, numberText, whenShort } from '../format.ts'
import type { MessageId } from '../language.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './balance.module.css'
import type { MissingShare } from './lines.ts'
import { useRecount } from './use-ledger.ts'

const SHOWN_FAILURES = 3
type Counted = keyof LedgerSums
/** Where everything that came has gone. */
const FATES = ['stored', 'duplicate', 'conflicting', 'refused', 'spooled', 'dead_lettered'] as const satisfies Counted[]
/** Any of these is worth a look. */
const GRAVE: readonly Counted[] = ['conflicting', 'refused', 'dead_lettered', 'missing']

interface BalanceProps {
  ledger: LedgerDevices
  totals: LedgerSums
  share: MissingShare | null
  zone: string
  mayRecount: boolean
  /** The gateway no longer answers: this is how it was. */
  isOld: boolean
}

export function Balance({ ledger, totals, share, zone, mayRecount, isOld }: BalanceProps) {
  const say = useSay()
  const language = useLanguage()
  const time = hourMinute(Date.parse(ledger.as_of), zone)
  const isBad = ledger.balanced === false
  const fates = FATES.reduce((sum, name) => sum + totals[name], 0)
  const gap = ledger.failing.some(({ equation }) => equation === 'fates' || equation === 'store')
  return (
    <section
      className={styles.balance}
      data-bad={isBad || undefined}
      data-old={isOld || undefined}
      aria-label={say('balance.title')}
    >
      <h2>
        {say('balance.title')}
        <span className={styles.verdict} data-testid="balance" data-balanced={!isBad}>
          <Icon name={isBad ? 'warning' : 'check'} className={styles.icon} />
          {say(isBad ? 'balance.bad' : 'balance.ok', { time })}
        </span>
        <Recount ledger={ledger} zone={zone} mayRecount={mayRecount && !isOld} />
      </h2>
      {isBad && (
        <div role="alert">
          <Failing ledger={ledger} zone={zone} />
        </div>
      )}
      <p className={styles.equation}>
        <Term sums={totals} name="committed" isTotal />
        <Sign text={gap || fates !== totals.committed ? '≠' : '='} />
        {FATES.filter(name => name !== 'dead_lettered' || totals[name] > 0).map((name, i) => (
          <span key={name} className={styles.pair}>
            {i > 0 && <Sign text="+" />}
            <Term sums={totals} name={name} />
          </span>
        ))}
      </p>
      <p className={styles.equation}>
        <Term sums={totals} name="expected" isTotal />
        <Sign text="=" />
        <span className={styles.pair}>
          <Term sums={totals} name="received" />
        </span>
        <span className={styles.pair}>
          <Sign text="+" />
          <Term sums={totals} name="missing" />
        </span>
        {totals.recovered > 0 && (
          <span className={styles.pair}>
            <Sign text="−" />
            <Term sums={totals} name="recovered" />
          </span>
        )}
        {share && <span className={styles.aside}>{shareText(share, say, language)}</span>}
      </p>
    </section>
  )
}

function Term({ sums, name, isTotal = false }: { sums: LedgerSums; name: Counted; isTotal?: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const isGrave = GRAVE.includes(name) && sums[name] > 0
  return (
    <span className={styles.term} data-total={isTotal || undefined} data-grave={isGrave || undefined}>
      <b>{numberText(sums[name], 0, language)}</b> {say(`balance.${name}` as MessageId)}
    </span>
  )
}

const Sign = ({ text }: { text: string }) => <span className={styles.sign}>{text}</span>

/** Each equation that does not hold, in words, with where. */
function Failing({ ledger, zone }: { ledger: LedgerDevices; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  const now = useNow(60_000)
  const equations = [...new Set(ledger.failing.map(({ equation }) => equation))]
  return (
    <ul className={styles.failing}>
      {equations.map(equation => {
        const where = ledger.failing.filter(each => each.equation === equation)
        const more = where.length - SHOWN_FAILURES
        return (
          <li key={equation} data-equation={equation}>
            <b>{say(`balance.red.${equation}`)}</b>
            {where.slice(0, SHOWN_FAILURES).map(({ device, hour, difference }) => (
              <span key={`${device} ${hour}`}>
                <span className="mono">{device || say('fleet.noName')}</span>{' '}
                {say('balance.red.hour', { time: whenShort(Date.parse(hour), now, zone, language) })}
                {difference !== null && ` ${say('balance.red.difference', { count: signed(difference, language) })}`}
              </span>
            ))}
            {more > 0 && <span>{say('balance.red.more', { count: more })}</span>}
          </li>
        )
      })}
    </ul>
  )
}

/** What the store was found to hold, as its gateway judged it then: what was stored since does not make it differ. */
function Recount({ ledger, zone, mayRecount }: { ledger: LedgerDevices; zone: string; mayRecount: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const now = useNow(60_000)
  const { mutate, isPending, error } = useRecount(ledger.facility)
  const { recount, failing } = ledger
  const differs = failing.some(({ equation }) => equation === 'recount')
  return (
    <span className={styles.aside}>
      {error ? (
        <span role="alert">{errorText(error, say)}</span>
      ) : (
        <span role="status">
          {recount !== null &&
            recount.oldest_at !== null &&
            say(differs ? 'balance.recount' : 'balance.recountSame', {
              time: whenShort(Date.parse(recount.oldest_at), now, zone, language),
              found: numberText(recount.found, 0, language),
              stored: numberText(recount.stored, 0, language),
            })}
        </span>
      )}
      {mayRecount && (
        <Button kind="quiet" onPress={() => mutate()} isDisabled={isPending}>
          {say(isPending ? 'balance.recounting' : 'balance.recountNow')}
        </Button>
      )}
    </span>
  )
}

function shareText(
  share: MissingShare,
  say: ReturnType<typeof useSay>,
  language: ReturnType<typeof useLanguage>,
): string {
  const percent = numberText(share.percent, share.percent > 0 && share.percent < 10 ? 2 : 0, language)
  if (!share.most) return say('balance.share', { percent })
  const places = share.most.places
    .map(({ name, isRoom }) => (isRoom ? say('balance.room', { room: name }) : name))
    .join(say('list.and'))
  return say('balance.sharePlaces', { percent, part: share.most.percent, places })
}

const signed = (count: number, language: ReturnType<typeof useLanguage>): string =>
  `${count < 0 ? '−' : '+'}${numberText(Math.abs(count), 0, language)}`
