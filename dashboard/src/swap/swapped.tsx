/** What was swapped, and the minute in which it can be taken back. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Swap } from '../../../core/rest/swaps.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './swap-page.module.css'

/** Ours ends a little before the server's, which also counts the way there and whose clock we only estimate. */
const MARGIN_MS = 2_000

export function Swapped({ swap, onAgain }: { swap: Swap; onAgain: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const client = useQueryClient()
  const now = useNow(1_000)
  const seconds = Math.ceil((Date.parse(swap.undo_until) - MARGIN_MS - now) / 1_000)
  const undo = useMutation({
    mutationFn: () => call('undoSwap', { params: { id: swap.id } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['devices'] }),
  })
  const values = { room: swap.room?.label ?? '—', gone: swap.gone, come: swap.come }
  const isUndone = undo.data !== undefined
  return (
    <>
      <div className={styles.done} role="status">
        <b>{say(isUndone ? 'swap.undone' : 'swap.done')}</b>
        <p>{say(isUndone ? 'swap.undoneAt' : 'swap.doneAt', values)}</p>
      </div>
      {undo.error && (
        <p className={styles.trouble} role="alert">
          {errorText(undo.error, say)}
        </p>
      )}
      <div className={styles.reach}>
        {!isUndone && seconds > 0 && (
          <Button isDisabled={undo.isPending} onPress={() => undo.mutate()}>
            {say('swap.undo', { seconds })}
          </Button>
        )}
        <Button onPress={onAgain}>{say('swap.again')}</Button>
        <ButtonLink href="/board" kind="main">
          {say('swap.toBoard')}
        </ButtonLink>
      </div>
    </>
  )
}
