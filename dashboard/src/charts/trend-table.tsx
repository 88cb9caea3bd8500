/** The same data as tables: for readers who cannot or do not want to read a chart. */
import { hourMinuteSecond, numberText, unitText, whenLong } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import type { Track } from './tracks.ts'
import styles from './trend-table.module.css'

export function TrendTable({ tracks, zone, isLong }: { tracks: readonly Track[]; zone: string; isLong: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const when = (ms: number): string => (isLong ? whenLong(ms, zone, language) : hourMinuteSecond(ms, zone))
  return (
    <div className={styles.tables}>
      {tracks.map(track => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keys
        <section key={track.key} className={styles.box} aria-label={track.label} tabIndex={0}>
          <table>
            <caption>
              {track.label} <span className="mono">{track.device}</span>
            </caption>
            <thead>
              <tr>
                <th scope="col">{say('table.time')}</th>
                {track.kind === 'number' ? (
                  <>
                    <th scope="col">{say('table.mean', { unit: unitText(track.unit, say) })}</th>
                    <th scope="col">{say('table.min')}</th>
                    <th scope="col">{say('table.max')}</th>
                    <th scope="col">{say('table.count')}</th>
                  </>
                ) : (
                  <>
                    <th scope="col">{say('table.until')}</th>
                    <th scope="col">{say('table.state')}</th>
                  </>
                )}
              </tr>
            </thead>
            <tbody>
              {track.kind === 'number'
                ? track.readings.points.map(([ms, count, min, max, mean]) => (
                    <tr key={ms}>
                      <th scope="row">{when(ms)}</th>
                      {[mean, min, max].map((value, i) => (
                        <td key={i === 0 ? 'mean' : i === 1 ? 'min' : 'max'}>
                          {value === null ? '—' : numberText(value, track.digits, language)}
                        </td>
                      ))}
                      <td>{count}</td>
                    </tr>
                  ))
                : track.runs.map(run => (
                    <tr key={run.fromMs}>
                      <th scope="row">{when(run.fromMs)}</th>
                      <td>{when(run.toMs)}</td>
                      <td>{run.text}</td>
                    </tr>
                  ))}
            </tbody>
          </table>
        </section>
      ))}
    </div>
  )
}
