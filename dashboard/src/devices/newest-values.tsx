/** The newest values of a device, each with the time at which it was measured. */
import type { StoredValue } from '../../../core/readings.ts'
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { useLinkKind } from '../board/use-board.ts'
import { useCatalogue } from '../catalogue.ts'
import { unitText, valueText, whenShort } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import styles from './newest-values.module.css'

export interface NewestValue {
  key: string
  metric: string
  label: string
  text: string
  unit: string
  measuredMs: number
  isOld: boolean
}

/** Puts a device's newest values into words, in the order of its profile, board metrics first. */
export function useNewestText(): (device: Pick<DeviceDetail, 'profile' | 'id' | 'newest'>) => NewestValue[] {
  const say = useSay()
  const language = useLanguage()
  const catalogue = useCatalogue()
  return ({ id, profile, newest }) => {
    const board: readonly string[] = catalogue.profile(profile)?.board ?? []
    const rank = (name: string): number => (board.includes(name) ? board.indexOf(name) : board.length)
    const text = (name: string, value: StoredValue): string => {
      const metric = catalogue.metric(profile, name)
      if (metric?.kind === 'enum') return metric.values[String(value)]?.[language] ?? String(value)
      if (metric?.kind === 'boolean') return say(value === 1 ? 'value.on' : 'value.off')
      return valueText(value, metric?.digits ?? 0, language)
    }
    return Object.entries(newest ?? {})
      .sort(([a], [b]) => rank(a) - rank(b))
      .map(([name, { value, unit, measured_at, freshness }]) => ({
        key: `${id} ${name}`,
        metric: name,
        label: catalogue.metricLabel(profile, name),
        text: text(name, value),
        unit: unitText(unit, say),
        measuredMs: Date.parse(measured_at),
        isOld: freshness === 'stale' || freshness === 'lost',
      }))
  }
}

export function NewestValues({ values, zone, now }: { values: readonly NewestValue[]; zone: string; now: number }) {
  const say = useSay()
  const language = useLanguage()
  // What cannot be renewed is not the present, whatever it was called when it came.
  const isStopped = useLinkKind() === 'stopped'
  return (
    <dl className={styles.values}>
      {values.map(value => (
        <div key={value.key} className={styles.value} data-old={value.isOld || isStopped || undefined}>
          <dt>{value.label}</dt>
          <dd>
            <b>{value.text}</b> {value.unit}
            <small>
              {say(value.isOld || isStopped ? 'value.last' : 'value.measured', {
                time: whenShort(value.measuredMs, now, zone, language),
              })}
            </small>
          </dd>
        </div>
      ))}
    </dl>
  )
}
