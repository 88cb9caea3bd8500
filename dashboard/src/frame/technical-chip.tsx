/** How many technical conditions there are now, and which: what keeps the platform from measuring or delivering. They are seen here, not answered. */

import { useRef } from 'react'
import type { BoardCondition } from '../../../core/rest/board.ts'
import { isTechnicalCode } from '../../../core/technical-codes.ts'
import { FrozenNote } from '../board/event-column.tsx'
import { useBoardFrame, useMinute, useTechnical } from '../board/use-board.ts'
import { useCatalogue } from '../catalogue.ts'
import { span, whenShort } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import styles from './technical-chip.module.css'

const PANEL = 'technical-conditions'
const EDGE_PX = 16

export function TechnicalChip() {
  const say = useSay()
  const frame = useBoardFrame()
  const conditions = useTechnical()
  const chip = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLElement>(null)
  /** Below the chip, as far as the window goes. */
  const place = (): void => {
    if (!chip.current || !panel.current) return
    const room = window.innerWidth - panel.current.offsetWidth - EDGE_PX
    panel.current.style.left = `${Math.max(EDGE_PX, Math.min(chip.current.offsetLeft, room))}px`
  }
  if (!frame) return null
  return (
    <>
      <button
        ref={chip}
        type="button"
        className={styles.chip}
        data-none={conditions.length === 0}
        data-testid="technical"
        popoverTarget={PANEL}
      >
        <Icon name="wrench" />
        <b>{conditions.length}</b>
        <span className={styles.word}>{say('technical.word')}</span>
      </button>
      <section
        ref={panel}
        id={PANEL}
        popover="auto"
        className={styles.panel}
        aria-label={say('technical.title')}
        onToggle={place}
      >
        <h2>{say('technical.title')}</h2>
        <FrozenNote zone={frame.facility.zone} />
        {conditions.length === 0 ? (
          <p className={styles.none}>
            <Icon name="check" />
            {say('technical.none')}
          </p>
        ) : (
          <ul>
            {conditions.map(condition => (
              <Line key={`${condition.subject} ${condition.code}`} condition={condition} zone={frame.facility.zone} />
            ))}
          </ul>
        )}
      </section>
    </>
  )
}

function Line({ condition, zone }: { condition: BoardCondition; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  const catalogue = useCatalogue()
  const { clock, store } = useServices()
  useMinute()
  const { subject, code, room, profile, since } = condition
  const now = clock.now()
  const sinceMs = Date.parse(since)
  const what = isTechnicalCode(code)
    ? say(`technical.code.${code}`)
    : profile === null
      ? code
      : catalogue.eventLabel(profile, code)
  const label = room === null ? undefined : store.room(room)?.label
  return (
    <li>
      <b>{label ?? (subject === 'gateway' ? say('technical.gateway') : subject)}</b>
      <span>
        {what}
        <small>
          {label !== undefined && `${subject} `}
          {say('technical.since', { time: whenShort(sinceMs, now, zone, language), span: span(now - sinceMs, say) })}
        </small>
      </span>
    </li>
  )
}
