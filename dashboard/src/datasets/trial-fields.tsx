/** The form's part about a trial: which of the own ones, and which product is asked for. */
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import { useSay } from '../services.ts'
import { useTrials } from '../trials/use-trials.ts'
import styles from './datasets.module.css'
import { Choice } from './fields.tsx'

interface Picked {
  trial: string | null
  product: DatasetRequest['product']
}

interface TrialFieldsProps {
  picked: Picked
  isTried: boolean
  onPick: (change: Partial<Picked>) => void
}

export function TrialFields({ picked, isTried, onPick }: TrialFieldsProps) {
  const say = useSay()
  const { data } = useTrials()
  const locked = (data ?? []).filter(({ protocols }) => protocols.some(protocol => protocol.locked !== null))
  return (
    <>
      <Choice
        label={say('form.trial')}
        placeholder={say('form.trialChoose')}
        value={picked.trial}
        options={locked.map(({ id, title }) => ({ id, text: title }))}
        isInvalid={isTried && picked.trial === null}
        onChange={trial => onPick({ trial })}
      />
      {data && locked.length === 0 && <p className={styles.hint}>{say('form.trialNone')}</p>}
      <Choice
        label={say('form.product')}
        placeholder=""
        value={picked.product}
        options={(['P1', 'P0'] as const).map(id => ({ id, text: `${id} ${say(`product.${id}`)}` }))}
        isInvalid={false}
        onChange={product => onPick({ product: product === 'P1' ? 'P1' : 'P0' })}
      />
      <p className={styles.hint}>{say('form.trialOnce')}</p>
    </>
  )
}
