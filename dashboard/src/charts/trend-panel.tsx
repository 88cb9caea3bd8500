/** Range, legend, table or chart: the trends of some devices over one window. */
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { useSay } from '../services.ts'
import { RANGE_MS, RANGES, useWindow } from './ranges.ts'
import type { Interval } from './series.ts'
import { useTrends, type WantedDevice } from './tracks.ts'
import styles from './trend-panel.module.css'
import { type StackEvent, TrendStack } from './trend-stack.tsx'
import { TrendTable } from './trend-table.tsx'

export interface TrendPanelProps {
  devices: readonly WantedDevice[]
  zone: string
  eventsOf: (window: Interval) => readonly StackEvent[]
}

export function TrendPanel({ devices, zone, eventsOf }: TrendPanelProps) {
  const say = useSay()
  const { range, setRange, window } = useWindow()
  const [isTable, setTable] = useState(false)
  const { tracks, isLoading, isOld, error, retry } = useTrends(devices, window)
  return (
    <section aria-label={say('trend.title')}>
      <div className={styles.controls}>
        <Segments
          label={say('trend.range')}
          value={range}
          options={RANGES.map(each => ({ id: each, text: say(`range.${each}`) }))}
          onChange={setRange}
        />
        <ul className={styles.key} aria-label={say('trend.legend')}>
          <li>{say('trend.keyMean')}</li>
          <li>
            <i className={styles.band} />
            {say('trend.keyBand')}
          </li>
          <li>
            <i className={styles.hatch} />
            {say('trend.keySilent')}
          </li>
        </ul>
        <Button onPress={() => setTable(!isTable)} aria-pressed={isTable}>
          <Icon name={isTable ? 'chart' : 'table'} />
          {say(isTable ? 'trend.asChart' : 'trend.asTable')}
        </Button>
      </div>
      {error !== null && <Failure error={error} onRetry={retry} />}
      {tracks.length === 0 && isLoading && <Loading />}
      {tracks.length === 0 && !isLoading && error === null && <Nothing icon="chart" head={say('trend.nothing')} />}
      {tracks.length > 0 &&
        (isTable ? (
          <TrendTable tracks={tracks} zone={zone} isLong={RANGE_MS[range] > RANGE_MS['24h']} />
        ) : (
          <TrendStack
            window={window}
            zone={zone}
            tracks={tracks}
            events={eventsOf(window)}
            isOld={isOld}
            showDevice={devices.length > 1}
          />
        ))}
    </section>
  )
}
