/** The board before anything is known: room numbers in dashed frames, no state, no value, no symbol. */

import { knownRooms } from './known-rooms.ts'
import styles from './tile.module.css'
import gridStyles from './tile-grid.module.css'

export function Skeleton({ facility }: { facility: string | null }) {
  return (
    <div className={gridStyles.units} aria-hidden="true">
      {knownRooms(facility).map(unit => (
        <section key={unit.name} className={gridStyles.section} style={{ flexGrow: Math.ceil(unit.labels.length / 6) }}>
          <div className={gridStyles.unit}>
            <h2>{unit.name}</h2>
          </div>
          <div className={gridStyles.grid}>
            {unit.labels.map(label => (
              <div key={label} className={styles.tile} data-look="none">
                <span className={styles.head}>
                  <b className={styles.number}>{label}</b>
                </span>
              </div>
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}
