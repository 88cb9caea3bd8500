/** Giving a facility or a bench another name, and saying where a facility is; its id stays, as devices and topics know it by that. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Facility } from '../../../core/rest/places.ts'
import { Button } from '../parts/button.tsx'
import { Line } from '../parts/form.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './facilities.module.css'

export function Rename({ facility, onClose }: { facility: Facility; onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const client = useQueryClient()
  const [name, setName] = useState(facility.name)
  const [prefecture, setPrefecture] = useState(facility.prefecture ?? '')
  const save = useMutation({
    mutationFn: () =>
      call('renameFacility', {
        params: { id: facility.id },
        body: { name: name.trim(), ...(prefecture === '' ? {} : { prefecture }) },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['facilities'] })
      onClose()
    },
  })
  const isReady = name.trim() !== '' && !save.isPending
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) save.mutate()
  }
  return (
    <form className={styles.rename} onSubmit={submit}>
      <Line label={say('facilities.newName')} value={name} onChange={setName} maxLength={80} />
      {facility.bench_of === null && (
        <Line
          label={say('facilities.prefecture')}
          hint={say('facilities.prefectureHint')}
          value={prefecture}
          onChange={text => setPrefecture(text.trim().toUpperCase())}
          maxLength={5}
          isName
        />
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={!isReady}>
          {say('trial.save')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
      {save.error && (
        <p className={styles.error} role="alert">
          {errorText(save.error, say)}
        </p>
      )}
    </form>
  )
}
