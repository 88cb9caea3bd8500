/** What a request will bring: the product that can come of it now and why not more, and the rules that no one can bend. */
import { useQuery } from '@tanstack/react-query'
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import { Icon } from '../parts/icon.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './datasets.module.css'

const RULES = ['product.rule.people', 'product.rule.rows', 'product.rule.reviews', 'product.rule.signed'] as const

interface ProductSideProps {
  /** Null: of no trial, or of none yet. */
  trial: string | null
  product: DatasetRequest['product']
}

export function ProductSide({ trial, product }: ProductSideProps) {
  const say = useSay()
  return (
    <aside className={styles.side} aria-label={say('product.title')}>
      <h2>{say('product.title')}</h2>
      {trial === null ? (
        <Label product="P0" note={say('product.computed')} />
      ) : (
        <Outlook trial={trial} product={product} />
      )}
      <p className={styles.lead}>{say(trial === null ? 'product.lead' : 'product.leadTrial')}</p>
      <ul className={styles.rules}>
        {RULES.map(rule => (
          <li key={rule}>
            <Icon name="check" />
            {say(rule)}
          </li>
        ))}
      </ul>
      <h3>{say('product.contents')}</h3>
      <p className={styles.lead}>{say(trial === null ? 'product.contentsText' : 'product.contentsTrial')}</p>
    </aside>
  )
}

function Outlook({ trial, product }: { trial: string; product: DatasetRequest['product'] }) {
  const say = useSay()
  const { call } = useServices()
  const { data } = useQuery({
    queryKey: ['dataset-outlook', trial, product],
    queryFn: () => call('datasetOutlook', { params: { id: trial }, query: { product } }),
  })
  return (
    <div role="status">
      <h3>{say('outlook.title')}</h3>
      {data && <Label product={data.product} note={say(`outlook.${data.reason}`)} />}
    </div>
  )
}

function Label({ product, note }: { product: DatasetRequest['product'] | null; note: string }) {
  const say = useSay()
  return (
    <div className={styles.product}>
      <b className={styles.label}>{product ?? '–'}</b>
      <div>
        <b>{say(product === null ? 'outlook.nothing' : `product.${product}`)}</b>
        <small>{note}</small>
      </div>
    </div>
  )
}
