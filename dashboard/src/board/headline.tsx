/** One dated sentence on the whole board, the rooms it means, the sums that add up to all rooms, and the filter. */
import { useSearchParams } from 'wouter'
import { hourMinuteSecond } from '../format.ts'
import { Glyph } from '../parts/glyph.tsx'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import { byAttention, needsLook } from './attention.ts'
import { type Filter, filterQuery } from './filter.ts'
import styles from './headline.module.css'
import { isPresent } from './link.ts'
import type { BoardFrame } from './store.ts'
import { useIsNight, useLinkKind, useRooms, useTallies } from './use-board.ts'

const NAMED = 4

export function Headline({ frame, filter }: { frame: BoardFrame; filter: Filter }) {
  const isNow = isPresent(useLinkKind())
  return (
    <div className={styles.top}>
      <Verdict zone={frame.facility.zone} />
      {isNow && <FilterChoice frame={frame} filter={filter} />}
      {isNow && <Sums />}
    </div>
  )
}

/** Also on wall and phone: the sentence and, below it, which rooms or when it was last true. */
export function useVerdict(zone: string, named = NAMED) {
  const say = useSay()
  const isNow = isPresent(useLinkKind())
  const isNight = useIsNight()
  const sums = useTallies()
  const now = useNow()
  const meant = useRooms(rooms =>
    rooms
      .filter(room => needsLook(room.state, isNight))
      .sort((a, b) => byAttention(a.state, b.state))
      .map(room => `${room.label} ${say(`state.${room.state}`)}`)
      .join('\n'),
  )
  if (!isNow) return { kind: 'unseen' as const, count: 0, head: say('board.notSeen'), sub: '', names: [] }
  const names = meant === '' ? [] : meant.split('\n')
  if (names.length === 0)
    return {
      kind: 'calm' as const,
      count: 0,
      head: say('board.calm'),
      sub: say('board.calmSub', {
        time: hourMinuteSecond(now, zone),
        seen: sums.total - sums.unseen,
        total: sums.total,
        missing: sums.notInstalled,
      }),
      names: [],
    }
  const more = names.length - named
  return {
    kind: 'look' as const,
    count: names.length,
    head: say('board.look', { count: names.length }),
    sub: '',
    names: more > 0 ? [...names.slice(0, named), say('list.more', { count: more })] : names,
  }
}

/** Under the sentence: which rooms, or when it was last true. No name is ever broken. */
export function VerdictWords({
  verdict,
  className,
}: {
  verdict: ReturnType<typeof useVerdict>
  className?: string | undefined
}) {
  if (verdict.names.length === 0) return verdict.sub === '' ? null : <p className={className}>{verdict.sub}</p>
  return (
    <p className={className}>
      {verdict.names.map(name => (
        <span key={name} className={styles.name}>
          {name}
        </span>
      ))}
    </p>
  )
}

function Verdict({ zone }: { zone: string }) {
  const language = useLanguage()
  const verdict = useVerdict(zone, language === 'en' ? 3 : NAMED)
  const { kind, head } = verdict
  return (
    <div className={styles.verdict} data-kind={kind}>
      <Icon name={kind === 'calm' ? 'check' : kind === 'look' ? 'eye' : 'linkOff'} className={styles.icon} />
      <div className={styles.words}>
        <h1 tabIndex={-1}>{head}</h1>
        <VerdictWords verdict={verdict} />
      </div>
    </div>
  )
}

export function Sums({ className }: { className?: string | undefined }) {
  const say = useSay()
  const sums = useTallies()
  return (
    <dl className={className ? `${styles.sums} ${className}` : styles.sums}>
      <Sum count={sums.asleep} word={say('sum.asleep')} mark={<Glyph state="asleep" className={styles.glyph} />} />
      <Sum count={sums.awake} word={say('sum.awake')} mark={<Glyph state="awake" className={styles.glyph} />} />
      <Sum count={sums.offBed} word={say('sum.offBed')} mark={<Glyph state="out_of_bed" className={styles.glyph} />} />
      <Sum count={sums.unseen} word={say('sum.unseen')} mark={<span className={`hatch ${styles.patch}`} />} />
    </dl>
  )
}

function Sum({ count, word, mark }: { count: number; word: string; mark: React.ReactNode }) {
  return (
    <div className={styles.sum} data-zero={count === 0 || undefined}>
      <dt>{word}</dt>
      <dd>
        {mark}
        <b>{count}</b>
      </dd>
    </div>
  )
}

function FilterChoice({ frame, filter }: { frame: BoardFrame; filter: Filter }) {
  const say = useSay()
  const [, setSearch] = useSearchParams()
  const value = filter.kind === 'unit' ? `unit:${filter.unit}` : filter.kind
  const choose = (next: string): void => {
    const chosen: Filter = next.startsWith('unit:')
      ? { kind: 'unit', unit: next.slice(5) }
      : { kind: next as 'all' | 'look' | 'unseen' }
    setSearch(before => {
      const kept = new URLSearchParams(before)
      kept.delete('unit')
      kept.delete('show')
      for (const [key, text] of Object.entries(filterQuery(chosen))) kept.set(key, text)
      return kept
    })
  }
  return (
    <label className={styles.filter} data-on={filter.kind !== 'all' || undefined}>
      <Icon name="filter" />
      <span className="hidden-text">{say('filter.label')}</span>
      <select value={value} onChange={event => choose(event.target.value)}>
        <option value="all">{say('filter.all', { count: frame.order.length })}</option>
        {frame.units.map(unit => (
          <option key={unit.name} value={`unit:${unit.name}`}>
            {unit.name}
          </option>
        ))}
        <option value="look">{say('filter.look')}</option>
        <option value="unseen">{say('filter.unseen')}</option>
      </select>
      <Icon name="down" className={styles.arrow} />
    </label>
  )
}
