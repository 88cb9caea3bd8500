/** Accepted messages that the store refused, counted by its reason, and giving them to it again after a question. */
import { useState } from 'react'
import type { DeadLetterView } from '../../../core/rest/kept.ts'
import { hourMinute, numberText, whenShort } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { errorText, Failure } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './side.module.css'
import { SideHead } from './side-head.tsx'
import { useDeadLetters, useReplay } from './use-ledger.ts'

interface DeadLettersProps {
  facility: string
  zone: string
  asOf: string
  mayReplay: boolean
}

export function DeadLetters({ facility, zone, asOf, mayReplay }: DeadLettersProps) {
  const say = useSay()
  const language = useLanguage()
  const { data, error, refetch } = useDeadLetters(facility)
  const dead = data?.items.filter(letter => letter.replayed_at === null) ?? []
  const count = `${numberText(dead.length, 0, language)}${data?.next ? '+' : ''}`
  return (
    <section>
      <SideHead title={say('dead.title')} sub={say('dead.sub', { count })} />
      {error && !data && <Failure error={error} onRetry={() => void refetch()} />}
      {data && dead.length === 0 && (
        <p className={styles.none}>
          {say('dead.none')} {say('events.noneAsOf', { time: hourMinute(Date.parse(asOf), zone) })}
        </p>
      )}
      <ul>
        {byReason(dead).map(group => (
          <Group key={group.reason} {...group} zone={zone} />
        ))}
      </ul>
      {mayReplay && <Replay facility={facility} count={count} hasAny={dead.length > 0} />}
    </section>
  )
}

interface DeadGroup {
  reason: string
  count: number
  devices: string[]
  lastMs: number
}
function byReason(letters: readonly DeadLetterView[]): DeadGroup[] {
  const groups = new Map<string, DeadGroup>()
  for (const { reason, device, at } of letters) {
    const group = groups.get(reason) ?? { reason, count: 0, devices: [], lastMs: 0 }
    group.count += 1
    group.lastMs = Math.max(group.lastMs, Date.parse(at))
    if (!group.devices.includes(device)) group.devices.push(device)
    groups.set(reason, group)
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

const NAMED = 3
function Group({ reason, count, devices, lastMs, zone }: DeadGroup & { zone: string }) {
  const say = useSay()
  const language = useLanguage()
  const now = useNow(60_000)
  const more = devices.length - NAMED
  return (
    <li className={styles.group}>
      <time>{whenShort(lastMs, now, zone, language)}</time>
      <div>
        <b className="mono">{reason}</b>
        <small className="mono">{devices.slice(0, NAMED).join(', ')}</small>
        {more > 0 && <small>{say('dead.moreDevices', { count: more })}</small>}
      </div>
      <b className={styles.count}>{numberText(count, 0, language)}</b>
    </li>
  )
}

/** Asked once more in its place: nothing may cover the page. */
function Replay({ facility, count, hasAny }: { facility: string; count: string; hasAny: boolean }) {
  const say = useSay()
  const [isAsking, setAsking] = useState(false)
  const replay = useReplay(facility)
  const outcome = replay.error ? (
    <p className={styles.bad} role="alert">
      {errorText(replay.error, say)}
    </p>
  ) : replay.data ? (
    <p className={styles.note} role="status">
      {say('dead.done', { count: replay.data.replayed })}
      {replay.data.still_dead > 0 && ` ${say('dead.still', { count: replay.data.still_dead })}`}
    </p>
  ) : null
  if (isAsking)
    return (
      <fieldset className={styles.ask} aria-label={say('dead.replay')}>
        <p>{say('dead.ask', { count })}</p>
        <Button
          kind="main"
          autoFocus
          onPress={() => {
            setAsking(false)
            replay.mutate()
          }}
        >
          {say('dead.yes')}
        </Button>
        <Button onPress={() => setAsking(false)}>{say('dead.no')}</Button>
      </fieldset>
    )
  return (
    <>
      {outcome}
      {(hasAny || replay.isPending) && (
        <Button onPress={() => setAsking(true)} isDisabled={replay.isPending}>
          {say(replay.isPending ? 'dead.busy' : 'dead.replay')}
        </Button>
      )}
    </>
  )
}
