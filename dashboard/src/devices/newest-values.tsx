/** The newest values of a device, each with the time at which it was measured. */
import type { DeviceDetail } from '../../../core/rest.ts'
import { useCatalogue } from '../catalogue.ts'
import { unitText, valueText, whenShort } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import styles from './newest-values.module.css'

export interface NewestValue {
  key: string
  label: string
  text: string
  unit: string
  measuredMs: number
  isOld: boolean
}

/** Values of one device in the order of its profile, board metrics first. */
export function useNewest(device: Pick<DeviceDetail, 'profile' | 'id' | 'newest'> | undefined): NewestValue[] {
  const say = useSay()
  const language = useLanguage()
  const catalogue = useCatalogue()
  if (!device?.newest) return []
  const profile = catalogue.profile(device.profile)
  const board: readonly string[] = profile?.board ?? []
  const rank = (name: string): number => (board.includes(name) ? board.indexOf(name) : board.length)
  return Object.entries(device.newest)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, newest]) => {
      const metric = catalogue.metric(device.profile, name)
      const text =
        metric?.kind === 'enum'
          ? (metric.values[String(newest.value)]?.[language] ?? String(newest.value))
          : metric?.kind === 'boolean'
            ? say(newest.value === 1 ? 'value.on' : 'value.off')
            : valueText(newest.value, metric?.kind === 'number' ? metric.digits : 0, language)
      return {
        key: `${device.id} ${name}`,
        label: catalogue.metricLabel(device.profile, name),
        text,
        unit: unitText(newest.unit, say),
        measuredMs: Date.parse(newest.measured_at),
        isOld: newest.freshness === 'stale' || newest.freshness === 'lost',
      }
    })
}

export function NewestValues({ values, zone, now }: { values: readonly NewestValue[]; zone: string; now: number }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <dl className={styles.values}>
      {values.map(value => (
        <div key={value.key} className={styles.value} data-old={value.isOld || undefined}>
          <dt>{value.label}</dt>
          <dd>
            <b>{value.text}</b> {value.unit}
            <small>
              {say(value.isOld ? 'value.last' : 'value.measured', {
                time: whenShort(value.measuredMs, now, zone, language),
              })}
            </small>
          </dd>
        </div>
      ))}
    </dl>
  )
}
