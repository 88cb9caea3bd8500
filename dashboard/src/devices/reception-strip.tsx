/** A device's last 24 hours: a bar for each, as high as what was received of what was expected; hatched where nothing came. */
import { numberText } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import styles from './reception-strip.module.css'

const STEP = 6
const BAR = 5
const HEIGHT = 20

export function ReceptionStrip({
  hours,
  coverage,
  isOnDemand,
}: {
  hours: readonly (readonly [number, number])[]
  coverage: number | null
  /** It speaks when it is used: an hour without a word is no gap, and stays blank. */
  isOnDemand: boolean
}) {
  const say = useSay()
  const language = useLanguage()
  const isGap = ([received]: readonly [number, number]): boolean => received === 0 && !isOnDemand
  const silent = hours.filter(isGap).length
  const width = hours.length * STEP - 1
  return (
    <svg
      className={styles.strip}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label={say('fleet.strip', { percent: coverageText(coverage, language), count: silent })}
    >
      <path className={styles.none} d={hours.map((hour, i) => (isGap(hour) ? hatchBar(i) : '')).join('')} />
      <path className={styles.ground} d={hours.map(([received], i) => (received > 0 ? bar(i, HEIGHT) : '')).join('')} />
      <path
        className={styles.received}
        d={hours.map((hour, i) => (hour[0] > 0 ? bar(i, heightOf(hour)) : '')).join('')}
      />
    </svg>
  )
}

/** At least a pixel of what came, at least a pixel off where anything is missing: neither is rounded away. */
function heightOf([received, expected]: readonly [number, number]): number {
  if (received >= expected) return HEIGHT
  return Math.min(HEIGHT - 1.5, Math.max(1.5, (received / expected) * HEIGHT))
}
const bar = (index: number, height: number): string =>
  `M${index * STEP} ${HEIGHT}v-${height.toFixed(1)}h${BAR}v${height.toFixed(1)}z`
/** Two strokes across: drawn, so that no pattern has to be found by its id. */
const hatchBar = (index: number): string => {
  const x = index * STEP
  return [4, 10, 16].map(y => `M${x} ${y + 3}L${x + BAR} ${y - 2}`).join('')
}

/** Down to a tenth of a percent: what is lost is never rounded away. */
export const coverageText = (coverage: number | null, language: Parameters<typeof numberText>[2]): string =>
  coverage === null ? '—' : `${numberText(Math.floor(coverage * 1_000 + 1e-9) / 10, 1, language)}%`
