/** Adding a facility, or a maker with its bench. */
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useRef, useState } from 'react'
import { facilityIdSchema } from '../../../core/ids.ts'
import type { Facility } from '../../../core/rest/places.ts'
import { isZone } from '../../../core/time.ts'
import { newIdempotencyKey, refusalOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Line, Pick } from '../parts/form.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './facilities.module.css'

const BENCH = 'bench-'
const OTHER = 'other'
/** Where this platform's facilities and makers are; any other zone can be typed. */
const ZONES = ['Asia/Tokyo', 'Asia/Seoul'] as const

interface NewFacilityProps {
  kind: 'facility' | 'maker'
  known: readonly Facility[]
  onMade: (facility: Facility) => void
  onClose: () => void
}

export function NewFacility({ kind, known, onMade, onClose }: NewFacilityProps) {
  const say = useSay()
  const { call } = useServices()
  const headId = useId()
  const [id, setId] = useState('')
  const [name, setName] = useState('')
  const [zone, setZone] = useState<string>(kind === 'facility' ? ZONES[0] : ZONES[1])
  const [typed, setTyped] = useState('')
  const key = useRef(newIdempotencyKey())
  const full = kind === 'facility' ? id : `${BENCH}${id}`
  const isTaken = known.some(facility => facility.id === full)
  const isRight = facilityIdSchema.safeParse(full).success && (kind === 'maker' || !full.startsWith(BENCH))
  const chosenZone = zone === OTHER ? typed.trim() : zone
  const isReady = isRight && !isTaken && name.trim() !== '' && chosenZone !== '' && isZone(chosenZone)
  const add = useMutation({
    mutationFn: () =>
      call('createFacility', {
        body: {
          id: full as Facility['id'],
          name: name.trim(),
          zone: chosenZone,
          ...(kind === 'maker' ? { bench_of: id } : {}),
        },
        idempotencyKey: key.current,
      }),
    onError: error => {
      if (refusalOf(error)) key.current = newIdempotencyKey()
    },
    onSuccess: onMade,
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) add.mutate()
  }
  const hint = isTaken ? 'facilities.taken' : id !== '' && !isRight ? 'facilities.idWrong' : 'facilities.idHint'
  return (
    <form className={styles.form} onSubmit={submit} aria-labelledby={headId}>
      <h3 id={headId}>{say(`facilities.${kind}.add`)}</h3>
      <Line label={say(`facilities.${kind}.name`)} value={name} onChange={setName} maxLength={80} />
      <Line
        label={say(`facilities.${kind}.id`)}
        hint={say(hint)}
        value={id}
        onChange={text => setId(text.trim().toLowerCase())}
        maxLength={kind === 'maker' ? 57 : 63}
        isName
      />
      <Pick
        label={say('facilities.zone')}
        hint={say('facilities.zoneHint')}
        value={zone}
        onChange={setZone}
        options={[...ZONES.map(each => ({ id: each, text: each })), { id: OTHER, text: say('facilities.zoneOther') }]}
      />
      {zone === OTHER && (
        <Line
          label={say('facilities.zoneTyped')}
          hint={typed !== '' && !isZone(typed.trim()) ? say('facilities.zoneWrong') : 'Asia/Taipei, Europe/Berlin'}
          value={typed}
          onChange={setTyped}
          maxLength={60}
          isName
        />
      )}
      {add.error && (
        <p className={styles.error} role="alert">
          {refusalOf(add.error)?.problem?.code === 'conflict' ? say('facilities.taken') : errorText(add.error, say)}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={!isReady || add.isPending}>
          {say('facilities.make')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}
