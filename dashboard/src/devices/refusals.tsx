/** Refused messages counted by reason, with the limit that was broken; the newest original for the facility's administrator. */
import { useId, useState } from 'react'
import type { LedgerDevices } from '../../../core/rest/ledger.ts'
import { useCatalogue } from '../catalogue.ts'
import { day, hourMinute, numberText } from '../format.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import { Payload } from './payload.tsx'
import styles from './side.module.css'
import { SideHead } from './side-head.tsx'
import { type RefusalGroup, useRefusals, useRefusedMessage } from './use-ledger.ts'

const SHOWN = 8

export function Refusals({ ledger, zone, mayOpen }: { ledger: LedgerDevices; zone: string; mayOpen: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const { data, error, refetch } = useRefusals(ledger.facility)
  const [isLong, setLong] = useState(false)
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Loading />
  const isDays = ledger.totals === null
  const count = numberText(data.total, 0, language)
  const sub = isDays
    ? say('refusals.subDays', {
        count,
        from: day(Date.parse(data.from), zone, language),
        to: day(Date.parse(data.to) - 1, zone, language),
      })
    : say('refusals.sub', { count })
  const groups = isLong ? data.groups : data.groups.slice(0, SHOWN)
  return (
    <section>
      <SideHead title={say('refusals.title')} sub={sub} />
      {data.groups.length === 0 && (
        <p className={styles.none}>
          {say('refusals.none')} {!isDays && say('events.noneAsOf', { time: hourMinute(Date.parse(data.to), zone) })}
        </p>
      )}
      {!data.complete && <p className={styles.note}>{say('refusals.partial', { count })}</p>}
      <ul>
        {groups.map(group => (
          <Group
            key={`${group.device} ${group.device_type} ${group.reason} ${group.fields.join()} ${group.part}`}
            group={group}
            facility={ledger.facility}
            zone={zone}
            mayOpen={mayOpen}
          />
        ))}
      </ul>
      {data.groups.length > groups.length && (
        <button type="button" className={styles.open} onClick={() => setLong(true)}>
          {say('balance.red.more', { count: data.groups.length - groups.length })}
        </button>
      )}
    </section>
  )
}

interface GroupProps {
  group: RefusalGroup
  facility: string
  zone: string
  mayOpen: boolean
}
function Group({ group, facility, zone, mayOpen }: GroupProps) {
  const say = useSay()
  const language = useLanguage()
  const catalogue = useCatalogue()
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const limits = useLimits()(group)
  const name = group.device ?? (group.device_type === null ? '' : catalogue.deviceLabel(group.device_type))
  return (
    <li className={styles.group}>
      {group.last !== null && <time>{hourMinute(Date.parse(group.last), zone)}</time>}
      <div>
        <b className="mono">{group.reason}</b>{' '}
        <span className={group.device === null ? styles.muted : `mono ${styles.muted}`}>
          {name || say('fleet.noName')}
        </span>
        <small>
          {[
            limits,
            ...(limits === '' || group.reason === 'unknown_metric' ? [say(`reason.${group.reason}`)] : []),
            ...(group.part ? [say('refusals.part')] : []),
          ]
            .filter(text => text !== '')
            .join(say('list.stop'))}
        </small>
        {mayOpen && (
          <button
            type="button"
            className={styles.open}
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            {say(isOpen ? 'refusals.close' : 'refusals.open')}
          </button>
        )}
      </div>
      <b className={styles.count}>{numberText(group.count, 0, language)}</b>
      <div id={id} className={styles.opened}>
        {isOpen && <Original group={group} facility={facility} />}
      </div>
    </li>
  )
}

/** Which metrics, and what is allowed of them, in words. */
function useLimits(): (group: RefusalGroup) => string {
  const say = useSay()
  const catalogue = useCatalogue()
  return ({ device_type: type, reason, fields }) =>
    fields
      .map(field => {
        const metric = type === null ? undefined : catalogue.metric(type, field)
        if (metric?.kind !== 'number') return field
        const [min, max] = metric.range
        if (reason === 'out_of_range')
          return say('refusals.allowed', { field, min, max, unit: metric.unit === '1' ? '' : metric.unit })
        return reason === 'wrong_unit' ? say('refusals.unit', { field, unit: metric.unit }) : field
      })
      .join(say('list.comma'))
}

function Original({ group, facility }: { group: RefusalGroup; facility: string }) {
  const say = useSay()
  const { data, error, isPending, refetch } = useRefusedMessage(facility, group, true)
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (isPending) return <Loading />
  if (!data?.payload) return <p className={styles.note}>{say('refusals.gone')}</p>
  return <Payload payload={data.payload} fields={group.fields} />
}
