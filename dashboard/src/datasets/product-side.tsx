/** What a request will bring: product P0, and the rules that no one can bend. */
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './datasets.module.css'

const RULES = ['product.rule.people', 'product.rule.rows', 'product.rule.reviews', 'product.rule.signed'] as const

export function ProductSide() {
  const say = useSay()
  return (
    <aside className={styles.side} aria-label={say('product.title')}>
      <h2>{say('product.title')}</h2>
      <div className={styles.product}>
        <b className={styles.label}>P0</b>
        <div>
          <b>{say('product.P0')}</b>
          <small>{say('product.computed')}</small>
        </div>
      </div>
      <p className={styles.lead}>{say('product.lead')}</p>
      <ul className={styles.rules}>
        {RULES.map(rule => (
          <li key={rule}>
            <Icon name="check" />
            {say(rule)}
          </li>
        ))}
      </ul>
      <h3>{say('product.contents')}</h3>
      <p className={styles.lead}>{say('product.contentsText')}</p>
    </aside>
  )
}
