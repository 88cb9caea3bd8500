/** Swapping a device at night with one hand: two labels, one press, and a minute to take it back. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Device } from '../../../core/rest/devices.ts'
import type { Swap } from '../../../core/rest/swaps.ts'
import { newIdempotencyKey } from '../api.ts'
import { useCatalogue } from '../catalogue.ts'
import { useDevices } from '../devices/use-devices.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { errorText, Failure, Loading } from '../parts/notice.tsx'
import { readLabel } from '../scan/label-code.ts'
import { Scanner } from '../scan/scanner.tsx'
import { useSay, useServices } from '../services.ts'
import { type Picked, pick, type Trouble } from './picked.ts'
import styles from './swap-page.module.css'
import { Swapped } from './swapped.tsx'
import { TypeIt } from './type-it.tsx'

const NOTHING: Picked = { gone: null, come: null }

export function SwapPage() {
  const say = useSay()
  const { facility } = useSignedIn()
  const { data, error, refetch } = useDevices(facility ?? undefined)
  useEffect(() => {
    document.title = `${say('swap.title')} | ${say('brand')}`
  }, [say])
  return (
    <div className={styles.page}>
      <h1 tabIndex={-1}>{say('swap.title')}</h1>
      {data ? <Steps devices={data} /> : error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading />}
    </div>
  )
}

function Steps({ devices }: { devices: readonly Device[] }) {
  const say = useSay()
  const { call } = useServices()
  const client = useQueryClient()
  const [search, setSearch] = useSearchParams()
  const [picked, setPicked] = useState<Picked>(() => startOf(search.get('device'), devices))
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [key, setKey] = useState(newIdempotencyKey)
  const [done, setDone] = useState<Swap | null>(null)
  const { gone, come } = picked

  const take = (text: string): void => {
    const code = readLabel(text) ?? { facility: null, device: text.slice(0, 40) }
    const next = pick(picked, code, devices)
    const isNew = next.picked !== picked
    if (isNew && 'vibrate' in navigator) navigator.vibrate(60)
    setPicked(next.picked)
    setTrouble(isNew ? null : (next.trouble ?? trouble))
  }
  const restart = (): void => {
    setPicked(NOTHING)
    setTrouble(null)
    setDone(null)
    setKey(newIdempotencyKey())
    setSearch({}, { replace: true })
  }
  const swap = useMutation({
    mutationFn: ({ from, to }: { from: Device; to: Device }) =>
      call('createSwap', { body: { facility: from.facility, gone: from.id, come: to.id }, idempotencyKey: key }),
    onSuccess: made => {
      setDone(made)
      void client.invalidateQueries({ queryKey: ['devices'] })
    },
    // What was refused is asked anew with another key.
    onError: () => setKey(newIdempotencyKey()),
  })
  if (done) return <Swapped swap={done} onAgain={restart} />

  const isOneType = !gone || !come || gone.profile === come.profile
  return (
    <>
      <p className={styles.step} role="status">
        {say(gone ? (come && isOneType ? 'swap.stepConfirm' : 'swap.stepCome') : 'swap.stepGone')}
      </p>
      {(gone || come) && (
        <dl className={styles.pair}>
          <Slot word="swap.gone" device={gone} />
          <Slot word="swap.come" device={come} />
        </dl>
      )}
      {trouble && (
        <p className={styles.trouble} role="alert">
          {say(trouble.id, trouble.values)}
        </p>
      )}
      {!isOneType && <Types gone={gone} come={come} />}
      {swap.error && (
        <p className={styles.trouble} role="alert">
          {errorText(swap.error, say)}
        </p>
      )}
      <div className={styles.reach}>
        {gone && come && isOneType ? (
          <Button kind="main" isDisabled={swap.isPending} onPress={() => swap.mutate({ from: gone, to: come })}>
            {say(swap.isPending ? 'swap.doing' : 'swap.do')}
          </Button>
        ) : (
          <>
            <TypeIt devices={devices} picked={picked} onPick={device => take(`${device.facility}.${device.id}`)} />
            <Scanner onCode={take} />
          </>
        )}
        {(gone || come) && (
          <Button kind="quiet" onPress={restart}>
            {say('swap.restart')}
          </Button>
        )}
      </div>
    </>
  )
}

function Slot({ word, device }: { word: 'swap.gone' | 'swap.come'; device: Device | null }) {
  const say = useSay()
  const catalogue = useCatalogue()
  return (
    <div data-empty={device === null || undefined}>
      <dt>{say(word)}</dt>
      <dd>
        {device ? (
          <>
            <b>{device.room ? say('scan.room', { room: device.room.label }) : say('swap.nowhere')}</b>
            <span>{catalogue.deviceLabel(device.profile)}</span>
            <span className="mono">{device.id}</span>
          </>
        ) : (
          '—'
        )}
      </dd>
    </div>
  )
}

function Types({ gone, come }: Picked) {
  const say = useSay()
  const catalogue = useCatalogue()
  const values = {
    gone: catalogue.deviceLabel(gone?.profile ?? ''),
    come: catalogue.deviceLabel(come?.profile ?? ''),
  }
  return (
    <p className={styles.trouble} role="alert">
      {say('swap.types', values)}
    </p>
  )
}

/** A label that the phone's own camera has read names a device in the address. */
function startOf(text: string | null, devices: readonly Device[]): Picked {
  const code = text === null ? null : readLabel(text)
  return code === null ? NOTHING : pick(NOTHING, code, devices).picked
}
